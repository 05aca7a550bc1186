//! Dates and times in ISO 8601, spelled as `datetime.isoformat()` spells them.
//!
//! Each is one word: parts that are written to memory one by one and read back together would be waited
//! for, which takes longer than reading or spelling them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "every number here is a digit group or a calendar part of known size"
)]

mod calendar;
mod reading;
mod spelling;

pub use reading::{
    parse_clock, parse_date, parse_datetime, parse_duration, parse_moment, parse_time,
};

/// A year of 1 to 9999, a month and a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(u32);

/// Hour, minute, second and microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(u64);

/// Bits that a part needs.
const DAY: u32 = 5;
const MONTH: u32 = 4;
const MICROSECOND: u32 = 20;
const SECOND: u32 = 6;
const MINUTE: u32 = 6;
const HOUR: u32 = 5;
const TIME: u32 = HOUR + MINUTE + SECOND + MICROSECOND;

impl Date {
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self((year as u32) << (MONTH + DAY) | (month as u32) << DAY | day as u32)
    }

    pub const fn year(self) -> u16 {
        (self.0 >> (MONTH + DAY)) as u16
    }

    pub const fn month(self) -> u8 {
        (self.0 >> DAY) as u8 & low(MONTH) as u8
    }

    pub const fn day(self) -> u8 {
        self.0 as u8 & low(DAY) as u8
    }
}

impl Time {
    pub const MIDNIGHT: Self = Self(0);

    pub const fn new(hour: u8, minute: u8, second: u8, microsecond: u32) -> Self {
        let minutes = (hour as u64) << MINUTE | minute as u64;
        let seconds = minutes << SECOND | second as u64;
        Self(seconds << MICROSECOND | microsecond as u64)
    }

    pub const fn hour(self) -> u8 {
        (self.0 >> (MINUTE + SECOND + MICROSECOND)) as u8
    }

    pub const fn minute(self) -> u8 {
        (self.0 >> (SECOND + MICROSECOND)) as u8 & low(MINUTE) as u8
    }

    pub const fn second(self) -> u8 {
        (self.0 >> MICROSECOND) as u8 & low(SECOND) as u8
    }

    pub const fn microsecond(self) -> u32 {
        (self.0 & low(MICROSECOND)) as u32
    }
}

impl DateTime {
    pub const fn new(date: Date, time: Time) -> Self {
        Self((date.0 as u64) << TIME | time.0)
    }

    pub const fn date(self) -> Date {
        Date((self.0 >> TIME) as u32)
    }

    pub const fn time(self) -> Time {
        Time(self.0 & low(TIME))
    }
}

/// As many ones.
const fn low(bits: u32) -> u64 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back() {
        for (date, time) in [((1, 1, 1), (0, 0, 0, 0)), ((9999, 12, 31), (23, 59, 59, 999_999))] {
            let (year, month, day) = date;
            let (hour, minute, second, microsecond) = time;
            let whole = DateTime::new(
                Date::new(year, month, day),
                Time::new(hour, minute, second, microsecond),
            );
            let found = whole.date();
            assert_eq!((found.year(), found.month(), found.day()), date);
            let found = whole.time();
            let clock = (found.hour(), found.minute(), found.second(), found.microsecond());
            assert_eq!(clock, time);
        }
    }
}
