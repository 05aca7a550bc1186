//! Numbers out of their digits.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "what is lost is rounded as it should be"
)]

/// The float nearest to a number of these `digits`, `places` of which come after its point; `None` for
/// more places than it can take.
#[inline]
pub fn fraction(digits: u64, places: usize) -> Option<f64> {
    let divisor = *POWERS.get(places)?;
    // Both are floats, and dividing floats rounds once; nothing is nothing.
    Some(if digits == 0 || (digits <= EXACT && divisor <= EXACT) {
        digits as f64 / divisor as f64
    } else {
        by_reciprocal(digits, places).unwrap_or_else(|| long_division(digits, divisor))
    })
}

/// As [`long_division`], by a multiplication that gives a quotient too small by less than two: `None` where
/// that could be rounded otherwise, once in some hundred times.
#[inline]
fn by_reciprocal(dividend: u64, places: usize) -> Option<f64> {
    let (reciprocal, down) = RECIPROCALS[places];
    let up = dividend.leading_zeros();
    let least = ((u128::from(dividend << up) * u128::from(reciprocal)) >> 64) as u64;
    let (low, high) = (least as f64, least.saturating_add(2) as f64);
    (low == high).then(|| low * scale(down, up))
}

/// The float nearest to what is above zero, by way of a quotient of more bits than a float has, of which
/// the last one stands for all that is left: converting it rounds as the true quotient is rounded.
fn long_division(dividend: u64, divisor: u64) -> f64 {
    let (up, down) = (dividend.leading_zeros(), divisor.leading_zeros());
    let (dividend, divisor) = (u128::from(dividend << up) << 63, u128::from(divisor << down));
    let quotient = (dividend / divisor) as u64;
    let is_inexact = u128::from(quotient) * divisor != dividend;
    (quotient | u64::from(is_inexact)) as f64 * scale(down, up)
}

/// What a quotient is to be multiplied by whose divisor and dividend were shifted so far.
#[inline]
fn scale(down: u32, up: u32) -> f64 {
    f64::from_bits((1023 - 63 + u64::from(down) - u64::from(up)) << 52)
}

/// Integers up to here are exact as floats.
const EXACT: u64 = 1 << 53;

/// The powers of ten below 2^64.
static POWERS: [u64; 20] = powers();

const fn powers() -> [u64; 20] {
    let mut powers = [1; 20];
    let mut power = 1;
    while power < 20 {
        powers[power] = 10 * powers[power - 1];
        power += 1;
    }
    powers
}

/// 2^127 divided by each of them, which is shifted to the left as far as the second number says. That of
/// one does not fit.
static RECIPROCALS: [(u64, u32); 20] = reciprocals();

const fn reciprocals() -> [(u64, u32); 20] {
    let mut reciprocals = [(0, 63); 20];
    let mut places = 1;
    while places < 20 {
        let down = powers()[places].leading_zeros();
        let divisor = powers()[places] << down;
        reciprocals[places] = (((1 << 127) / divisor as u128) as u64, down);
        places += 1;
    }
    reciprocals
}

/// An integer of 64 bits in digits, maybe with a minus.
#[inline]
pub fn plain_integer(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > SAFE_DIGITS {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    let mut number = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if is_negative { -number } else { number })
}

/// Digits that fit 64 bits whatever they are.
const SAFE_DIGITS: usize = 18;

/// The value of eight digits: <https://lemire.me/blog/2022/01/21/swar-explained-parsing-eight-digits/>
#[inline]
pub fn eight_digits(text: [u8; 8]) -> Option<u64> {
    let digits = u64::from_le_bytes(text) ^ each(b'0');
    // Whatever is above 9 reaches the upper half of its byte when six is added.
    if (digits | digits.wrapping_add(each(6))) & each(0xf0) != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let (odd, even) = (pairs & PAIR, (pairs >> 16) & PAIR);
    let sum = odd
        .wrapping_mul(100 + (1_000_000 << 32))
        .wrapping_add(even.wrapping_mul(1 + (10_000 << 32)));
    Some(sum >> 32)
}

const PAIR: u64 = 0xff | 0xff << 32;

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read() {
        for number in [0, 7, -7, i64::MAX, i64::MIN, 999_999_999_999_999_999] {
            assert_eq!(plain_integer(number.to_string().as_bytes()), Some(number));
        }
        for text in ["", "-", "1.0", "--1", " 1", "9223372036854775808", "1e3"] {
            assert_eq!(plain_integer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn fractions_as_the_standard_library_reads_them() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..200_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let digits = bits >> (round % 64);
            for places in [round % 20, 17] {
                let text = format!("{digits}e-{places}");
                assert_eq!(fraction(digits, places), text.parse().ok(), "{text}");
            }
        }
        for digits in
            [0, 1, EXACT, EXACT + 1, EXACT + 3, u64::MAX, u64::MAX - 1023, u64::MAX - 1024]
        {
            for places in 0..20 {
                let text = format!("{digits}e-{places}");
                assert_eq!(fraction(digits, places), text.parse().ok(), "{text}");
            }
        }
        assert_eq!(fraction(1, 20), None);
    }

    #[test]
    fn eight_digits_at_a_time() {
        for number in (0..100_000_000).step_by(12_347) {
            let text = format!("{number:08}");
            assert_eq!(eight_digits(*text.as_bytes().first_chunk().unwrap()), Some(number));
        }
        for place in 0..8 {
            for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
                let mut text = *b"12345678";
                text[place] = byte;
                assert_eq!(eight_digits(text), None, "{text:?}");
            }
        }
    }
}
