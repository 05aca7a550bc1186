//! `CharField` and everything that is one: `str(value)`.
use std::net::Ipv6Addr;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::option;
use super::rule::Accepted;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::{Given, Value};
use crate::text::space::strip;
use crate::text::uuid;

pub fn write<'py, S: Sink<'py>>(value: &Value<'_, 'py>, sink: &mut S) -> Outcome {
    match value {
        Value::Object(object) => match object.cast_exact::<PyString>() {
            Ok(text) => sink.string(text),
            Err(_) => sink.object(object.str()?.as_any()),
        },
        Value::Text(text) | Value::File(text, _) => sink.text(text),
        Value::Integer(number) => sink.plain(itoa::Buffer::new().format(*number)),
        Value::Uuid(value) => {
            sink.plain(std::str::from_utf8(&uuid::hyphenated(*value)).unwrap_or_default())
        }
        _ => Err(Stop::Unsure),
    }
}

/// `CharField`
pub struct Rule {
    trims: bool,
    allow_blank: bool,
}

impl Rule {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { trims: option(options, "trim")?, allow_blank: option(options, "allow_blank")? })
    }

    #[inline]
    pub fn accept<'py>(&self, given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Accepted<'py>> {
        let Some(text) = given.text()? else {
            return Ok(Accepted::Value(spelled(given, py)?));
        };
        let kept = if self.trims { strip(&text) } else { &text };
        if kept.is_empty() {
            if !self.allow_blank {
                return Err(Stop::Unsure);
            }
            return Ok(Accepted::Empty(PyString::new(py, "").into_any()));
        }
        Ok(Accepted::Value(match given {
            Given::Object(_) | Given::Text(_) if kept.len() == text.len() => given.to_object(py)?,
            _ => PyString::new(py, kept).into_any(),
        }))
    }
}

/// `str(number)`; a bool is no text.
fn spelled<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    if given.integer().is_none() && given.float().is_none() {
        return Err(Stop::Unsure);
    }
    Ok(given.to_object(py)?.str()?.into_any())
}

/// `IPAddressField`
pub struct Address {
    trims: bool,
    /// Addresses with colons are read.
    v6: bool,
}

impl Address {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { trims: option(options, "trim")?, v6: option(options, "v6")? })
    }

    pub fn accept<'py>(
        &self,
        given: &Given<'_, 'py>,
        py: Python<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let text = given.text()?.ok_or(Stop::Unsure)?;
        let address = if self.trims { strip(&text) } else { &text };
        if address.contains(':') {
            return self.accept_v6(&text, py);
        }
        if address.is_empty() {
            return Err(Stop::Unsure);
        }
        Ok(PyString::new(py, address).into_any())
    }

    /// `clean_ipv6_address`: as RFC 5952 spells it.
    fn accept_v6<'py>(&self, text: &str, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        let address: Ipv6Addr = text.parse().map_err(|_| Stop::Unsure)?;
        if !self.v6 || text.len() > LONGEST_V6 || address.to_ipv4_mapped().is_some() {
            return Err(Stop::Unsure);
        }
        Ok(PyString::new(py, &address.to_string()).into_any())
    }
}

/// `MAX_IPV6_ADDRESS_LENGTH`
const LONGEST_V6: usize = 39;
