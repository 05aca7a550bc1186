//! The meeting point of a source and a kind: a Python object, or what a database cell says.
use pyo3::prelude::*;

use crate::text::decimal::Decimal;
use crate::text::temporal::{Date, DateTime, Time};

pub enum Value<'a, 'py> {
    Object(&'a Bound<'py, PyAny>),
    Boolean(bool),
    Date(Date),
    /// Aware and in UTC, or naive.
    DateTime(DateTime, bool),
    Time(Time),
    /// Microseconds.
    Duration(i64),
    Decimal(Decimal),
    Uuid(u128),
}
