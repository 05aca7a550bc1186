//! Numbers as Python's `int.__repr__` and `float.__repr__` spell them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::inline_always,
    reason = "numbers are taken apart into their digits; the inner loop of every number"
)]
use super::output::Output;

/// No 64-bit number is longer, its sign included.
pub const MOST_DIGITS: usize = 20;

/// `"00"` to `"99"`
static PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
}

/// Writes the decimal digits of `value`; returns where they end.
///
/// # Safety
/// There is room for [`MOST_DIGITS`].
#[inline(always)]
pub unsafe fn integer(value: i64, at: *mut u8) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe {
        at.write(b'-');
        digits(value.unsigned_abs(), at.add(usize::from(value < 0)))
    }
}

/// # Safety
/// There is room for the digits: nineteen for a number of 63 bits.
#[inline(always)]
unsafe fn digits(value: u64, at: *mut u8) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe {
        match value {
            0..10 => write([b'0' + value as u8], at),
            10..100 => pair(value, at),
            100..1000 => pair(value % 100, write([b'0' + (value / 100) as u8], at)),
            1000..10_000 => four(value, at),
            _ => many(value, at),
        }
    }
}

unsafe fn many(value: u64, at: *mut u8) -> *mut u8 {
    // SAFETY: as the caller of `digits` promises.
    unsafe { four(value % 10_000, digits(value / 10_000, at)) }
}

#[inline(always)]
unsafe fn four(value: u64, at: *mut u8) -> *mut u8 {
    // SAFETY: the caller has room for four bytes.
    unsafe { pair(value % 100, pair(value / 100, at)) }
}

#[inline(always)]
unsafe fn pair(value: u64, at: *mut u8) -> *mut u8 {
    // SAFETY: the caller has room for two bytes.
    unsafe { write(PAIRS[value as usize], at) }
}

#[inline(always)]
unsafe fn write<const N: usize>(text: [u8; N], at: *mut u8) -> *mut u8 {
    // SAFETY: the caller has room for N bytes.
    unsafe {
        at.cast::<[u8; N]>().write_unaligned(text);
        at.add(N)
    }
}

/// Writes the shortest digits that read back as `value`, in the form that CPython's
/// `float_repr_style = "short"` gives them: exponents below -4 and from 16 on are written as such,
/// with a sign and two digits at least. `value` must be finite.
pub fn float(out: &mut Vec<u8>, value: f64) {
    let size = value.abs();
    if (1e-4..1e16).contains(&size) || size == 0.0 {
        out.put(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        scientific(out, value);
    }
}

/// What `json.dumps(allow_nan=True)` writes for a value that JSON has no number for.
pub fn not_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Rust spells `1e-5` and `1e16` where Python spells `1e-05` and `1e+16`; the digits agree.
fn scientific(out: &mut Vec<u8>, value: f64) {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = match exponent.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', exponent),
    };
    out.put(format!("{digits}e{sign}{power:0>2}").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(value: f64) -> String {
        let mut out = Vec::new();
        float(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers() {
        let powers = (0..19).map(|power| 10_i64.pow(power));
        let around = powers.flat_map(|power| [power - 1, power, power + 1, 7 * (power / 8)]);
        for value in around.chain([i64::MAX, i64::MIN, 0]) {
            for value in [value, value.wrapping_neg()] {
                let mut out = Vec::with_capacity(MOST_DIGITS);
                // SAFETY: there is room for every digit.
                unsafe {
                    let at = out.as_mut_ptr();
                    out.set_len(integer(value, at).offset_from_unsigned(at));
                }
                assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
            }
        }
    }

    #[test]
    fn as_python_spells_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-1.5, "-1.5"),
            (1e-4, "0.0001"),
            (0.000_123, "0.000123"),
            (9.999e-5, "9.999e-05"),
            (1e-5, "1e-05"),
            (1e15, "1000000000000000.0"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (1.25e22, "1.25e+22"),
            (-1e100, "-1e+100"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
        ] {
            assert_eq!(spelled(value), text);
        }
    }

    #[test]
    fn digits_read_back() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(spelled(value).parse::<f64>(), Ok(value));
            }
        }
    }

    #[test]
    fn values_outside_json() {
        assert_eq!(not_finite(f64::NAN), "NaN");
        assert_eq!(not_finite(f64::INFINITY), "Infinity");
        assert_eq!(not_finite(f64::NEG_INFINITY), "-Infinity");
    }
}
