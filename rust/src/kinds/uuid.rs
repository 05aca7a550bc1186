//! `UUIDField`.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::option;
use crate::accept::Call;
use crate::error::{Outcome, Stop};
use crate::python::{make, types};
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::uuid;

/// The `format` option.
#[derive(Clone, Copy)]
pub enum Form {
    HexVerbose,
    Hex,
    Urn,
    Int,
}

impl Form {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        match option::<String>(options, "format")?.as_str() {
            "hex_verbose" => Ok(Self::HexVerbose),
            "hex" => Ok(Self::Hex),
            "urn" => Ok(Self::Urn),
            "int" => Ok(Self::Int),
            other => Err(PyValueError::new_err(format!("unknown UUID format {other:?}"))),
        }
    }

    pub fn write<'py, S: Sink<'py>>(self, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
        let number = match value {
            Value::Uuid(number) => *number,
            Value::Object(object) => number(object)?,
            _ => return Err(Stop::Unsure),
        };
        match self {
            Self::HexVerbose => sink.spelled(|text| text.put(uuid::hyphenated(number))),
            Self::Hex => sink.spelled(|text| text.put(uuid::hex(number))),
            Self::Urn => sink.spelled(|text| {
                text.push_str("urn:uuid:");
                text.put(uuid::hyphenated(number));
            }),
            Self::Int => match (value, i64::try_from(number)) {
                (_, Ok(small)) => sink.integer(small),
                (Value::Object(object), _) => sink.object(&object.getattr("int")?),
                _ => Err(Stop::Unsure),
            },
        }
    }
}

/// The number of an exact `uuid.UUID`.
fn number(object: &Bound<'_, PyAny>) -> Outcome<u128> {
    let py = object.py();
    if !types::is_exactly(object, types::uuid(py)?) {
        return Err(Stop::Unsure);
    }
    Ok(object.getattr(pyo3::intern!(py, "int"))?.extract()?)
}

/// 32 hexadecimal digits, maybe with hyphens, or an exact `uuid.UUID`.
pub fn accept<'py>(given: &Given<'_, 'py>, call: &Call<'_, 'py>) -> Outcome<Bound<'py, PyAny>> {
    let py = call.cx.py;
    if let Given::Object(object) = given
        && types::is_exactly(object, types::uuid(py)?)
    {
        return Ok(object.clone());
    }
    let number = given.text()?.as_deref().and_then(uuid::parse).ok_or(Stop::Unsure)?;
    Ok(make::uuid(py, number, call.names.safety.bind(py))?)
}
