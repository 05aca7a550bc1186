//! `DateField`.
use pyo3::types::{PyDate, PyDateAccess};

use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::spelling::Spelling;
use crate::text::temporal::Date;

/// `iso`: the `format` option is ISO 8601.
pub fn write<'py, S: Sink<'py>>(iso: bool, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    let date = match value {
        _ if !iso => return Err(Stop::Unsure),
        Value::Date(date) => *date,
        // Exactly a date: stock refuses a datetime.
        Value::Object(object) => read(object.cast_exact::<PyDate>().map_err(|_| Stop::Unsure)?),
        _ => return Err(Stop::Unsure),
    };
    let mut spelling = Spelling::default();
    spelling.date(date);
    sink.plain(spelling.as_str())
}

pub fn read(date: &impl PyDateAccess) -> Date {
    Date {
        year: u16::try_from(date.get_year()).unwrap_or_default(),
        month: date.get_month(),
        day: date.get_day(),
    }
}
