//! `IntegerField`, `BigIntegerField` and `FloatField`.
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt};

use super::option;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;

pub struct Integer {
    /// `coerce_to_string` of `BigIntegerField`.
    as_text: bool,
}

impl Integer {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { as_text: option(options, "as_text")? })
    }

    pub fn write<'py, S: Sink<'py>>(&self, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
        let object = match value {
            Value::Integer(number) if self.as_text => {
                return sink.plain(itoa::Buffer::new().format(*number));
            }
            Value::Integer(number) => return sink.integer(*number),
            Value::Object(object) => object,
            _ => return Err(Stop::Unsure),
        };
        if let Ok(number) = object.cast_exact::<PyInt>() {
            return if self.as_text { sink.string(&number.str()?) } else { sink.object(number) };
        }
        match object.cast_exact::<PyBool>() {
            Ok(flag) if !self.as_text => sink.integer(flag.is_true().into()),
            _ => Err(Stop::Unsure),
        }
    }
}

pub fn write_float<'py, S: Sink<'py>>(value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    match value {
        Value::Float(number) => sink.float(*number),
        Value::Object(object) if object.is_exact_instance_of::<PyFloat>() => sink.object(object),
        _ => Err(Stop::Unsure),
    }
}
