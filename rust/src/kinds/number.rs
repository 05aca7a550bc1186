//! `IntegerField`, `BigIntegerField` and `FloatField`.
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt};

use super::option;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::{Given, Value};

pub struct Integer {
    /// `coerce_to_string` of `BigIntegerField`.
    as_text: bool,
}

impl Integer {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { as_text: option(options, "as_text")? })
    }

    pub fn write<'py, S: Sink<'py>>(&self, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
        let object = match value {
            Value::Integer(number) if self.as_text => {
                return sink.plain(itoa::Buffer::new().format(*number));
            }
            Value::Integer(number) => return sink.integer(*number),
            Value::Object(object) => object,
            _ => return Err(Stop::Unsure),
        };
        if let Ok(number) = object.cast_exact::<PyInt>() {
            return if self.as_text { sink.string(&number.str()?) } else { sink.object(number) };
        }
        match object.cast_exact::<PyBool>() {
            Ok(flag) if !self.as_text => sink.integer(flag.is_true().into()),
            _ => Err(Stop::Unsure),
        }
    }
}

pub fn write_float<'py, S: Sink<'py>>(value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    match value {
        Value::Float(number) => sink.float(*number),
        Value::Object(object) if object.is_exact_instance_of::<PyFloat>() => sink.object(object),
        _ => Err(Stop::Unsure),
    }
}

/// Floats below it are spelled without an exponent.
const PLAIN_FLOAT: f64 = 1e15;
/// Digits that fit 64 bits whatever they are.
const SAFE_DIGITS: usize = 18;

/// `IntegerField`
#[inline]
pub fn accept_integer<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    if given.integer().is_some() {
        return given.to_object(py);
    }
    let number = match given.float() {
        Some(number) => whole(number),
        None => given.text()?.as_deref().and_then(digits),
    };
    let number = number.ok_or(Stop::Unsure)?;
    Ok(number.into_pyobject(py).map_err(PyErr::from)?.into_any())
}

/// A float that `re_decimal` makes an integer of.
#[allow(clippy::cast_possible_truncation, reason = "the number has just been found to be small")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < PLAIN_FLOAT).then_some(number as i64)
}

fn digits(text: &str) -> Option<i64> {
    let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
    if plain.len() > SAFE_DIGITS || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `FloatField`; only numbers that are finite for certain.
pub fn accept_float<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    if let Some(number) = given.float() {
        return if number.is_finite() { given.to_object(py) } else { Err(Stop::Unsure) };
    }
    let number = match given.integer() {
        #[allow(clippy::cast_precision_loss, reason = "rounded to even, as Python does it")]
        Some(number) => Some(number as f64),
        None => given.text()?.as_deref().and_then(decimal),
    };
    let number = number.filter(|number| number.is_finite()).ok_or(Stop::Unsure)?;
    Ok(PyFloat::new(py, number).into_any())
}

/// Decimal digits with a point and an exponent: words such as `inf` and digits of other scripts are
/// left to Python.
fn decimal(text: &str) -> Option<f64> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.len() > 1000 || !text.bytes().all(is_plain) {
        return None;
    }
    text.parse().ok()
}
