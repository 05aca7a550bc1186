//! `TimeField`.
use pyo3::types::{PyTime, PyTimeAccess, PyTzInfoAccess};

use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::spelling::Spelling;
use crate::text::temporal::Time;

/// `iso`: the `format` option is ISO 8601.
pub fn write<'py, S: Sink<'py>>(iso: bool, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    let time = match value {
        _ if !iso => return Err(Stop::Unsure),
        Value::Time(time) => *time,
        Value::Object(object) => {
            let time = object.cast_exact::<PyTime>().map_err(|_| Stop::Unsure)?;
            if time.get_tzinfo().is_some() {
                return Err(Stop::Unsure);
            }
            read(time)
        }
        _ => return Err(Stop::Unsure),
    };
    let mut spelling = Spelling::default();
    spelling.time(time);
    sink.plain(spelling.as_str())
}

pub fn read(time: &impl PyTimeAccess) -> Time {
    Time {
        hour: time.get_hour(),
        minute: time.get_minute(),
        second: time.get_second(),
        microsecond: time.get_microsecond(),
    }
}
