//! The meeting point of a source and a kind: a Python object, or what a database cell says.
#![allow(clippy::inline_always, reason = "a cell handed over in memory costs more than all else")]
use pyo3::prelude::*;

use super::raw::Raw;
use crate::text::decimal::Decimal;
use crate::text::temporal::{Date, DateTime, Time};

pub enum Value<'a, 'py> {
    Object(&'a Bound<'py, PyAny>),
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    /// The name of a file, and the model's field whose storage has its URL, if that is asked for.
    File(&'a str, Option<&'a Py<PyAny>>),
    Date(Date),
    /// Aware and in UTC, or naive.
    DateTime(DateTime, bool),
    Time(Time),
    /// Microseconds.
    Duration(i64),
    Decimal(Decimal),
    Uuid(u128),
}

impl<'a, 'py> Value<'a, 'py> {
    /// A cell whose value is what the driver says; bytes have to become an object first.
    #[inline(always)]
    pub fn of(raw: Raw<'a, 'py>) -> Option<Self> {
        match raw {
            Raw::Boolean(answer) => Some(Self::Boolean(answer)),
            Raw::Integer(number) => Some(Self::Integer(number)),
            Raw::Float(number) => Some(Self::Float(number)),
            Raw::Text(text) => Some(Self::Text(text)),
            Raw::Object(object) => Some(Self::Object(object)),
            Raw::Null | Raw::Bytes(_) => None,
        }
    }
}
