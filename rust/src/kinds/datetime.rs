//! `DateTimeField`.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyTzInfo, PyTzInfoAccess};

use super::format::{self, Format};
use super::required;
use crate::accept::Call;
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::python::zone::{self, Zone};
use crate::python::{self, make};
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::spelling::Spelling;
use crate::text::temporal::{self, DateTime};

pub struct Options {
    format: Format,
    zone: Target,
}

/// What `enforce_timezone` converts to.
pub enum Target {
    /// The zone current when the data is read.
    Current,
    /// The `default_timezone` option; `None` leaves dates naive.
    Fixed(Option<Py<PyTzInfo>>),
}

impl Target {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let zone = required(options, "zone")?;
        let is_current = zone.extract::<&str>().is_ok_and(|zone| zone == "current");
        Ok(if is_current { Self::Current } else { Self::Fixed(zone.extract()?) })
    }

    /// ISO 8601 with seconds and colons.
    pub fn accept<'py>(
        &self,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let text = given.text()?.ok_or(Stop::Unsure)?;
        let (moment, offset) = temporal::parse_moment(&text).ok_or(Stop::Unsure)?;
        match self {
            Self::Current => enforce(moment, offset, call.cx.zone()?, call.cx.py),
            Self::Fixed(None) => enforce(moment, offset, None, call.cx.py),
            Self::Fixed(Some(zone)) => {
                let zone = Zone::new(zone.bind(call.cx.py).clone())?;
                enforce(moment, offset, Some(&zone), call.cx.py)
            }
        }
    }
}

/// `enforce_timezone`. A clock in a zone that changes its offset may show a time twice or never: stock
/// decides.
fn enforce<'py>(
    moment: DateTime,
    offset: Option<i32>,
    zone: Option<&Zone<'py>>,
    py: Python<'py>,
) -> Outcome<Bound<'py, PyAny>> {
    let utc = || moment.shifted(-offset.unwrap_or(0)).ok_or(Stop::Unsure);
    let made = match (zone, offset) {
        (None, _) => make::datetime(py, utc()?, None)?,
        (Some(zone), _) if zone.is_utc() => make::datetime(py, utc()?, Some(zone.info()))?,
        (Some(_), None) => return Err(Stop::Unsure),
        (Some(zone), Some(_)) => {
            let made = make::datetime(py, utc()?, Some(&*PyTzInfo::utc(py)?))?;
            return Ok(made.call_method1(intern!(py, "astimezone"), (zone.info(),))?);
        }
    };
    Ok(made.into_any())
}

impl Options {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { format: Format::build(options)?, zone: Target::build(options)? })
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
            Format::Iso => sink.spelled(|text| spell(text, moment, offset, false)),
            Format::IsoMillis => sink.spelled(|text| spell(text, moment, offset, true)),
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
    Ok((python::temporal::datetime(value), is_utc))
}

/// The clock of the zone and its offset: naive where dates are naive, in the zone where they are
/// aware; making one out of the other is left to stock.
#[inline]
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

fn spell(spelling: &mut Spelling, moment: DateTime, offset: Option<i32>, in_millis: bool) {
    spelling.datetime(moment);
    if in_millis {
        spelling.cut_to_millis(moment.time());
    }
    if let Some(offset) = offset {
        spelling.offset(offset);
    }
}
