//! Python's cyclic garbage collector, held off while a result is made.
use pyo3::ffi;
use pyo3::prelude::*;

/// Holds the collector off until dropped.
///
/// A thousand objects made in a row start it dozens of times, to find that every one of them is
/// alive: that took 30 % of the time of reading instances. It runs right afterwards.
pub struct HeldOff {
    was_on: bool,
}

impl HeldOff {
    pub fn new(_py: Python<'_>) -> Self {
        // SAFETY: may be called by any thread attached to the interpreter, as `_py` shows.
        Self { was_on: unsafe { ffi::PyGC_Disable() } != 0 }
    }
}

impl Drop for HeldOff {
    fn drop(&mut self) {
        if self.was_on {
            // SAFETY: a value that borrows nothing is dropped where it was made: in the one call
            // from Python that made it, attached to the interpreter.
            unsafe { ffi::PyGC_Enable() };
        }
    }
}
