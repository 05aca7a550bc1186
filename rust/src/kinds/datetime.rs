//! `DateTimeField`.
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyTzInfo, PyTzInfoAccess};

use super::{date, option, required, time};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::python::zone::{self, Zone};
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::spelling::Spelling;
use crate::text::temporal::DateTime;

pub struct Options {
    /// The `format` option is ISO 8601.
    iso: bool,
    zone: Target,
}

/// What `enforce_timezone` converts to.
enum Target {
    /// The zone current when the data is read.
    Current,
    /// The `default_timezone` option; `None` leaves dates naive.
    Fixed(Option<Py<PyTzInfo>>),
}

impl Options {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let zone = required(options, "zone")?;
        let is_current = zone.extract::<&str>().is_ok_and(|zone| zone == "current");
        let zone = if is_current { Target::Current } else { Target::Fixed(zone.extract()?) };
        Ok(Self { iso: option(options, "iso")?, zone })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Value<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let (moment, is_utc) = match value {
            _ if !self.iso => return Err(Stop::Unsure),
            Value::DateTime(moment, is_utc) => (*moment, *is_utc),
            Value::Object(object) => {
                read(object.cast_exact::<PyDateTime>().map_err(|_| Stop::Unsure)?)?
            }
            _ => return Err(Stop::Unsure),
        };
        let spelling = match &self.zone {
            Target::Current => spell(moment, is_utc, cx.zone()?),
            Target::Fixed(None) => spell(moment, is_utc, None),
            Target::Fixed(Some(zone)) => {
                spell(moment, is_utc, Some(&Zone::new(zone.bind(cx.py).clone())?))
            }
        };
        sink.plain(spelling?.as_str())
    }
}

/// A datetime that is naive or in UTC.
pub fn read(value: &Bound<'_, PyDateTime>) -> Outcome<(DateTime, bool)> {
    let is_utc = match value.get_tzinfo() {
        None => false,
        Some(zone) if zone::is_utc(&zone)? => true,
        Some(_) => return Err(Stop::Unsure),
    };
    Ok((DateTime { date: date::read(value), time: time::read(value) }, is_utc))
}

/// Naive where dates are naive, in the zone where they are aware; making one out of the other is
/// left to stock.
fn spell(moment: DateTime, is_utc: bool, zone: Option<&Zone<'_>>) -> Outcome<Spelling> {
    let mut spelling = Spelling::default();
    match (is_utc, zone) {
        (false, None) => spelling.datetime(moment),
        (true, Some(zone)) => {
            let offset = zone.offset(moment)?.ok_or(Stop::Unsure)?;
            spelling.datetime(moment.shifted(offset).ok_or(Stop::Unsure)?);
            spelling.offset(offset);
        }
        _ => return Err(Stop::Unsure),
    }
    Ok(spelling)
}
