//! `DurationField`.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDeltaAccess, PyDict};

use super::option;
use crate::error::{Outcome, Stop};
use crate::python::types::exactly;
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::temporal;

/// The `format` option, as `django.utils.duration` spells it.
#[derive(Clone, Copy)]
pub enum Form {
    /// `duration_string`: `[D ]HH:MM:SS[.ffffff]`
    Django,
    /// `duration_iso_string`: `PnDTHHHMMMSS[.ffffff]S`
    Iso,
}

impl Form {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        match option::<String>(options, "format")?.as_str() {
            "django" => Ok(Self::Django),
            "iso-8601" => Ok(Self::Iso),
            other => Err(PyValueError::new_err(format!("unknown duration format {other:?}"))),
        }
    }

    pub fn write<'py, S: Sink<'py>>(self, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
        let microseconds = match value {
            Value::Duration(microseconds) => i128::from(*microseconds),
            Value::Object(object) => {
                read(object.cast_exact::<PyDelta>().map_err(|_| Stop::Unsure)?)
            }
            _ => return Err(Stop::Unsure),
        };
        sink.plain(&self.spell(microseconds))
    }

    fn spell(self, microseconds: i128) -> String {
        // Django's ISO form has one sign for the whole; the other form has it on the days only.
        let (sign, size) = match self {
            Self::Iso if microseconds < 0 => ("-", -microseconds),
            _ => ("", microseconds),
        };
        let (seconds, fraction) = (size.div_euclid(1_000_000), size.rem_euclid(1_000_000));
        let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let fraction = if fraction > 0 { format!(".{fraction:06}") } else { String::new() };
        match self {
            Self::Django => {
                let days = if days == 0 { String::new() } else { format!("{days} ") };
                format!("{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}")
            }
            Self::Iso => format!("{sign}P{days}DT{hours:02}H{minutes:02}M{seconds:02}{fraction}S"),
        }
    }
}

fn read(delta: &Bound<'_, PyDelta>) -> i128 {
    let seconds = i128::from(delta.get_days()) * 86_400 + i128::from(delta.get_seconds());
    seconds * 1_000_000 + i128::from(delta.get_microseconds())
}

/// `[D ]HH:MM:SS[.ffffff]`, or a `timedelta`.
pub fn accept<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    if let Given::Object(object) = given
        && exactly::<PyDelta>(object).is_some()
    {
        return Ok(object.clone());
    }
    let text = given.text()?.ok_or(Stop::Unsure)?;
    let (days, rest) = temporal::parse_duration(&text).ok_or(Stop::Unsure)?;
    let seconds =
        (i32::from(rest.hour()) * 60 + i32::from(rest.minute())) * 60 + i32::from(rest.second());
    let microseconds = i32::try_from(rest.microsecond()).map_err(|_| Stop::Unsure)?;
    Ok(PyDelta::new(py, days, seconds, microseconds, false)?.into_any())
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn spells_as_django_does() {
        // Figures from django.utils.duration.
        for (microseconds, django, iso) in [
            (0, "00:00:00", "P0DT00H00M00S"),
            (1, "00:00:00.000001", "P0DT00H00M00.000001S"),
            (90_061_000_000, "1 01:01:01", "P1DT01H01M01S"),
            (-1_000_000, "-1 23:59:59", "-P0DT00H00M01S"),
        ] {
            assert_eq!(Form::Django.spell(microseconds), django);
            assert_eq!(Form::Iso.spell(microseconds), iso);
        }
    }
}
