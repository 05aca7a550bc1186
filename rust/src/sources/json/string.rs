//! Strings of JSON text: where they end, and what their escapes stand for.
#![allow(
    clippy::inline_always,
    reason = "a token returned through memory is stored in halves and loaded whole, which stalls"
)]
use std::borrow::Cow;

use super::{Cursor, Invalid, Read};
use crate::text::run::plain_run;

/// A string as it stands between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub raw: &'a str,
    pub is_ascii: bool,
    pub has_escapes: bool,
}

impl<'a> Text<'a> {
    /// The text with its escapes undone.
    ///
    /// # Errors
    /// An unknown escape, or a surrogate without its other half.
    pub fn value(self) -> Read<Cow<'a, str>> {
        if !self.has_escapes {
            return Ok(Cow::Borrowed(self.raw));
        }
        let mut value = String::with_capacity(self.raw.len());
        let mut parts = self.raw.split('\\');
        value.push_str(parts.next().unwrap_or_default());
        // An empty part is the backslash of `\\`, and what follows it is plain text.
        while let Some(part) = parts.next() {
            if part.is_empty() {
                value.push('\\');
                value.push_str(parts.next().ok_or(Invalid)?);
            } else {
                unescape(&mut value, part, &mut parts)?;
            }
        }
        Ok(Cow::Owned(value))
    }
}

/// Undoes the escape that `part` begins with; a high surrogate takes the next part too.
fn unescape<'a>(
    value: &mut String,
    part: &'a str,
    parts: &mut impl Iterator<Item = &'a str>,
) -> Read<()> {
    let (character, rest) = match part.as_bytes()[0] {
        b'u' => match code_unit(part)? {
            (high @ 0xd800..0xdc00, "") => {
                let (low, rest) = code_unit(parts.next().ok_or(Invalid)?)?;
                let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Invalid)?;
                (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low).ok_or(Invalid)?, rest)
            }
            (unit, rest) => (char::from_u32(unit).ok_or(Invalid)?, rest),
        },
        simple => (short_escape(simple)?, &part[1..]),
    };
    value.push(character);
    value.push_str(rest);
    Ok(())
}

fn short_escape(letter: u8) -> Read<char> {
    Ok(match letter {
        b'"' | b'/' => letter.into(),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        _ => return Err(Invalid),
    })
}

/// The value of `uXXXX` and what comes after it.
fn code_unit(part: &str) -> Read<(u32, &str)> {
    let digits = part.strip_prefix('u').and_then(|rest| rest.get(..4)).ok_or(Invalid)?;
    let mut unit = 0;
    for digit in digits.chars() {
        unit = unit << 4 | digit.to_digit(16).ok_or(Invalid)?;
    }
    Ok((unit, &part[5..]))
}

/// What a string is made of. Small enough to be returned in a register.
struct Letters {
    is_ascii: bool,
    has_escapes: bool,
}

impl<'a> Cursor<'a> {
    /// The opening quote is behind the cursor.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Read<Text<'a>> {
        let start = self.at;
        let Letters { is_ascii, has_escapes } = self.letters()?;
        let raw = self.text.get(start..self.at - 1).ok_or(Invalid)?;
        Ok(Text { raw, is_ascii, has_escapes })
    }

    /// Passes over a string: its opening quote is behind the cursor.
    #[inline]
    pub(super) fn pass_string(&mut self) -> Read<()> {
        let start = self.at;
        let Letters { is_ascii, has_escapes } = self.letters()?;
        if !has_escapes {
            return Ok(());
        }
        let raw = self.text.get(start..self.at - 1).ok_or(Invalid)?;
        Text { raw, is_ascii, has_escapes }.value().map(drop)
    }

    /// Goes behind the closing quote.
    #[inline(always)]
    fn letters(&mut self) -> Read<Letters> {
        let (mut is_ascii, mut has_escapes) = (true, false);
        loop {
            let run = plain_run(self.rest());
            is_ascii &= run.is_ascii;
            self.at += run.length + 1;
            match self.text.as_bytes().get(self.at - 1) {
                Some(b'"') => return Ok(Letters { is_ascii, has_escapes }),
                // Whatever is escaped cannot end the string; past the end, the next run fails.
                Some(b'\\') => self.at = (self.at + 1).min(self.text.len()),
                _ => return Err(Invalid),
            }
            has_escapes = true;
        }
    }
}
