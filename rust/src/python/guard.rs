//! Whether classes are still what they were.
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

/// Remembers the versions of classes. CPython gives a class a new version when an attribute of it
/// or of one of its bases is set, so that comparing numbers stands for comparing every method.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Guard(Vec<(Py<PyType>, u32)>);

#[pymethods]
impl Guard {
    #[new]
    fn new(classes: Vec<Bound<'_, PyType>>) -> Self {
        Self(classes.into_iter().map(|class| (class.clone().unbind(), version(&class))).collect())
    }

    /// False after a change, and for a class that CPython has given no version.
    fn holds(&self, py: Python<'_>) -> bool {
        self.0.iter().all(|(class, then)| *then != 0 && version(class.bind(py)) == *then)
    }
}

fn version(class: &Bound<'_, PyType>) -> u32 {
    let object: *const ffi::PyTypeObject = class.as_type_ptr();
    // SAFETY: `class` is alive, and so is the type object it points to. The field is an integer
    // that other threads may write at most with another version.
    unsafe { (&raw const (*object).tp_version_tag).read_volatile() }
}
