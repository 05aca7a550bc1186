//! `CharField` and everything that is one: `str(value)`.
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::uuid;

pub fn write<'py, S: Sink<'py>>(value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    match value {
        Value::Object(object) => match object.cast_exact::<PyString>() {
            Ok(text) => sink.string(text),
            Err(_) => sink.object(object.str()?.as_any()),
        },
        Value::Text(text) => sink.text(text),
        Value::Integer(number) => sink.plain(itoa::Buffer::new().format(*number)),
        Value::Uuid(value) => {
            sink.plain(std::str::from_utf8(&uuid::hyphenated(*value)).unwrap_or_default())
        }
        _ => Err(Stop::Unsure),
    }
}
