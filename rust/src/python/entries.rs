//! The content of a `dict` or a `list` that may change under the eyes of its reader.
#![allow(clippy::cast_possible_wrap, reason = "no dict has more entries than the largest isize")]
use std::ptr;

use pyo3::Borrowed;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::{PyDict, PyList};

use crate::error::{Outcome, Stop};

type Value<'a, 'py> = Borrowed<'a, 'py, PyAny>;

/// A walk through a dict that ends in [`Stop::Refused`] when the dict grows or shrinks meanwhile.
pub struct Entries<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    length: usize,
    left: usize,
    position: ffi::Py_ssize_t,
}

impl<'a, 'py> Entries<'a, 'py> {
    pub fn of(dict: &'a Bound<'py, PyDict>) -> Self {
        let length = dict.len();
        Self { dict, length, left: length, position: 0 }
    }

    /// What `look` makes of the next key and its value; `None` after the last.
    ///
    /// # Safety
    /// `look` runs no Python code, which could take both away: they are borrowed from the dict.
    #[inline]
    pub unsafe fn visit<T>(
        &mut self,
        look: impl FnOnce(Value<'_, 'py>, Value<'_, 'py>) -> T,
    ) -> Outcome<Option<T>> {
        if self.dict.len() != self.length {
            return Err(Stop::Refused);
        }
        // Without a count of its own, a dict that swaps its keys all the time would never end.
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let (dict, position, py) = (self.dict.as_ptr(), &raw mut self.position, self.dict.py());
        Ok(with_critical_section(self.dict, || {
            let (mut key, mut value) = (ptr::null_mut(), ptr::null_mut());
            // SAFETY: `dict` is a dict and `position` is zero or what an earlier call left there. The
            // results are alive while nothing changes the dict: other threads cannot inside the
            // critical section, and `look` does not.
            unsafe {
                let found = ffi::PyDict_Next(dict, position, &raw mut key, &raw mut value) != 0;
                found.then(|| look(Value::from_ptr(py, key), Value::from_ptr(py, value)))
            }
        }))
    }
}

/// What `look` makes of an item of a list; `None` behind the end.
///
/// # Safety
/// `look` runs no Python code, which could take the item away: it is borrowed from the list.
#[inline]
pub unsafe fn visit_item<'py, T>(
    list: &Bound<'py, PyList>,
    index: usize,
    look: impl FnOnce(Value<'_, 'py>) -> T,
) -> Option<T> {
    with_critical_section(list, || {
        if index >= list.len() {
            return None;
        }
        // SAFETY: the index is inside the list. The item is alive while nothing changes the list:
        // other threads cannot inside the critical section, and `look` does not.
        unsafe {
            let item = ffi::PyList_GET_ITEM(list.as_ptr(), index as ffi::Py_ssize_t);
            Some(look(Value::from_ptr(list.py(), item)))
        }
    })
}
