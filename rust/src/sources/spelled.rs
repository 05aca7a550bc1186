//! Values that JSON has no form for, as `rest_framework.utils.encoders.JSONEncoder` spells them.
#![allow(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "exactness is checked before it is relied on"
)]
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyDateTime, PyDelta, PyDeltaAccess, PyTime, PyType, PyTzInfoAccess};

use crate::error::{Outcome, Stop};
use crate::python::types::exactly;
use crate::python::{integer, temporal, types, zone};
use crate::sinks::Sink;
use crate::text::spelling::Spelling;
use crate::text::{number, uuid};

/// Integers up to here are exact as floats: 2^53.
const EXACT: i128 = 1 << 53;

/// Writes a value of exactly one of six classes; says whether it was one.
pub fn write<'py, S: Sink<'py>>(value: &Bound<'py, PyAny>, sink: &mut S) -> Outcome<bool> {
    let class = value.get_type_ptr().cast();
    let place = classes(value.py())?.iter().position(|known| known.as_ptr() == class);
    // SAFETY: the class has just been found in its place.
    unsafe {
        match place {
            Some(0) => datetime(value.cast_unchecked(), sink),
            Some(1) => {
                plain(sink, |text| text.date(temporal::date(value.cast_unchecked::<PyDate>())))
            }
            Some(2) => clock(value.cast_unchecked(), sink),
            Some(3) => timedelta(value.cast_unchecked(), sink),
            Some(4) => decimal(value, sink),
            Some(_) => uuid(value, sink),
            None => Ok(false),
        }
    }
}

fn classes(py: Python<'_>) -> PyResult<&[Py<PyType>; 6]> {
    static CLASSES: PyOnceLock<[Py<PyType>; 6]> = PyOnceLock::new();
    CLASSES.get_or_try_init(py, || {
        let own = [
            py.get_type::<PyDateTime>(),
            py.get_type::<PyDate>(),
            py.get_type::<PyTime>(),
            py.get_type::<PyDelta>(),
        ];
        let [a, b, c, d] = own.map(Bound::unbind);
        let (decimal, uuid) = (types::decimal(py)?.clone(), types::uuid(py)?.clone());
        Ok([a, b, c, d, decimal.unbind(), uuid.unbind()])
    })
}

fn plain<'py, S: Sink<'py>>(sink: &mut S, spell: impl FnOnce(&mut Spelling)) -> Outcome<bool> {
    sink.spelled(spell)?;
    Ok(true)
}

/// Stock refuses most aware times, in its own words.
fn clock<'py, S: Sink<'py>>(value: &Bound<'py, PyTime>, sink: &mut S) -> Outcome<bool> {
    let is_naive = value.get_tzinfo().is_none();
    if is_naive { plain(sink, |text| text.time(temporal::time(value))) } else { Ok(false) }
}

fn uuid<'py, S: Sink<'py>>(value: &Bound<'py, PyAny>, sink: &mut S) -> Outcome<bool> {
    let number = value.getattr(intern!(value.py(), "int"))?;
    let number = exactly(&number).and_then(integer::unsigned).ok_or(Stop::Refused)?;
    plain(sink, |spelling| spelling.put(uuid::hyphenated(number)))
}

/// `isoformat()`, with `Z` for `+00:00`.
fn datetime<'py, S: Sink<'py>>(value: &Bound<'py, PyDateTime>, sink: &mut S) -> Outcome<bool> {
    let moment = temporal::datetime(value);
    let offset = match value.get_tzinfo() {
        None => return plain(sink, |spelling| spelling.datetime(moment)),
        Some(zone) if zone::is_utc(&zone)? => 0,
        Some(_) => {
            let offset = value.call_method0(intern!(value.py(), "utcoffset"))?;
            match offset.cast::<PyDelta>() {
                Ok(offset) if offset.get_microseconds() == 0 => {
                    offset.get_days() * 86_400 + offset.get_seconds()
                }
                _ => return Ok(false),
            }
        }
    };
    plain(sink, |spelling| {
        spelling.datetime(moment);
        spelling.offset(offset);
    })
}

/// `str(total_seconds())`: Python divides exactly and rounds once, so do we while the microseconds
/// fit a float.
fn timedelta<'py, S: Sink<'py>>(value: &Bound<'py, PyDelta>, sink: &mut S) -> Outcome<bool> {
    let seconds = i128::from(value.get_days()) * 86_400 + i128::from(value.get_seconds());
    let microseconds = seconds * 1_000_000 + i128::from(value.get_microseconds());
    if microseconds.abs() > EXACT {
        return Ok(false);
    }
    let mut text = [0; number::LONGEST_FLOAT];
    let start = text.as_mut_ptr();
    // SAFETY: there is room for the longest float.
    let length =
        unsafe { number::float(microseconds as f64 / 1e6, start).offset_from_unsigned(start) };
    sink.plain(std::str::from_utf8(&text[..length]).unwrap_or_default())?;
    Ok(true)
}

/// `float(value)`
fn decimal<'py, S: Sink<'py>>(value: &Bound<'py, PyAny>, sink: &mut S) -> Outcome<bool> {
    // SAFETY: any object may be asked; the -1 that may stand for an error is checked below.
    let number = unsafe { ffi::PyFloat_AsDouble(value.as_ptr()) };
    if number == -1.0
        && let Some(error) = PyErr::take(value.py())
    {
        return Err(error.into());
    }
    sink.float(number)?;
    Ok(true)
}
