//! The characters of a `str` as it stores them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the length of a str is never negative; characters are known to fit"
)]
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;

use crate::text::output::copy;
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

/// The UTF-8 of a `str`, which remembers it from the first time on.
///
/// # Errors
/// `UnicodeEncodeError` for lone surrogates.
#[inline]
pub fn utf8<'a>(text: &'a Bound<'_, PyString>) -> PyResult<&'a [u8]> {
    remembered(text).map_or_else(|| text.to_str().map(str::as_bytes), Ok)
}

/// What CPython would say after two calls, found with two loads.
#[cfg(not(any(Py_3_14, Py_GIL_DISABLED)))]
#[inline]
fn remembered<'a>(text: &'a Bound<'_, PyString>) -> Option<&'a [u8]> {
    let string = text.as_ptr();
    // SAFETY: `string` is a `str`. One that is not compact and ASCII begins with this header. What it
    // remembers never changes, is as long as it says, and lives as long as it does.
    unsafe {
        if ffi::PyUnicode_IS_COMPACT_ASCII(string) != 0 {
            return None;
        }
        let head = string.cast::<ffi::PyCompactUnicodeObject>();
        let (start, length) = ((*head).utf8.cast::<u8>(), (*head).utf8_length as usize);
        (!start.is_null()).then(|| std::slice::from_raw_parts(start, length))
    }
}

/// Another thread may be about to remember it, or PyO3 does not know the header.
#[cfg(any(Py_3_14, Py_GIL_DISABLED))]
fn remembered<'a>(_text: &'a Bound<'_, PyString>) -> Option<&'a [u8]> {
    None
}

/// A `str` of bytes below 128, without looking for others.
pub fn from_ascii<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyString>> {
    debug_assert!(text.is_ascii());
    // SAFETY: ASCII is what the `str` is for, and it is as long as the text.
    unsafe { made(py, text.len(), 0x7f, |at: *mut u8| copy(text, at)) }
}

/// A `str` of any text. What its characters take is found first, so that they are written once.
pub fn from_utf8<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    let bytes = text.as_bytes();
    let length = bytes.iter().filter(|&&byte| byte.cast_signed() >= -64).count();
    // Characters from U+0100 on begin with 0xC4 or more, those from U+10000 on with 0xF0 or more.
    // SAFETY: the `str` is for characters of that size, and for as many as there are.
    unsafe {
        match bytes.iter().copied().max().unwrap_or(0) {
            0..0x80 => from_ascii(py, bytes),
            0x80..0xc4 => made(py, length, 0xff, |at: *mut u8| write(text, at, |c| c as u8)),
            0xc4..0xf0 => made(py, length, 0xffff, |at: *mut u16| write(text, at, |c| c as u16)),
            _ => made(py, length, 0x10_ffff, |at: *mut u32| write(text, at, u32::from)),
        }
    }
}

/// A `str` of `length` characters up to `largest`, which `fill` writes.
///
/// # Safety
/// `fill` writes all of them, of the size that `largest` asks for, and one of them needs that size.
unsafe fn made<T>(
    py: Python<'_>,
    length: usize,
    largest: u32,
    fill: impl FnOnce(*mut T),
) -> PyResult<Bound<'_, PyString>> {
    // SAFETY: nobody else has seen the `str` yet. No text is longer than `isize::MAX`.
    unsafe {
        let string = ffi::PyUnicode_New(length.cast_signed(), largest);
        let string = Bound::from_owned_ptr_or_err(py, string)?;
        if length > 0 {
            fill(ffi::PyUnicode_DATA(string.as_ptr()).cast());
        }
        Ok(string.cast_into_unchecked())
    }
}

/// # Safety
/// There is room for every character.
unsafe fn write<T>(text: &str, at: *mut T, narrowed: impl Fn(char) -> T) {
    for (index, character) in text.chars().enumerate() {
        // SAFETY: as the caller promises.
        unsafe { at.add(index).write(narrowed(character)) };
    }
}

/// Whether a `str` has these characters.
///
/// # Errors
/// `UnicodeEncodeError` for lone surrogates.
#[inline]
pub fn equals(string: &Bound<'_, PyString>, text: &str) -> PyResult<bool> {
    match ascii(string) {
        Some(ascii) => Ok(same(ascii.as_slice(), text.as_bytes())),
        None => Ok(string.to_str()? == text),
    }
}

/// Whether two texts, which are short most of the time, are equal.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(text: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        text.first_chunk().zip(text.last_chunk())
    }
    one.len() == other.len()
        && match one.len() {
            0..4 => one.iter().eq(other),
            4..8 => ends::<4>(one) == ends::<4>(other),
            8..=16 => ends::<8>(one) == ends::<8>(other),
            _ => one == other,
        }
}
