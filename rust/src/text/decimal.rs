//! Decimal numbers as databases and Python spell them, without losing a digit.
#![allow(clippy::cast_possible_truncation, reason = "places and digits are small")]

use std::cmp::Ordering;
use std::ops::{Add, Mul};

use super::spelling::Spelling;

/// `coefficient` × 10^-`places`. 38 digits hold every `DecimalField` met in practice; a longer
/// number goes the stock way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    coefficient: u128,
    /// The places, and in the lowest bit whether it is negative: one word, which is handed over
    /// faster than its parts are.
    rest: u64,
}

/// How a dropped tail is rounded: `decimal.ROUND_…` of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    HalfEven,
    HalfUp,
    HalfDown,
    Up,
    Down,
    Ceiling,
    Floor,
}

impl Rounding {
    /// From the value of a `decimal.ROUND_…` constant; `ROUND_05UP` stays stock.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ROUND_HALF_EVEN" => Self::HalfEven,
            "ROUND_HALF_UP" => Self::HalfUp,
            "ROUND_HALF_DOWN" => Self::HalfDown,
            "ROUND_UP" => Self::Up,
            "ROUND_DOWN" => Self::Down,
            "ROUND_CEILING" => Self::Ceiling,
            "ROUND_FLOOR" => Self::Floor,
            _ => return None,
        })
    }

    /// Whether a quotient with this remainder is rounded away from zero.
    fn away(self, negative: bool, quotient: u128, remainder: u128, divisor: u128) -> bool {
        let half = remainder.cmp(&(divisor - remainder));
        remainder > 0
            && match self {
                Self::HalfEven => half.is_gt() || half.is_eq() && quotient % 2 == 1,
                Self::HalfUp => half.is_ge(),
                Self::HalfDown => half.is_gt(),
                Self::Up => true,
                Self::Down => false,
                Self::Ceiling => !negative,
                Self::Floor => negative,
            }
    }
}

/// What 128 bits hold.
const MOST_DIGITS: usize = 38;

/// Digits that 64 bits hold: nearly every number, at a fraction of the cost of 128.
const SHORT: usize = 19;

/// The number that digits with at most one point are, and how many of them are behind it.
fn number<T: From<u8> + Mul<Output = T> + Add<Output = T>>(digits: &[u8]) -> Option<(T, u32)> {
    let (mut number, mut places, mut is_fraction) = (T::from(0), 0, false);
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            number = number * T::from(10) + T::from(digit);
            places += u32::from(is_fraction);
        } else if *byte == b'.' && !is_fraction {
            is_fraction = true;
        } else {
            return None;
        }
    }
    Some((number, places))
}

impl Decimal {
    pub fn new(negative: bool, coefficient: u128, places: u32) -> Self {
        Self { coefficient, rest: u64::from(places) << 1 | u64::from(negative) }
    }

    pub fn places(self) -> u32 {
        (self.rest >> 1) as u32
    }

    fn is_negative(self) -> bool {
        self.rest & 1 == 1
    }

    /// Plain digits with at most one point and a sign; an exponent, `NaN` or too many digits is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let is_long = digits.len() > MOST_DIGITS;
        if digits.first().is_none_or(|&first| first == b'.')
            || is_long && !(digits.len() == MOST_DIGITS + 1 && digits.contains(&b'.'))
        {
            return None;
        }
        let (coefficient, places) = if digits.len() <= SHORT {
            let (short, places) = number::<u64>(digits)?;
            (short.into(), places)
        } else {
            number::<u128>(digits)?
        };
        Some(Self::new(negative, coefficient, places))
    }

    /// The float as a number of `precision` significant digits, rounded half to even: what
    /// `decimal.Context(prec=precision).create_decimal_from_float` gives.
    pub fn from_float(value: f64, precision: u32) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // A number of at most 15 digits survives the way through a float: where the shortest
        // spelling has no more, it is that number, and needs no rounding.
        if precision >= 15 {
            let short = Self::parse(zmij::Buffer::new().format_finite(value));
            if let Some(number) = short.filter(|number| number.digits() <= 15) {
                return Some(number);
            }
        }
        // Rust's exponent format is exact: it rounds the binary value itself.
        let text = format!("{:.*e}", precision as usize - 1, value);
        let (mantissa, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let number = Self::parse(mantissa)?;
        let negative = number.is_negative();
        let places = i64::from(number.places()) - i64::from(exponent);
        if places >= 0 {
            return Some(Self::new(negative, number.coefficient, u32::try_from(places).ok()?));
        }
        let scale = 10_u128.checked_pow(u32::try_from(-places).ok()?)?;
        Some(Self::new(negative, number.coefficient.checked_mul(scale)?, 0))
    }

    /// The number with exactly `places` digits after the point; `None` when it does not fit.
    pub fn quantized(self, places: u32, rounding: Rounding) -> Option<Self> {
        if places > MOST_DIGITS as u32 {
            // What has more places than digits would only be zeros that no column asks for.
            return None;
        }
        match places.cmp(&self.places()) {
            Ordering::Equal => Some(self),
            Ordering::Greater => {
                let scale = 10_u128.checked_pow(places - self.places())?;
                let coefficient = self.coefficient.checked_mul(scale)?;
                Some(Self::new(self.is_negative(), coefficient, places))
            }
            Ordering::Less => Some(self.rounded(places, rounding)),
        }
    }

    /// To fewer places than it has.
    fn rounded(self, places: u32, rounding: Rounding) -> Self {
        let negative = self.is_negative();
        let away =
            |quotient, rest, divisor| u128::from(rounding.away(negative, quotient, rest, divisor));
        let coefficient = match 10_u128.checked_pow(self.places() - places) {
            Some(divisor) => {
                let (quotient, rest) = (self.coefficient / divisor, self.coefficient % divisor);
                quotient + away(quotient, rest, divisor)
            }
            // Dropping 39 digits or more of a number of 38.
            None => away(0, self.coefficient.min(1), 3),
        };
        Self::new(negative, coefficient, places)
    }

    /// Digits of the coefficient; zero has one.
    pub fn digits(self) -> u32 {
        let digits = match u64::try_from(self.coefficient) {
            Ok(short) => short.checked_ilog10(),
            Err(_) => self.coefficient.checked_ilog10(),
        };
        digits.unwrap_or(0) + 1
    }

    /// `format(number, "f")`.
    pub fn spell(self, out: &mut Spelling) {
        if self.is_negative() {
            out.push(b'-');
        }
        match u64::try_from(self.coefficient) {
            Ok(short) => out.fixed(short, self.digits(), self.places()),
            Err(_) => self.spell_long(out),
        }
    }

    fn spell_long(self, out: &mut Spelling) {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(self.coefficient);
        let places = self.places() as usize;
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
        out.push_str(if whole.is_empty() { "0" } else { whole });
        if places > 0 {
            out.push(b'.');
            (fraction.len()..places).for_each(|_| out.push(b'0'));
            out.push_str(fraction);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantized(text: &str, places: u32, rounding: Rounding) -> String {
        let mut out = Spelling::default();
        Decimal::parse(text).unwrap().quantized(places, rounding).unwrap().spell(&mut out);
        out.as_str().to_owned()
    }

    #[test]
    fn rounds_as_the_decimal_module_does() {
        use Rounding::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
        // Figures from Python's decimal module.
        for (text, rounding, expected) in [
            ("2.665", HalfEven, "2.66"),
            ("2.675", HalfEven, "2.68"),
            ("2.665", HalfUp, "2.67"),
            ("2.665", HalfDown, "2.66"),
            ("2.661", Up, "2.67"),
            ("2.669", Down, "2.66"),
            ("-2.661", Ceiling, "-2.66"),
            ("-2.661", Floor, "-2.67"),
            ("2.6", HalfEven, "2.60"),
            ("0", HalfEven, "0.00"),
            ("-0.001", HalfEven, "-0.00"),
        ] {
            assert_eq!(quantized(text, 2, rounding), expected, "{text} {rounding:?}");
        }
    }

    #[test]
    fn floats_keep_the_asked_digits() {
        let spell = |value, precision| {
            let mut out = Spelling::default();
            Decimal::from_float(value, precision).unwrap().spell(&mut out);
            out.as_str().to_owned()
        };
        assert_eq!(spell(12.34, 4), "12.34");
        assert_eq!(spell(1e15, 15), "1000000000000000");
        assert_eq!(spell(0.1, 15), "0.1");
        assert_eq!(spell(1_234_567_890_123.456_7, 15), "1234567890123.46");
        assert_eq!(Decimal::from_float(f64::NAN, 15), None);
    }

    #[test]
    fn refuses_what_is_not_plain() {
        for text in ["", ".", ".5", "-", "-.5", "1e5", "NaN", "+1", "1.2.3", &"9".repeat(39)] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_length_is_spelled_as_it_was_read() {
        for length in 1..=38 {
            let digits = "1234567890".repeat(4)[..length].to_owned();
            for point in 1..length {
                let text = format!("-{}.{}", &digits[..point], &digits[point..]);
                let mut out = Spelling::default();
                Decimal::parse(&text).unwrap().spell(&mut out);
                assert_eq!(out.as_str(), text);
            }
            assert_eq!(Decimal::parse(&digits).unwrap().places(), 0);
        }
        let mut out = Spelling::default();
        Decimal::new(false, 7, 3).spell(&mut out);
        assert_eq!(out.as_str(), "0.007");
    }

    #[test]
    fn a_long_tail_is_dropped() {
        assert_eq!(
            Decimal::new(false, 5, 60).quantized(2, Rounding::HalfEven).unwrap().coefficient,
            0
        );
    }
}
