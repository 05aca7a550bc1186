//! `ChoiceField`.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::option;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;

pub struct Options {
    /// `choice_strings_to_values`
    values: Py<PyDict>,
}

impl Options {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { values: option(options, "values")? })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Value<'_, 'py>,
        py: Python<'py>,
        sink: &mut S,
    ) -> Outcome {
        let text = match value {
            Value::Text(text) => &PyString::new(py, text),
            Value::Object(object) => object.cast_exact::<PyString>().map_err(|_| Stop::Unsure)?,
            _ => return Err(Stop::Unsure),
        };
        match self.values.bind(py).get_item(text)? {
            Some(choice) if !text.is_empty()? => sink.object(&choice),
            _ => sink.string(text),
        }
    }
}
