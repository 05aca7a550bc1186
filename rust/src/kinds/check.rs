//! Validators of Django and DRF that need no Python code to be satisfied.
use std::net::Ipv4Addr;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::string::PyStringData;
use pyo3::types::{PyInt, PyString};

use crate::error::{Outcome, Stop};
use crate::python::integer;
use crate::python::types::exactly;
use crate::python::unicode;
use crate::text::address;

pub enum Check {
    MaxLength(usize),
    MinLength(usize),
    MaxValue(Limit),
    MinValue(Limit),
    /// `ProhibitNullCharactersValidator` and `ProhibitSurrogateCharactersValidator`
    PlainText,
    Slug,
    Mail,
    /// At most so many characters long.
    Url(usize),
    Ipv4,
    Ip,
    /// The `search` of a compiled pattern, and whether it must find nothing.
    Pattern(Py<PyAny>, bool),
}

impl Check {
    pub fn build(name: &str, limit: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(match name {
            "max_length" => Self::MaxLength(limit.extract()?),
            "min_length" => Self::MinLength(limit.extract()?),
            "max_value" => Self::MaxValue(Limit::new(limit)),
            "min_value" => Self::MinValue(Limit::new(limit)),
            "plain_text" => Self::PlainText,
            "slug" => Self::Slug,
            "mail" => Self::Mail,
            "url" => Self::Url(limit.extract()?),
            "ipv4" => Self::Ipv4,
            "ip" => Self::Ip,
            "pattern" => {
                let (search, inverse) = limit.extract()?;
                Self::Pattern(search, inverse)
            }
            _ => return Err(PyValueError::new_err(format!("unknown check {name:?}"))),
        })
    }

    /// Whether the value certainly passes.
    #[inline]
    pub fn holds(&self, value: &Bound<'_, PyAny>) -> Outcome<bool> {
        Ok(match self {
            Self::MaxLength(limit) => value.len()? <= *limit,
            Self::MinLength(limit) => value.len()? >= *limit,
            Self::MaxValue(limit) => limit.is_above(value)?,
            Self::MinValue(limit) => limit.is_below(value)?,
            Self::PlainText => is_plain(exactly(value).ok_or(Stop::Unsure)?)?,
            Self::Slug => address::is_slug(text(value)?),
            Self::Mail => address::is_mail(text(value)?),
            Self::Url(limit) => value.len()? <= *limit && address::is_url(text(value)?),
            Self::Ipv4 => text(value)?.parse::<Ipv4Addr>().is_ok(),
            Self::Ip => text(value)?.parse::<std::net::IpAddr>().is_ok(),
            Self::Pattern(search, inverse) => {
                text(value)?;
                search.bind(value.py()).call1((value,))?.is_none() == *inverse
            }
        })
    }
}

/// The characters of an exact `str`; one with surrogates is for stock to refuse.
#[inline]
fn text<'a>(value: &'a Bound<'_, PyAny>) -> Outcome<&'a str> {
    let text = exactly::<PyString>(value).ok_or(Stop::Unsure)?;
    text.to_str().map_err(|_| Stop::Unsure)
}

/// Neither NUL nor surrogates. The characters are looked at as they are stored: making UTF-8 of them
/// would take longer than everything else about a text.
#[inline]
fn is_plain(text: &Bound<'_, PyString>) -> PyResult<bool> {
    if let Some(ascii) = unicode::ascii(text) {
        return Ok(!ascii.as_slice().contains(&0));
    }
    Ok(match unicode::code_points(text)? {
        PyStringData::Ucs1(points) => !points.contains(&0),
        PyStringData::Ucs2(points) => {
            points.iter().all(|point| !matches!(point, 0 | 0xd800..=0xdfff))
        }
        PyStringData::Ucs4(points) => {
            points.iter().all(|point| !matches!(point, 0 | 0xd800..=0xdfff))
        }
    })
}

/// A number to compare with; small ones are compared without Python.
pub struct Limit {
    object: Py<PyAny>,
    small: Option<i64>,
}

impl Limit {
    fn new(limit: &Bound<'_, PyAny>) -> Self {
        let small = exactly::<PyInt>(limit).and_then(integer::small);
        Self { object: limit.clone().unbind(), small }
    }

    fn pair(&self, value: &Bound<'_, PyAny>) -> Option<(i64, i64)> {
        Some((exactly::<PyInt>(value).and_then(integer::small)?, self.small?))
    }

    fn is_above(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        match self.pair(value) {
            Some((value, limit)) => Ok(value <= limit),
            None => Ok(!value.gt(&self.object)?),
        }
    }

    fn is_below(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        match self.pair(value) {
            Some((value, limit)) => Ok(value >= limit),
            None => Ok(!value.lt(&self.object)?),
        }
    }
}
