//! `DateField`.
use pyo3::prelude::*;
use pyo3::types::PyDate;

use super::format::{self, Format};
use crate::error::{Outcome, Stop};
use crate::python::types::exactly;
use crate::python::{self, make};
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::temporal::{self, DateTime, Time};

pub fn write<'py, S: Sink<'py>>(format: &Format, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    let date = match value {
        Value::Date(date) => *date,
        // Exactly a date: stock refuses a datetime.
        Value::Object(object) => {
            let date = object.cast_exact::<PyDate>().map_err(|_| Stop::Unsure)?;
            if matches!(format, Format::AsIs) {
                return sink.object(object);
            }
            python::temporal::date(date)
        }
        _ => return Err(Stop::Unsure),
    };
    match format {
        Format::Iso | Format::IsoMillis => sink.spelled(|spelling| spelling.date(date)),
        Format::Pattern(pattern) => {
            // What `strftime` takes a date to be at.
            format::write(pattern, DateTime::new(date, Time::MIDNIGHT), sink)
        }
        Format::AsIs | Format::Stock => Err(Stop::Unsure),
    }
}

/// `YYYY-MM-DD`, or a date.
pub fn accept<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    if let Given::Object(object) = given
        && exactly::<PyDate>(object).is_some()
    {
        return Ok(object.clone());
    }
    let date = given.text()?.as_deref().and_then(temporal::parse_date).ok_or(Stop::Unsure)?;
    Ok(make::date(py, date)?.into_any())
}
