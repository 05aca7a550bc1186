//! Standard library classes, imported once and only when needed.
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::PyType;

macro_rules! stdlib {
    ($name:ident, $module:literal, $class:literal) => {
        pub fn $name(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
            static CELL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
            CELL.import(py, $module, $class)
        }
    };
}

stdlib!(decimal, "decimal", "Decimal");
stdlib!(uuid, "uuid", "UUID");
stdlib!(mapping, "collections.abc", "Mapping");
stdlib!(zone_info, "zoneinfo", "ZoneInfo");

/// `type(value) is class`, for classes that PyO3 has no name for.
pub fn is_exactly(value: &Bound<'_, PyAny>, class: &Bound<'_, PyType>) -> bool {
    value.get_type().is(class)
}

/// Whether `next(value)` works: such a value can be read once only.
pub fn is_iterator(value: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the check reads a slot of the type of a live object.
    unsafe { ffi::PyIter_Check(value.as_ptr()) != 0 }
}

/// The value as a `T`, if it is exactly that and of no subclass. Unlike `cast_exact` it makes no error
/// of the wrong type, which matters where most tries fail.
#[inline]
pub fn exactly<'a, 'py, T: PyTypeInfo>(value: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, T>> {
    // SAFETY: the type has just been checked.
    value.is_exact_instance_of::<T>().then(|| unsafe { value.cast_unchecked() })
}
