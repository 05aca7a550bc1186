//! Values of a cache: objects that never change as they are, all others by their pickle.
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};
use pyo3::{PyTypeInfo, intern};

/// An object of a built-in type that nothing can change, and that is freed without Python code.
pub struct Value {
    object: Py<PyAny>,
    is_pickle: bool,
}

impl Value {
    /// What stands for `object` from now on; a pickle is of the protocol that `cache` names.
    pub fn of(object: &Bound<'_, PyAny>, cache: &Bound<'_, PyAny>) -> PyResult<Self> {
        static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        if is_immutable(object) {
            return Ok(Self { object: object.clone().unbind(), is_pickle: false });
        }
        let py = object.py();
        let protocol = cache.getattr(intern!(py, "pickle_protocol"))?;
        let pickle = DUMPS.import(py, "pickle", "dumps")?.call1((object, protocol))?;
        let pickle = pickle.cast_into_exact::<PyBytes>()?.into_any();
        Ok(Self { object: pickle.unbind(), is_pickle: true })
    }

    /// The object, or one like it.
    pub fn into_object(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let object = self.object.into_bound(py);
        if !self.is_pickle {
            return Ok(object);
        }
        LOADS.import(py, "pickle", "loads")?.call1((object,))
    }

    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        Self { object: self.object.clone_ref(py), is_pickle: self.is_pickle }
    }

    pub fn is(&self, other: &Self) -> bool {
        self.object.is(&other.object)
    }

    /// The bytes of memory that it takes.
    pub fn size(&self, py: Python<'_>) -> PyResult<usize> {
        self.object.bind(py).call_method0(intern!(py, "__sizeof__"))?.extract()
    }
}

/// Exact types only: a subclass may have attributes.
fn is_immutable(object: &Bound<'_, PyAny>) -> bool {
    object.is_none()
        || [
            PyString::is_exact_type_of,
            PyBytes::is_exact_type_of,
            PyInt::is_exact_type_of,
            PyFloat::is_exact_type_of,
            PyBool::is_exact_type_of,
        ]
        .into_iter()
        .any(|is_of_type| is_of_type(object))
}
