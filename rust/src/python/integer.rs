//! `int` as machine numbers and as digits.
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyInt, PyString};

/// The value, or `None` beyond 64 bits.
pub fn small(value: &Bound<'_, PyInt>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: `value` is an `int`, for which the call has no way to fail but the overflow it reports.
    let number = unsafe { ffi::PyLong_AsLongLongAndOverflow(value.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(number)
}

/// `int.__repr__(value)`, whatever a subclass makes of `__repr__`.
///
/// # Errors
/// `ValueError` over `sys.get_int_max_str_digits()`.
pub fn digits<'py>(value: &Bound<'py, PyInt>) -> PyResult<Bound<'py, PyString>> {
    let repr = intern!(value.py(), "__repr__");
    Ok(PyInt::type_object(value.py()).getattr(repr)?.call1((value,))?.cast_into()?)
}
