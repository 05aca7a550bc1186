//! `int` as machine numbers and as digits.
#![allow(clippy::inline_always, reason = "the inner loop of every number")]
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyInt, PyString};

/// The value, or `None` beyond 64 bits.
#[inline(always)]
pub fn small(value: &Bound<'_, PyInt>) -> Option<i64> {
    compact::value(value).or_else(|| up_to_64_bits(value))
}

/// The value of a number of up to 128 bits that is not negative.
pub fn unsigned(value: &Bound<'_, PyInt>) -> Option<u128> {
    compact::unsigned(value).or_else(|| value.extract().ok())
}

#[inline(never)]
fn up_to_64_bits(value: &Bound<'_, PyInt>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: `value` is an `int`, for which the call has no way to fail but the overflow it reports.
    let number = unsafe { ffi::PyLong_AsLongLongAndOverflow(value.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(number)
}

/// Integers of one digit of 30 bits, read where CPython has them.
#[cfg(all(target_pointer_width = "64", not(Py_3_15)))]
mod compact {
    use pyo3::ffi;
    use pyo3::prelude::*;
    use pyo3::sync::PyOnceLock;
    use pyo3::types::PyInt;

    #[repr(C)]
    struct Head {
        object: ffi::PyObject,
        /// Up to 3.11 the number of digits, negative for a negative number; later that number in the
        /// upper bits, and in the two lowest 0 for a positive number, 1 for zero, 2 for a negative one.
        tag: isize,
        /// There is room for one even in zero.
        digit: u32,
    }

    /// Digits of a number of 128 bits.
    const MOST: usize = 5;

    impl Head {
        /// -1, 0 or 1 of a number of one digit.
        #[inline(always)]
        fn sign(&self) -> Option<i64> {
            if cfg!(Py_3_12) {
                (self.tag < 16).then_some(1 - (self.tag as i64 & 3))
            } else {
                (self.tag.unsigned_abs() <= 1).then_some(self.tag as i64)
            }
        }

        /// How many digits there are of a number above zero.
        fn length(&self) -> Option<usize> {
            let length = if cfg!(Py_3_12) {
                if self.tag.trailing_zeros() >= 2 { self.tag >> 3 } else { 0 }
            } else {
                self.tag
            };
            usize::try_from(length).ok().filter(|length| *length > 0)
        }
    }

    #[inline(always)]
    pub fn value(value: &Bound<'_, PyInt>) -> Option<i64> {
        if !has_digits_of_30_bits(value.py()) {
            return None;
        }
        // SAFETY: this is how an `int` begins in these versions of CPython if its digits have 30 bits.
        let head = unsafe { &*value.as_ptr().cast::<Head>() };
        Some(head.sign()? * i64::from(head.digit))
    }

    pub fn unsigned(value: &Bound<'_, PyInt>) -> Option<u128> {
        if !has_digits_of_30_bits(value.py()) {
            return None;
        }
        let head = value.as_ptr().cast::<Head>();
        // SAFETY: as above; there are as many digits as the head says.
        let digits = unsafe {
            let length = (*head).length().filter(|length| *length <= MOST)?;
            std::slice::from_raw_parts((&raw const (*head).digit), length)
        };
        if digits.len() == MOST && digits[MOST - 1] >> 8 != 0 {
            return None;
        }
        Some(digits.iter().rev().fold(0, |number, digit| number << 30 | u128::from(*digit)))
    }

    #[inline(always)]
    fn has_digits_of_30_bits(py: Python<'_>) -> bool {
        static ANSWER: PyOnceLock<bool> = PyOnceLock::new();
        *ANSWER.get_or_init(py, || bits_per_digit(py).is_ok_and(|bits| bits == 30))
    }

    /// CPython can be built with digits of 15 bits.
    fn bits_per_digit(py: Python<'_>) -> PyResult<u32> {
        py.import("sys")?.getattr("int_info")?.getattr("bits_per_digit")?.extract()
    }
}

#[cfg(not(all(target_pointer_width = "64", not(Py_3_15))))]
mod compact {
    use pyo3::prelude::*;
    use pyo3::types::PyInt;

    pub fn value(_value: &Bound<'_, PyInt>) -> Option<i64> {
        None
    }

    pub fn unsigned(_value: &Bound<'_, PyInt>) -> Option<u128> {
        None
    }
}

/// `int.__repr__(value)`, whatever a subclass makes of `__repr__`.
///
/// # Errors
/// `ValueError` over `sys.get_int_max_str_digits()`.
pub fn digits<'py>(value: &Bound<'py, PyInt>) -> PyResult<Bound<'py, PyString>> {
    let repr = intern!(value.py(), "__repr__");
    Ok(PyInt::type_object(value.py()).getattr(repr)?.call1((value,))?.cast_into()?)
}
