//! Objects of the standard library, made without running its Python code.
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateTime, PyString, PyTime, PyTuple, PyTzInfo};

use super::types;
use crate::text::spelling::Spelling;
use crate::text::temporal::{Date, DateTime, Time};

/// `uuid.UUID(int=number)`; `safety` is the `is_safe` of one made of text.
pub fn uuid<'py>(
    py: Python<'py>,
    number: u128,
    safety: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let class = types::uuid(py)?;
    // SAFETY: `UUID` is a class made in Python, which inherits `object.__new__`: this is what that
    // does. It sets an exception where it returns nothing.
    let made = unsafe {
        let made = ffi::PyType_GenericAlloc(class.as_type_ptr(), 0);
        Bound::from_owned_ptr_or_err(py, made)?
    };
    set(&made, intern!(py, "int"), number.into_pyobject(py)?.as_any())?;
    set(&made, intern!(py, "is_safe"), safety)?;
    // SAFETY: a new object, which the collector knows. What it refers to leads nowhere else and is
    // never replaced, so that looking at it would be in vain: a third of the work of a collection
    // after a thousand rows was that.
    unsafe { ffi::PyObject_GC_UnTrack(made.as_ptr().cast()) };
    Ok(made)
}

/// `object.__setattr__(object, name, value)`, as `UUID.__init__` itself does it.
fn set(
    object: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    // SAFETY: all three are live objects; the call sets an exception where it returns -1.
    let answer =
        unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) };
    if answer == -1 { Err(PyErr::fetch(object.py())) } else { Ok(()) }
}

/// `Decimal(text)`
pub fn decimal<'py>(py: Python<'py>, spelling: &Spelling) -> PyResult<Bound<'py, PyAny>> {
    types::decimal(py)?.call1(PyTuple::new(py, [spelling.as_str()])?)
}

pub fn date(py: Python<'_>, date: Date) -> PyResult<Bound<'_, PyDate>> {
    PyDate::new(py, date.year().into(), date.month(), date.day())
}

pub fn time(py: Python<'_>, time: Time) -> PyResult<Bound<'_, PyTime>> {
    PyTime::new(py, time.hour(), time.minute(), time.second(), time.microsecond(), None)
}

pub fn datetime<'py>(
    py: Python<'py>,
    moment: DateTime,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Bound<'py, PyDateTime>> {
    let (date, time) = (moment.date(), moment.time());
    PyDateTime::new(
        py,
        date.year().into(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond(),
        zone,
    )
}
