//! `TimeField`.
use pyo3::prelude::*;
use pyo3::types::{PyTime, PyTzInfoAccess};

use super::format::{self, Format};
use crate::error::{Outcome, Stop};
use crate::python::types::exactly;
use crate::python::{self, make};
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::temporal::{self, Date, DateTime};

pub fn write<'py, S: Sink<'py>>(format: &Format, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    let time = match value {
        Value::Time(time) => *time,
        Value::Object(object) => {
            let time = object.cast_exact::<PyTime>().map_err(|_| Stop::Unsure)?;
            if matches!(format, Format::AsIs) {
                return sink.object(object);
            }
            if time.get_tzinfo().is_some() {
                return Err(Stop::Unsure);
            }
            python::temporal::time(time)
        }
        _ => return Err(Stop::Unsure),
    };
    match format {
        Format::Iso | Format::IsoMillis => sink.spelled(|spelling| {
            spelling.time(time);
            if matches!(format, Format::IsoMillis) {
                spelling.cut_to_millis(time);
            }
        }),
        Format::Pattern(pattern) => format::write(pattern, DateTime::new(EPOCH, time), sink),
        Format::AsIs | Format::Stock => Err(Stop::Unsure),
    }
}

/// The day on which `strftime` takes a time to be.
const EPOCH: Date = Date::new(1900, 1, 1);

/// `HH:MM[:SS[.ffffff]]`, or a time.
pub fn accept<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    if let Given::Object(object) = given
        && exactly::<PyTime>(object).is_some()
    {
        return Ok(object.clone());
    }
    let time = given.text()?.as_deref().and_then(temporal::parse_clock).ok_or(Stop::Unsure)?;
    Ok(make::time(py, time)?.into_any())
}
