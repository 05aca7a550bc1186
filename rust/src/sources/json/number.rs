//! Numbers of JSON text: how they are spelled, and what they are.
#![allow(
    clippy::inline_always,
    reason = "a token returned through memory is stored in halves and loaded whole, which stalls"
)]
use std::ops::Range;

use super::{Cursor, Invalid, Read, Token};
use crate::text::number;

/// Python reads integers of so many digits whatever `sys.set_int_max_str_digits()` was told.
const MOST_DIGITS: usize = 640;

/// A number as it is spelled.
pub struct Number<'a> {
    text: &'a str,
    span: Range<usize>,
    is_negative: bool,
    /// Of all its digits before an exponent, if they fit 64 bits.
    digits: u64,
    /// Digits before its point or exponent, and after its point.
    whole: usize,
    places: usize,
    has_exponent: bool,
}

impl<'a> Number<'a> {
    #[inline(always)]
    pub fn token(self) -> Read<Token<'a>> {
        if !self.is_integer() {
            return self.float().map(Token::Float);
        }
        // 18 digits always fit 64 bits.
        if self.whole > 18 {
            return Ok(Token::BigInteger(self.spelled()?));
        }
        let size = self.digits.cast_signed();
        Ok(Token::Integer(if self.is_negative { -size } else { size }))
    }

    fn float(&self) -> Read<f64> {
        // 19 digits without a sign do, too.
        let fits = !self.has_exponent && self.whole + self.places <= 19;
        if fits && let Some(size) = number::fraction(self.digits, self.places) {
            return Ok(if self.is_negative { -size } else { size });
        }
        self.spelled()?.parse().map_err(|_| Invalid)
    }

    fn is_integer(&self) -> bool {
        self.places == 0 && !self.has_exponent
    }

    fn spelled(&self) -> Read<&'a str> {
        self.text.get(self.span.clone()).ok_or(Invalid)
    }

    /// A number that Python may refuse is refused here, before anybody has been told that it is fine.
    pub fn check(self) -> Read<()> {
        if self.is_integer() && self.whole > MOST_DIGITS { Err(Invalid) } else { Ok(()) }
    }
}

impl<'a> Cursor<'a> {
    /// The first byte of the number is behind the cursor.
    #[inline(always)]
    pub(super) fn number(&mut self, first: u8) -> Read<Number<'a>> {
        let start = self.at - 1;
        let is_negative = first == b'-';
        self.at = start + usize::from(is_negative);
        let leads_with_zero = self.ahead() == Some(b'0');
        let mut digits = 0;
        let whole = self.digits(&mut digits);
        if whole == 0 || (leads_with_zero && whole > 1) {
            return Err(Invalid);
        }
        let places = if self.has(b'.') { self.some_digits(&mut digits)? } else { 0 };
        let has_exponent = self.has(b'e') || self.has(b'E');
        if has_exponent {
            let _ = self.has(b'-') || self.has(b'+');
            self.some_digits(&mut 0)?;
        }
        let (text, span) = (self.text, start..self.at);
        Ok(Number { text, span, is_negative, digits, whole, places, has_exponent })
    }

    #[inline]
    fn ahead(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over `byte` if it comes next.
    #[inline]
    fn has(&mut self, byte: u8) -> bool {
        let is_next = self.ahead() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Passes over digits, appends them to `number`, which may overflow, and counts them.
    #[inline]
    fn digits(&mut self, number: &mut u64) -> usize {
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.ahead() {
            *number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.at += 1;
        }
        self.at - start
    }

    /// The same for one digit at least, and more often than not for many.
    #[inline]
    fn some_digits(&mut self, number: &mut u64) -> Read<usize> {
        let start = self.at;
        while let Some(eight) =
            self.rest().first_chunk().and_then(|text| number::eight_digits(*text))
        {
            *number = number.wrapping_mul(100_000_000).wrapping_add(eight);
            self.at += 8;
        }
        self.digits(number);
        if self.at > start { Ok(self.at - start) } else { Err(Invalid) }
    }
}
