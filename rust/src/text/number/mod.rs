//! Numbers as Python's `int.__repr__` and `float.__repr__` spell them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::inline_always,
    reason = "numbers are taken apart into their digits; the inner loop of every number"
)]
mod reading;

pub use self::reading::{eight_digits, fraction, plain_integer};
use super::output::copy;

/// No 64-bit number is longer, its sign included.
pub const MOST_DIGITS: usize = 20;
/// No float is longer: `-2.2250738585072014e-308` takes 24 bytes.
pub const LONGEST_FLOAT: usize = size_of::<zmij::Buffer>();

/// `"00"` to `"99"`
pub static PAIRS: [[u8; 2]; 100] = pairs();

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
/// There is room for [`MOST_DIGITS`].
#[inline(always)]
unsafe fn digits(value: u64, at: *mut u8) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe {
        if value < 10_000 {
            up_to_four(value as u32, at)
        } else if value < 100_000_000 {
            up_to_eight(value as u32, at)
        } else {
            many(value, at)
        }
    }
}

/// # Safety
/// There is room for four bytes.
#[inline(always)]
unsafe fn up_to_four(value: u32, at: *mut u8) -> *mut u8 {
    let pair = |value: u32| PAIRS[value as usize];
    // SAFETY: as the caller promises.
    unsafe {
        match value {
            0..10 => write([b'0' + value as u8], at),
            10..100 => write(pair(value), at),
            100..1000 => write(pair(value % 100), write([b'0' + (value / 100) as u8], at)),
            _ => four(value, at),
        }
    }
}

/// # Safety
/// There is room for eight bytes, and the value is 10,000 at least.
unsafe fn up_to_eight(value: u32, at: *mut u8) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe { four(value % 10_000, up_to_four(value / 10_000, at)) }
}

/// # Safety
/// There is room for four bytes.
#[inline(always)]
unsafe fn four(value: u32, at: *mut u8) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe { write(PAIRS[(value % 100) as usize], write(PAIRS[(value / 100) as usize], at)) }
}

/// # Safety
/// There is room for [`MOST_DIGITS`].
#[inline(never)]
unsafe fn many(value: u64, at: *mut u8) -> *mut u8 {
    let last = (value % 100_000_000) as u32;
    // SAFETY: as the caller promises.
    unsafe {
        let at = digits(value / 100_000_000, at);
        four(last % 10_000, four(last / 10_000, at))
    }
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
/// with a sign and two digits at least. `value` must be finite. Returns where they end.
///
/// # Safety
/// There is room for [`LONGEST_FLOAT`].
#[inline]
pub unsafe fn float(value: f64, at: *mut u8) -> *mut u8 {
    let size = value.abs();
    let is_plain = (1e-4..1e16).contains(&size) || size == 0.0;
    // SAFETY: as the caller promises.
    unsafe { if is_plain { plain(value, at) } else { scientific(value, at) } }
}

/// # Safety
/// As [`float`].
#[inline]
unsafe fn plain(value: f64, at: *mut u8) -> *mut u8 {
    let buffer = at.cast::<zmij::Buffer>();
    // SAFETY: there is room for a buffer, which has no alignment. Spelled in a place of its own, the text
    // would have to be loaded again before the processor has finished storing it.
    unsafe {
        const { assert!(align_of::<zmij::Buffer>() == 1) };
        buffer.write(zmij::Buffer::new());
        let text = (*buffer).format_finite(value);
        let (start, length) = (text.as_ptr(), text.len());
        if start != at {
            at.copy_from(start, length);
        }
        at.add(length)
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
///
/// # Safety
/// As [`float`].
#[cold]
unsafe fn scientific(value: f64, at: *mut u8) -> *mut u8 {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = match exponent.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', exponent),
    };
    let text = format!("{digits}e{sign}{power:0>2}");
    // SAFETY: as the caller promises; the text has 17 digits, their sign and point, and five bytes more.
    unsafe {
        copy(text.as_bytes(), at);
        at.add(text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(value: f64) -> String {
        let mut out = Vec::with_capacity(LONGEST_FLOAT);
        // SAFETY: there is room for the longest.
        unsafe {
            let at = out.as_mut_ptr();
            out.set_len(float(value, at).offset_from_unsigned(at));
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers() {
        let powers = (0..19).map(|power| 10_i64.pow(power));
        let around = powers.flat_map(|power| [power - 1, power, power + 1, 7 * (power / 8)]);
        for value in (0..100_000_000).step_by(12_347).chain(around).chain([i64::MAX, i64::MIN, 0]) {
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
