//! The characters of a `str` as it stores them.
#![allow(clippy::cast_sign_loss, reason = "the length of a str is never negative")]
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;

use crate::text::scan::Headed;

/// The code points of `text`, in one, two or four bytes each.
///
/// # Errors
/// `MemoryError`, on Python 3.11 only.
pub fn code_points<'a>(text: &'a Bound<'_, PyString>) -> PyResult<PyStringData<'a>> {
    // SAFETY: a `str` never changes once other code can see it, and the borrowed reference keeps it
    // alive as long as the result is in use.
    unsafe { text.data() }
}

/// The characters of a `str` that says itself that it is ASCII, found with two loads.
#[cfg(not(Py_3_14))]
#[inline]
pub fn ascii<'a>(text: &'a Bound<'_, PyString>) -> Option<Headed<'a>> {
    use pyo3::ffi;
    let string = text.as_ptr();
    // SAFETY: `string` is a `str`. One that is compact and ASCII has its characters, one byte each,
    // right behind its header of 40 bytes; they never change, and `text` keeps them alive.
    unsafe {
        (ffi::PyUnicode_IS_COMPACT_ASCII(string) != 0).then(|| {
            let characters = string.cast::<ffi::PyASCIIObject>().add(1).cast::<u8>();
            Headed::new(characters, ffi::PyUnicode_GET_LENGTH(string) as usize)
        })
    }
}

/// PyO3 does not know the header of a `str` from Python 3.14 on: every text goes the longer way.
#[cfg(Py_3_14)]
#[inline]
pub fn ascii<'a>(_text: &'a Bound<'_, PyString>) -> Option<Headed<'a>> {
    None
}

/// Whether a `str` has these characters.
///
/// # Errors
/// `UnicodeEncodeError` for lone surrogates.
#[inline]
pub fn equals(string: &Bound<'_, PyString>, text: &str) -> PyResult<bool> {
    match ascii(string) {
        Some(ascii) => Ok(ascii.as_slice() == text.as_bytes()),
        None => Ok(string.to_str()? == text),
    }
}
