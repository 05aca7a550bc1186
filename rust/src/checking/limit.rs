//! Django's validators, as far as they are known here.
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyAnyMethods, PyInt};

use crate::python::integer;
use crate::python::types::exactly;
use crate::text::decimal::Decimal;

pub enum Limit {
    /// `MinValueValidator` and `MaxValueValidator`.
    Least(Bound),
    Most(Bound),
    /// `MinLengthValidator` and `MaxLengthValidator`.
    Shortest(usize),
    Longest(usize),
    /// `DecimalValidator`: digits in all, digits behind the point.
    Digits(Option<u32>, Option<u32>),
    /// `RegexValidator`: a pattern's `search`, and whether it must find something.
    Pattern(Py<PyAny>, bool),
    /// Any other of Django's own, called as it is.
    Validator(Py<PyAny>),
}

/// A limit of values; 64 bits of it where it has no more.
pub struct Bound {
    value: Py<PyAny>,
    small: Option<i64>,
}

type Value<'py> = pyo3::Bound<'py, PyAny>;

impl Limit {
    /// From `(name, argument, …)`.
    pub fn build(description: &Value<'_>) -> PyResult<Self> {
        let name: String = description.get_item(0)?.extract()?;
        let argument = description.get_item(1)?;
        Ok(match name.as_str() {
            "least" => Self::Least(Bound::new(&argument)),
            "most" => Self::Most(Bound::new(&argument)),
            "shortest" => Self::Shortest(argument.extract()?),
            "longest" => Self::Longest(argument.extract()?),
            "digits" => Self::Digits(argument.extract()?, description.get_item(2)?.extract()?),
            "pattern" => Self::Pattern(argument.unbind(), description.get_item(2)?.extract()?),
            "validator" => Self::Validator(argument.unbind()),
            _ => return Err(PyValueError::new_err(format!("unknown limit {name:?}"))),
        })
    }

    /// Whether the validator certainly lets the value, which is of an exact type, pass.
    pub fn holds(&self, value: &Value<'_>) -> PyResult<bool> {
        Ok(match self {
            Self::Least(bound) => !bound.is_passed(value, CompareOp::Lt),
            Self::Most(bound) => !bound.is_passed(value, CompareOp::Gt),
            Self::Shortest(length) => value.len()? >= *length,
            Self::Longest(length) => value.len()? <= *length,
            Self::Digits(all, places) => has_few_digits(value, *all, *places)?,
            Self::Pattern(search, wanted) => {
                search.bind(value.py()).call1((value,))?.is_none() != *wanted
            }
            // What it raises, it will raise again for the field.
            Self::Validator(validator) => validator.bind(value.py()).call1((value,)).is_ok(),
        })
    }
}

impl Bound {
    fn new(value: &Value<'_>) -> Self {
        let small = exactly::<PyInt>(value).and_then(integer::small);
        Self { value: value.clone().unbind(), small }
    }

    /// Whether the value is beyond the bound, or cannot be compared with it, which Django will raise.
    fn is_passed(&self, value: &Value<'_>, beyond: CompareOp) -> bool {
        let value_small = exactly::<PyInt>(value).and_then(integer::small);
        if let (Some(value), Some(bound)) = (value_small, self.small) {
            return beyond.matches(value.cmp(&bound));
        }
        let compared = value.rich_compare(self.value.bind(value.py()), beyond);
        compared.and_then(|answer| answer.is_truthy()).unwrap_or(true)
    }
}

/// `DecimalValidator` for numbers that `str` spells without an exponent.
fn has_few_digits(value: &Value<'_>, all: Option<u32>, places: Option<u32>) -> PyResult<bool> {
    let text = value.str()?;
    let Some(number) = text.to_str().ok().and_then(Decimal::parse) else { return Ok(false) };
    let digits = number.digits().max(number.places());
    let whole = digits - number.places();
    let at_most = |limit: Option<u32>, count| limit.is_none_or(|limit| count <= limit);
    let room = all.zip(places).map(|(all, places)| all.saturating_sub(places));
    Ok(at_most(all, digits) && at_most(places, number.places()) && at_most(room, whole))
}
