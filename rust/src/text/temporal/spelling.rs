//! How dates and times are spelled.
use super::{Date, DateTime, Time};
use crate::text::number::PAIRS;
use crate::text::spelling::Spelling;

/// The last two digits.
fn pair(number: u16) -> [u8; 2] {
    PAIRS[usize::from(number % 100)]
}

impl Date {
    fn text(self) -> [u8; 10] {
        let mut text = *b"0000-00-00";
        text[..2].copy_from_slice(&pair(self.year() / 100));
        text[2..4].copy_from_slice(&pair(self.year()));
        text[5..7].copy_from_slice(&pair(self.month().into()));
        text[8..].copy_from_slice(&pair(self.day().into()));
        text
    }
}

impl Time {
    /// To the second.
    fn text(self) -> [u8; 8] {
        let mut text = *b"00:00:00";
        text[..2].copy_from_slice(&pair(self.hour().into()));
        text[3..5].copy_from_slice(&pair(self.minute().into()));
        text[6..].copy_from_slice(&pair(self.second().into()));
        text
    }
}

impl Spelling {
    pub fn date(&mut self, date: Date) {
        self.put(date.text());
    }

    pub fn time(&mut self, time: Time) {
        self.put(time.text());
        self.fraction(time.microsecond());
    }

    /// In one piece: what is put together in memory is waited for.
    pub fn datetime(&mut self, value: DateTime) {
        let mut text = [b'T'; 19];
        text[..10].copy_from_slice(&value.date().text());
        text[11..].copy_from_slice(&value.time().text());
        self.put(text);
        self.fraction(value.time().microsecond());
    }

    fn fraction(&mut self, microsecond: u32) {
        if microsecond > 0 {
            let mut text = *b".000000";
            text[1..3].copy_from_slice(&pair((microsecond / 10_000) as u16));
            text[3..5].copy_from_slice(&pair((microsecond / 100 % 100) as u16));
            text[5..].copy_from_slice(&pair((microsecond % 100) as u16));
            self.put(text);
        }
    }

    /// Takes back the last three digits of the fraction of a time that was spelled last.
    pub fn cut_to_millis(&mut self, time: Time) {
        if time.microsecond() > 0 {
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
        self.put(pair((seconds / 3600) as u16));
        self.push(b':');
        self.put(pair((seconds / 60 % 60) as u16));
        if !seconds.is_multiple_of(60) {
            self.push(b':');
            self.put(pair((seconds % 60) as u16));
        }
    }
}
