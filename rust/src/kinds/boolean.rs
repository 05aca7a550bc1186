//! `BooleanField`.
use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::{Given, Value};

pub fn write<'py, S: Sink<'py>>(value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    match value {
        Value::Boolean(value) => sink.boolean(*value),
        Value::Object(object) => match object.cast_exact::<PyBool>() {
            Ok(value) => sink.boolean(value.is_true()),
            Err(_) => Err(Stop::Unsure),
        },
        _ => Err(Stop::Unsure),
    }
}

pub struct Rule {
    /// Whether `NULL_VALUES` mean `None`.
    pub allow_null: bool,
}

impl Rule {
    pub fn accept<'py>(
        &self,
        given: &Given<'_, 'py>,
        py: Python<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let answer = match given.boolean().or_else(|| of_number(given)) {
            Some(answer) => Some(answer),
            None => self.of_text(&given.text()?.ok_or(Stop::Unsure)?)?,
        };
        Ok(answer.map_or_else(
            || py.None().into_bound(py),
            |answer| PyBool::new(py, answer).to_owned().into_any(),
        ))
    }

    /// `TRUE_VALUES`, `FALSE_VALUES` and `NULL_VALUES`
    fn of_text(&self, text: &str) -> Outcome<Option<bool>> {
        match text.to_ascii_lowercase().as_str() {
            "t" | "y" | "yes" | "true" | "on" | "1" => Ok(Some(true)),
            "f" | "n" | "no" | "false" | "off" | "0" => Ok(Some(false)),
            "" | "null" if self.allow_null => Ok(None),
            _ => Err(Stop::Unsure),
        }
    }
}

fn of_number(given: &Given<'_, '_>) -> Option<bool> {
    match given.integer() {
        Some(1) => Some(true),
        Some(0) => Some(false),
        _ => None,
    }
}
