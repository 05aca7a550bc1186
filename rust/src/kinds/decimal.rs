//! `DecimalField`.
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::option;
use crate::error::{Outcome, Stop};
use crate::python::types;
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::decimal::{Decimal, Rounding};
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
        let mut spelling = Spelling::default();
        self.quantized(number)?.spell(&mut spelling);
        sink.plain(spelling.as_str())
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
