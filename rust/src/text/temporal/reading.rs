//! How texts are read.
use super::calendar::days_in_month;
use super::{Date, DateTime, Time};

/// Looks at every digit, right or wrong: it is faster without a branch for each.
#[inline]
fn number<const WIDTH: usize>(text: &[u8; WIDTH]) -> Option<u32> {
    let (mut value, mut is_number) = (0, true);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        is_number &= digit < 10;
        value = value * 10 + u32::from(digit);
    }
    is_number.then_some(value)
}

/// Reads text from the left.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// A number of exactly this many digits.
    #[inline]
    fn number<const WIDTH: usize>(&mut self) -> Option<u32> {
        let (head, tail) = self.0.split_first_chunk::<WIDTH>()?;
        let number = number(head)?;
        self.0 = tail;
        Some(number)
    }

    fn skip(&mut self, byte: u8) -> Option<()> {
        let (head, tail) = self.0.split_first()?;
        (*head == byte).then(|| self.0 = tail)
    }

    fn date(&mut self) -> Option<Date> {
        let year = self.number::<4>()? as u16;
        self.skip(b'-')?;
        let month = self.number::<2>()? as u8;
        self.skip(b'-')?;
        let day = self.number::<2>()? as u8;
        let is_date = year > 0 && (1..=days_in_month(year, month)).contains(&day);
        is_date.then_some(Date::new(year, month, day))
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.number::<2>()? as u8;
        self.skip(b':')?;
        let minute = self.number::<2>()? as u8;
        self.skip(b':')?;
        let second = self.number::<2>()? as u8;
        let microsecond = self.fraction()?;
        (hour < 24 && minute < 60 && second < 60).then_some(Time::new(
            hour,
            minute,
            second,
            microsecond,
        ))
    }

    /// `HH:MM[:SS[.ffffff]]`
    fn clock(&mut self) -> Option<Time> {
        let start = Self(self.0);
        self.number::<2>()?;
        self.skip(b':')?;
        self.number::<2>()?;
        if self.0.first() == Some(&b':') {
            self.0 = start.0;
            return self.time();
        }
        let (hour, minute) =
            (Self(start.0).number::<2>()? as u8, Self(&start.0[3..]).number::<2>()? as u8);
        let is_time = hour < 24 && minute < 60;
        is_time.then_some(Time::new(hour, minute, 0, 0))
    }

    /// `Z` or `+HH:MM` in seconds.
    fn zone(&mut self) -> Option<i32> {
        if self.skip(b'Z').is_some() {
            return Some(0);
        }
        let sign = if self.skip(b'-').is_some() { -1 } else { self.skip(b'+').map(|()| 1)? };
        let time = self.clock()?;
        let is_short = time.second() == 0 && time.microsecond() == 0;
        is_short.then_some(sign * (i32::from(time.hour()) * 60 + i32::from(time.minute())) * 60)
    }

    /// Up to six digits after a point; none is zero.
    fn fraction(&mut self) -> Option<u32> {
        if self.skip(b'.').is_none() {
            return Some(0);
        }
        let (mut value, mut width) = (0, 0);
        while let Some((&byte @ b'0'..=b'9', rest)) = self.0.split_first() {
            self.0 = rest;
            value = value * 10 + u32::from(byte - b'0');
            width += 1;
            if width > 6 {
                return None;
            }
        }
        (width > 0).then(|| value * 10_u32.pow(6 - width))
    }

    /// `+HH[:MM[:SS]]` in seconds.
    fn offset(&mut self) -> Option<i32> {
        let sign = if self.skip(b'-').is_some() { -1 } else { 1 };
        if sign == 1 {
            self.skip(b'+')?;
        }
        let mut seconds = self.number::<2>()? * 3600;
        for unit in [60, 1] {
            if self.skip(b':').is_some() {
                seconds += self.number::<2>()? * unit;
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
    let value = DateTime::new(date, reader.time()?);
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
    reader.done((DateTime::new(date, time), offset))
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
    use crate::text::spelling::Spelling;

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
}
