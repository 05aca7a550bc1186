//! `strftime` for the directives that no locale changes.
use std::fmt::Write;

use super::temporal::DateTime;

/// A format, taken apart.
pub struct Pattern(Vec<Piece>);

enum Piece {
    Text(String),
    Directive(char),
}

/// Platforms differ on how they fill years before this one.
const FIRST_YEAR: u16 = 1000;

impl Pattern {
    /// `None` for anything but ASCII and `%Y %m %d %H %M %S %f %y %j %%`.
    pub fn parse(format: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' => match characters.next()? {
                    '%' => text.push('%'),
                    directive @ ('Y' | 'm' | 'd' | 'H' | 'M' | 'S' | 'f' | 'y' | 'j') => {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                        pieces.push(Piece::Directive(directive));
                    }
                    _ => return None,
                },
                ' '..='~' => text.push(character),
                _ => return None,
            }
        }
        pieces.push(Piece::Text(text));
        Some(Self(pieces))
    }

    /// The text; `None` for years that platforms spell differently.
    pub fn spell(&self, moment: DateTime) -> Option<String> {
        if moment.date().year() < FIRST_YEAR {
            return None;
        }
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Directive(directive) => write_directive(&mut out, *directive, moment),
            }
        }
        Some(out)
    }
}

fn write_directive(out: &mut String, directive: char, moment: DateTime) {
    let (date, time) = (moment.date(), moment.time());
    let (value, width) = match directive {
        'Y' => (u32::from(date.year()), 4),
        'y' => (u32::from(date.year() % 100), 2),
        'm' => (date.month().into(), 2),
        'd' => (date.day().into(), 2),
        'j' => (date.day_of_year(), 3),
        'H' => (time.hour().into(), 2),
        'M' => (time.minute().into(), 2),
        'S' => (time.second().into(), 2),
        _ => (time.microsecond(), 6),
    };
    // A `String` takes everything.
    let _ = write!(out, "{value:0width$}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::temporal::{Date, Time};

    fn spelled(format: &str, year: u16, month: u8, day: u8) -> Option<String> {
        let date = Date::new(year, month, day);
        let time = Time::new(7, 8, 9, 42);
        Pattern::parse(format)?.spell(DateTime::new(date, time))
    }

    #[test]
    fn directives_have_their_width() {
        let found = spelled("%d.%m.%Y %H:%M:%S.%f %y %j 100%%", 2024, 3, 1);
        assert_eq!(found.as_deref(), Some("01.03.2024 07:08:09.000042 24 061 100%"));
        assert_eq!(spelled("", 2024, 3, 1).as_deref(), Some(""));
        assert_eq!(spelled("%j", 2023, 12, 31).as_deref(), Some("365"));
    }

    #[test]
    fn what_locales_and_platforms_decide_is_refused() {
        for format in ["%A", "%B", "%p", "%-d", "%", "%%%", "%z", "%Z", "ü", "\n", "%E"] {
            assert!(Pattern::parse(format).is_none(), "{format}");
        }
        assert_eq!(spelled("%Y", 999, 1, 1), None);
    }
}
