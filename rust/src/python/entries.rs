//! The entries of a `dict` that may change under the eyes of its reader.
use std::ptr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::PyDict;

use crate::error::{Outcome, Stop};

/// A walk that ends in [`Stop::Refused`] when the dict grows or shrinks meanwhile.
pub struct Entries<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    length: usize,
    left: usize,
    position: ffi::Py_ssize_t,
}

pub type Entry<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

impl<'a, 'py> Entries<'a, 'py> {
    pub fn of(dict: &'a Bound<'py, PyDict>) -> Self {
        let length = dict.len();
        Self { dict, length, left: length, position: 0 }
    }

    pub fn next(&mut self) -> Outcome<Option<Entry<'py>>> {
        if self.dict.len() != self.length {
            return Err(Stop::Refused);
        }
        // Without a count of its own, a dict that swaps its keys all the time would never end.
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        Ok(with_critical_section(self.dict, || self.step()))
    }

    fn step(&mut self) -> Option<Entry<'py>> {
        let (mut key, mut value) = (ptr::null_mut(), ptr::null_mut());
        let py = self.dict.py();
        // SAFETY: `dict` is a dict, and `position` is zero or what an earlier call left there. The
        // pointers are borrowed from the dict, which no other thread can change inside the critical
        // section; both are made owned before anything else runs.
        unsafe {
            let found = ffi::PyDict_Next(
                self.dict.as_ptr(),
                &raw mut self.position,
                &raw mut key,
                &raw mut value,
            );
            (found != 0)
                .then(|| (Bound::from_borrowed_ptr(py, key), Bound::from_borrowed_ptr(py, value)))
        }
    }
}
