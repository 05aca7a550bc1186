//! `DateTimeField`.
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyTzInfo, PyTzInfoAccess};

use super::format::{self, Format};
use super::{date, required, time};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::python::zone::{self, Zone};
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::spelling::Spelling;
use crate::text::temporal::DateTime;

pub struct Options {
    format: Format,
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
        Ok(Self { format: Format::build(options)?, zone })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Value<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let (moment, is_utc) = match value {
            Value::DateTime(moment, is_utc) => (*moment, *is_utc),
            Value::Object(object) => {
                let moment = object.cast_exact::<PyDateTime>().map_err(|_| Stop::Unsure)?;
                if matches!(self.format, Format::AsIs) {
                    return sink.object(object);
                }
                read(moment)?
            }
            _ => return Err(Stop::Unsure),
        };
        let (moment, offset) = match &self.zone {
            Target::Current => local(moment, is_utc, cx.zone()?),
            Target::Fixed(None) => local(moment, is_utc, None),
            Target::Fixed(Some(zone)) => {
                local(moment, is_utc, Some(&Zone::new(zone.bind(cx.py).clone())?))
            }
        }?;
        match &self.format {
            Format::Iso => sink.plain(spell(moment, offset, false).as_str()),
            Format::IsoMillis => sink.plain(spell(moment, offset, true).as_str()),
            Format::Pattern(pattern) => format::write(pattern, moment, sink),
            Format::AsIs | Format::Stock => Err(Stop::Unsure),
        }
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

/// The clock of the zone and its offset: naive where dates are naive, in the zone where they are
/// aware; making one out of the other is left to stock.
fn local(
    moment: DateTime,
    is_utc: bool,
    zone: Option<&Zone<'_>>,
) -> Outcome<(DateTime, Option<i32>)> {
    match (is_utc, zone) {
        (false, None) => Ok((moment, None)),
        (true, Some(zone)) => {
            let offset = zone.offset(moment)?.ok_or(Stop::Unsure)?;
            Ok((moment.shifted(offset).ok_or(Stop::Unsure)?, Some(offset)))
        }
        _ => Err(Stop::Unsure),
    }
}

fn spell(moment: DateTime, offset: Option<i32>, in_millis: bool) -> Spelling {
    let mut spelling = Spelling::default();
    spelling.datetime(moment);
    if in_millis {
        spelling.cut_to_millis(moment.time);
    }
    if let Some(offset) = offset {
        spelling.offset(offset);
    }
    spelling
}
