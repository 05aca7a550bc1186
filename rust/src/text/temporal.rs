//! Dates and times in ISO 8601, spelled as `datetime.isoformat()` spells them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "every number here is a digit group or a calendar part of known size"
)]

use super::number::PAIRS;
use super::spelling::Spelling;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub microsecond: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    pub date: Date,
    pub time: Time,
}

impl Date {
    fn is_leap(self) -> bool {
        let year = self.year;
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    }

    /// From 1 on.
    pub fn day_of_year(self) -> u32 {
        let before = (1..self.month).map(|month| Self { month, ..self }.days_in_month());
        before.map(u32::from).sum::<u32>() + u32::from(self.day)
    }

    /// Zero for a month that does not exist.
    fn days_in_month(self) -> u8 {
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.is_leap() => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        }
    }
}

const SECONDS_PER_DAY: i64 = 86_400;

/// The last two digits.
fn pair(number: u16) -> [u8; 2] {
    PAIRS[usize::from(number % 100)]
}

impl Spelling {
    pub fn date(&mut self, date: Date) {
        let mut text = *b"0000-00-00";
        text[..2].copy_from_slice(&pair(date.year / 100));
        text[2..4].copy_from_slice(&pair(date.year));
        text[5..7].copy_from_slice(&pair(date.month.into()));
        text[8..].copy_from_slice(&pair(date.day.into()));
        self.put(text);
    }

    pub fn time(&mut self, time: Time) {
        let mut text = *b"00:00:00";
        text[..2].copy_from_slice(&pair(time.hour.into()));
        text[3..5].copy_from_slice(&pair(time.minute.into()));
        text[6..].copy_from_slice(&pair(time.second.into()));
        self.put(text);
        if time.microsecond > 0 {
            self.push(b'.');
            self.digits(time.microsecond, 6);
        }
    }

    pub fn datetime(&mut self, value: DateTime) {
        self.date(value.date);
        self.push(b'T');
        self.time(value.time);
    }

    /// Takes back the last three digits of the fraction of a time that was spelled last.
    pub fn cut_to_millis(&mut self, time: Time) {
        if time.microsecond > 0 {
            self.shorten(3);
        }
    }

    /// `Z` for zero, as DRF spells it; otherwise `+HH:MM[:SS]`.
    pub fn offset(&mut self, seconds: i32) {
        if seconds == 0 {
            return self.push(b'Z');
        }
        self.push(if seconds < 0 { b'-' } else { b'+' });
        let seconds = seconds.unsigned_abs();
        self.digits(seconds / 3600, 2);
        self.push(b':');
        self.digits(seconds / 60 % 60, 2);
        if !seconds.is_multiple_of(60) {
            self.push(b':');
            self.digits(seconds % 60, 2);
        }
    }
}

/// Days since 1970-01-01. The algorithm is Howard Hinnant's `days_from_civil`.
fn days(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse, `civil_from_days`; `None` outside the years 1 to 9999.
fn civil(days: i64) -> Option<Date> {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8;
    let month = ((shifted_month + 2) % 12 + 1) as u8;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (1..=9999).contains(&year).then_some(Date { year: year as u16, month, day })
}

impl DateTime {
    /// Seconds since 1970-01-01T00:00:00, whatever the zone.
    pub fn seconds(self) -> i64 {
        let time = self.time;
        days(self.date) * SECONDS_PER_DAY
            + i64::from(time.hour) * 3600
            + i64::from(time.minute) * 60
            + i64::from(time.second)
    }

    /// The same clock moved by `offset` seconds; `None` outside the years 1 to 9999.
    pub fn shifted(self, offset: i32) -> Option<Self> {
        if offset == 0 {
            return Some(self);
        }
        let seconds = self.seconds() + i64::from(offset);
        let date = civil(seconds.div_euclid(SECONDS_PER_DAY))?;
        let rest = seconds.rem_euclid(SECONDS_PER_DAY);
        let time = Time {
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
            microsecond: self.time.microsecond,
        };
        Some(Self { date, time })
    }
}

/// Reads text from the left.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self, width: usize) -> Option<u32> {
        let (head, tail) = self.0.split_at_checked(width)?;
        let mut value = 0;
        for &byte in head {
            value = value * 10 + u32::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        self.0 = tail;
        Some(value)
    }

    fn skip(&mut self, byte: u8) -> Option<()> {
        let (head, tail) = self.0.split_first()?;
        (*head == byte).then(|| self.0 = tail)
    }

    fn date(&mut self) -> Option<Date> {
        let year = self.number(4)? as u16;
        self.skip(b'-')?;
        let month = self.number(2)? as u8;
        self.skip(b'-')?;
        let date = Date { year, month, day: self.number(2)? as u8 };
        (date.year > 0 && (1..=date.days_in_month()).contains(&date.day)).then_some(date)
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.number(2)? as u8;
        self.skip(b':')?;
        let minute = self.number(2)? as u8;
        self.skip(b':')?;
        let second = self.number(2)? as u8;
        let microsecond = self.fraction()?;
        (hour < 24 && minute < 60 && second < 60).then_some(Time {
            hour,
            minute,
            second,
            microsecond,
        })
    }

    /// `HH:MM[:SS[.ffffff]]`
    fn clock(&mut self) -> Option<Time> {
        let start = Self(self.0);
        self.number(2)?;
        self.skip(b':')?;
        self.number(2)?;
        if self.0.first() == Some(&b':') {
            self.0 = start.0;
            return self.time();
        }
        let (hour, minute) = (Self(start.0).number(2)? as u8, Self(&start.0[3..]).number(2)? as u8);
        let is_time = hour < 24 && minute < 60;
        is_time.then_some(Time { hour, minute, second: 0, microsecond: 0 })
    }

    /// `Z` or `+HH:MM` in seconds.
    fn zone(&mut self) -> Option<i32> {
        if self.skip(b'Z').is_some() {
            return Some(0);
        }
        let sign = if self.skip(b'-').is_some() { -1 } else { self.skip(b'+').map(|()| 1)? };
        let time = self.clock()?;
        let is_short = time.second == 0 && time.microsecond == 0;
        is_short.then_some(sign * (i32::from(time.hour) * 60 + i32::from(time.minute)) * 60)
    }

    /// Up to six digits after a point; none is zero.
    fn fraction(&mut self) -> Option<u32> {
        if self.skip(b'.').is_none() {
            return Some(0);
        }
        let width = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=6).contains(&width) {
            return None;
        }
        Some(self.number(width)? * 10_u32.pow(6 - width as u32))
    }

    /// `+HH[:MM[:SS]]` in seconds.
    fn offset(&mut self) -> Option<i32> {
        let sign = if self.skip(b'-').is_some() { -1 } else { 1 };
        if sign == 1 {
            self.skip(b'+')?;
        }
        let mut seconds = self.number(2)? * 3600;
        for unit in [60, 1] {
            if self.skip(b':').is_some() {
                seconds += self.number(2)? * unit;
            }
        }
        Some(sign * seconds as i32)
    }

    fn done<T>(&self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

pub fn parse_date(text: &str) -> Option<Date> {
    let mut reader = Reader(text.as_bytes());
    let date = reader.date()?;
    reader.done(date)
}

pub fn parse_time(text: &str) -> Option<Time> {
    let mut reader = Reader(text.as_bytes());
    let time = reader.time()?;
    reader.done(time)
}

/// `YYYY-MM-DD HH:MM:SS[.ffffff][+HH[:MM[:SS]]]` as SQLite and PostgreSQL keep it; the offset in
/// seconds where there is one.
pub fn parse_datetime(text: &str) -> Option<(DateTime, Option<i32>)> {
    let mut reader = Reader(text.as_bytes());
    let date = reader.date()?;
    reader.skip(b' ')?;
    let value = DateTime { date, time: reader.time()? };
    let offset = if reader.0.is_empty() { None } else { Some(reader.offset()?) };
    reader.done((value, offset))
}

/// `HH:MM[:SS[.ffffff]]`: of what `time.fromisoformat` reads the usual part.
pub fn parse_clock(text: &str) -> Option<Time> {
    let mut reader = Reader(text.as_bytes());
    let time = reader.clock()?;
    reader.done(time)
}

/// `YYYY-MM-DDTHH:MM[:SS[.ffffff]][Z|+HH:MM]`: of what `datetime.fromisoformat` reads the usual part;
/// the offset in seconds where there is one.
pub fn parse_moment(text: &str) -> Option<(DateTime, Option<i32>)> {
    let mut reader = Reader(text.as_bytes());
    let date = reader.date()?;
    reader.skip(b'T').or_else(|| reader.skip(b' '))?;
    let time = reader.clock()?;
    let offset = if reader.0.is_empty() { None } else { Some(reader.zone()?) };
    reader.done((DateTime { date, time }, offset))
}

/// Days and the rest of `[D ]HH:MM:SS[.ffffff]`, as `duration_string` spells a span that is not negative.
pub fn parse_duration(text: &str) -> Option<(i32, Time)> {
    let (days, clock) = match text.split_once(' ') {
        Some((days, clock)) if (1..=8).contains(&days.len()) => (days, clock),
        Some(_) => return None,
        None => ("0", text),
    };
    if !days.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((days.parse().ok()?, parse_time(clock)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<String> {
        let (value, offset) = parse_datetime(text)?;
        let mut spelling = Spelling::default();
        spelling.datetime(value);
        if let Some(offset) = offset {
            spelling.offset(offset);
        }
        Some(spelling.as_str().to_owned())
    }

    #[test]
    fn spells_what_it_reads() {
        assert_eq!(iso("2024-02-29 03:04:05").unwrap(), "2024-02-29T03:04:05");
        assert_eq!(iso("0001-01-01 00:00:00.5").unwrap(), "0001-01-01T00:00:00.500000");
        assert_eq!(iso("9999-12-31 23:59:59.000001+00").unwrap(), "9999-12-31T23:59:59.000001Z");
        assert_eq!(iso("2024-01-01 00:00:00-05:30").unwrap(), "2024-01-01T00:00:00-05:30");
        assert_eq!(iso("1800-01-01 00:00:00+00:19:32").unwrap(), "1800-01-01T00:00:00+00:19:32");
    }

    #[test]
    fn refuses_what_is_not_a_moment() {
        for text in [
            "2023-02-29 00:00:00",
            "2024-13-01 00:00:00",
            "2024-00-01 00:00:00",
            "0000-01-01 00:00:00",
            "2024-01-01 24:00:00",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00.",
            "2024-01-01 00:00:00.1234567",
            "2024-01-01 00:00:00 BC",
            "infinity",
            "",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn shifting_crosses_days_and_stops_at_the_ends_of_time() {
        let (value, _) = parse_datetime("2023-12-31 23:30:00").unwrap();
        let mut spelling = Spelling::default();
        spelling.datetime(value.shifted(3600).unwrap());
        assert_eq!(spelling.as_str(), "2024-01-01T00:30:00");
        let (last, _) = parse_datetime("9999-12-31 23:59:59").unwrap();
        assert_eq!(last.shifted(1), None);
    }

    #[test]
    fn days_and_civil_are_inverse() {
        for day in (-719_162..2_932_896).step_by(97) {
            assert_eq!(days(civil(day).unwrap()), day);
        }
    }
}
