//! `DecimalField`.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::option;
use super::rule::Accepted;
use crate::error::{Outcome, Stop};
use crate::python::{make, types};
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::decimal::{Decimal, Rounding};
use crate::text::space::strip;
use crate::text::spelling::Spelling;

/// Localized or normalized, the field stays stock.
pub struct Options {
    /// `coerce_to_string`; without it the value is a `Decimal`.
    as_text: bool,
    /// `None`: the number keeps its own places.
    places: Option<u32>,
    /// `max_digits`; what has more is an error that stock raises.
    digits: Option<u32>,
    rounding: Rounding,
}

impl Options {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let rounding: String = option(options, "rounding")?;
        Ok(Self {
            as_text: option(options, "as_text")?,
            places: option(options, "places")?,
            digits: option(options, "digits")?,
            rounding: Rounding::from_name(&rounding)
                .ok_or_else(|| pyo3::exceptions::PyValueError::new_err(rounding))?,
        })
    }

    pub fn write<'py, S: Sink<'py>>(&self, value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
        match value {
            Value::Decimal(_) if !self.as_text => Err(Stop::Unsure),
            Value::Decimal(number) => self.spell(*number, sink),
            Value::Object(object) if types::is_exactly(object, types::decimal(object.py())?) => {
                let text = object.str()?;
                let number = text.to_str().ok().and_then(Decimal::parse).ok_or(Stop::Unsure)?;
                if self.as_text {
                    return self.spell(number, sink);
                }
                let quantized = self.quantized(number)?;
                let mut spelling = Spelling::default();
                quantized.spell(&mut spelling);
                sink.object(&object.get_type().call1((spelling.as_str(),))?)
            }
            _ => Err(Stop::Unsure),
        }
    }

    fn spell<'py, S: Sink<'py>>(&self, number: Decimal, sink: &mut S) -> Outcome {
        let number = self.quantized(number)?;
        sink.spelled(|text| number.spell(text))
    }

    /// `DecimalField.quantize`
    fn quantized(&self, number: Decimal) -> Outcome<Decimal> {
        let number = match self.places {
            Some(places) => number.quantized(places, self.rounding).ok_or(Stop::Unsure)?,
            None => number,
        };
        // The context of Python's decimal has 28 digits unless the field or the user says more.
        if self.places.is_some() && number.digits() > self.digits.unwrap_or(28) {
            return Err(Stop::Unsure);
        }
        Ok(number)
    }
}

/// `validate_precision` and `quantize`
pub struct Rule {
    places: Option<u32>,
    digits: Option<u32>,
    allow_null: bool,
}

impl Rule {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self {
            places: option(options, "places")?,
            digits: option(options, "digits")?,
            allow_null: option(options, "allow_null")?,
        })
    }

    pub fn accept<'py>(&self, given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Accepted<'py>> {
        let Some(text) = given.text()? else {
            let text = spelled(given, py)?;
            return self.accept_text(text.to_str()?, py);
        };
        let text = strip(&text);
        if text.is_empty() && self.allow_null {
            return Ok(Accepted::Empty(py.None().into_bound(py)));
        }
        self.accept_text(text, py)
    }

    fn accept_text<'py>(&self, text: &str, py: Python<'py>) -> Outcome<Accepted<'py>> {
        let number = Decimal::parse(text).filter(|number| self.fits(*number));
        let number = number.and_then(|number| self.quantize(number)).ok_or(Stop::Unsure)?;
        let mut spelling = Spelling::default();
        number.spell(&mut spelling);
        Ok(Accepted::Value(make::decimal(py, &spelling)?))
    }

    fn fits(&self, number: Decimal) -> bool {
        let (digits, places) = (number.digits().max(number.places()), number.places());
        let whole = number.digits().saturating_sub(places);
        let room = self.digits.zip(self.places).map(|(digits, places)| digits.checked_sub(places));
        self.digits.is_none_or(|limit| digits <= limit)
            && self.places.is_none_or(|limit| places <= limit)
            && room.is_none_or(|room| room.is_some_and(|room| whole <= room))
    }

    /// Only ever more places than the number has: nothing is rounded. More digits than the context
    /// allows are an error that stock raises.
    fn quantize(&self, number: Decimal) -> Option<Decimal> {
        let Some(places) = self.places else { return Some(number) };
        let quantized = number.quantized(places, Rounding::HalfEven)?;
        (quantized.digits() <= self.digits.unwrap_or(28)).then_some(quantized)
    }
}

/// `smart_str(number)`
fn spelled<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyString>> {
    let is_number = given.integer().is_some() || given.float().is_some();
    let value = given.to_object(py)?;
    if !is_number && !types::is_exactly(&value, types::decimal(py)?) {
        return Err(Stop::Unsure);
    }
    Ok(value.str()?)
}
