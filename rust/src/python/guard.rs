//! Whether classes are still what they were.
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

/// Remembers what some names mean in the bodies of classes and of all their bases, and the version
/// that CPython gave to models: a new one whenever an attribute of the class or a base is set.
///
/// Field classes have no use for versions: DRF counts its fields in a class attribute of `Field`, so
/// that every field made gives all of them a new one.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Guard {
    watched: Vec<Watched>,
    versions: Vec<(Py<PyType>, u32)>,
}

struct Watched {
    body: Py<PyDict>,
    name: Py<PyString>,
    value: Option<Py<PyAny>>,
}

#[pymethods]
impl Guard {
    #[new]
    fn new(
        classes: &Bound<'_, PyList>,
        names: &Bound<'_, PyList>,
        models: &Bound<'_, PyList>,
    ) -> PyResult<Self> {
        let mut watched = Vec::new();
        for body in bodies(classes)? {
            for name in names {
                watched.push(Watched::new(&body, name.cast()?)?);
            }
        }
        let mut versions = Vec::new();
        for model in models {
            let model = model.cast_into::<PyType>()?;
            let version = version(&model);
            versions.push((model.unbind(), version));
        }
        versions.retain(|(_, version)| *version != 0);
        Ok(Self { watched, versions })
    }

    fn holds(&self, py: Python<'_>) -> PyResult<bool> {
        for (model, then) in &self.versions {
            if version(model.bind(py)) != *then {
                return Ok(false);
            }
        }
        for watched in &self.watched {
            let now = watched.body.bind(py).get_item(&watched.name)?;
            if now.as_ref().map(Bound::as_ptr) != watched.value.as_ref().map(Py::as_ptr) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Watched {
    fn new(body: &Bound<'_, PyDict>, name: &Bound<'_, PyString>) -> PyResult<Self> {
        let value = body.get_item(name)?.map(Bound::unbind);
        Ok(Self { body: body.clone().unbind(), name: name.clone().unbind(), value })
    }
}

/// The namespaces of some classes and all their bases, each once.
fn bodies<'py>(classes: &Bound<'py, PyList>) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let mut bodies: Vec<Bound<'py, PyDict>> = Vec::new();
    for class in classes {
        for base in class.cast::<PyType>()?.mro() {
            let known = |body: &Bound<'py, PyDict>| !bodies.iter().any(|known| known.is(body));
            bodies.extend(body(base.cast()?).filter(known));
        }
    }
    Ok(bodies)
}

/// The namespace of a class written in Python; `None` for built-in ones, which nobody changes.
fn body<'py>(class: &Bound<'py, PyType>) -> Option<Bound<'py, PyDict>> {
    let object: *const ffi::PyTypeObject = class.as_type_ptr();
    // SAFETY: `class` keeps the type object alive. A heap type has its dict from its creation to
    // its end; it is only read here.
    unsafe {
        if (*object).tp_flags & ffi::Py_TPFLAGS_HEAPTYPE == 0 {
            return None;
        }
        Bound::from_borrowed_ptr_or_opt(class.py(), (*object).tp_dict)?.cast_into().ok()
    }
}

/// Zero for a class that has none yet, or none any more.
fn version(class: &Bound<'_, PyType>) -> u32 {
    let object: *const ffi::PyTypeObject = class.as_type_ptr();
    // SAFETY: `class` keeps the type object alive. The field is an integer; another thread may at
    // most be writing another version, which then is not the one remembered.
    unsafe { (&raw const (*object).tp_version_tag).read_volatile() }
}
