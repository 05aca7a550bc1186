//! `BooleanField`.
use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;

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
