//! What Python's dates and times say.
use pyo3::prelude::*;
use pyo3::types::{PyDateAccess, PyDateTime, PyTimeAccess};

use crate::text::temporal::{Date, DateTime, Time};

pub fn date(value: &impl PyDateAccess) -> Date {
    let year = u16::try_from(value.get_year()).unwrap_or_default();
    Date::new(year, value.get_month(), value.get_day())
}

pub fn time(value: &impl PyTimeAccess) -> Time {
    let (hour, minute, second) = (value.get_hour(), value.get_minute(), value.get_second());
    Time::new(hour, minute, second, value.get_microsecond())
}

/// The clock, whatever its zone.
pub fn datetime(value: &Bound<'_, PyDateTime>) -> DateTime {
    DateTime::new(date(value), time(value))
}
