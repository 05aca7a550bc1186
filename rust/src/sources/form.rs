//! How the values of a class are written that is none of JSON's own: found out once a class.
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::python::types::exactly;
use crate::sinks::Key;

/// Classes that are remembered; then all are forgotten.
const MOST: usize = 1024;

/// What is known of classes. Values of a class that was changed later are written as before.
pub struct Forms {
    known: Py<PyDict>,
    find: Py<PyAny>,
}

impl Forms {
    /// `find` gives the [`Form`] of a class.
    pub fn new(py: Python<'_>, find: Py<PyAny>) -> Self {
        Self { known: PyDict::new(py).unbind(), find }
    }

    pub fn of<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Form>> {
        let py = value.py();
        let (known, class) = (self.known.bind(py), value.get_type());
        if let Some(form) = known.get_item(&class)? {
            return Ok(form.cast_into_exact()?);
        }
        let form: Bound<'py, Form> = self.find.bind(py).call1((&class,))?.cast_into_exact()?;
        if known.len() >= MOST {
            known.clear();
        }
        known.set_item(class, &form)?;
        Ok(form)
    }
}

/// One way to write a value.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Form(pub Way);

pub enum Way {
    /// As the subclass of one of JSON's own classes that it is.
    Inherited,
    /// A `tuple` whose items are those that iterating over it gives.
    Tuple,
    /// As an object of its attributes.
    Object(Attributes),
    /// One attribute stands for it.
    Attribute(Py<PyString>),
    /// What a function makes of it stands for it.
    Function(Py<PyAny>),
    /// Nobody but the caller's hook knows.
    Unknown,
}

#[pymethods]
impl Form {
    /// `way` is a tuple of names of attributes, which become an object; the name of one that stands for
    /// the value; a function of the value; or `None`, for what only the caller's hook knows.
    /// `in_dict` says that an attribute is what `__dict__` says, if it has it.
    #[new]
    #[pyo3(signature = (way, in_dict=false))]
    fn new(way: &Bound<'_, PyAny>, in_dict: bool) -> PyResult<Self> {
        Ok(Self(if way.is_none() {
            Way::Unknown
        } else if let Some(names) = exactly::<PyTuple>(way) {
            Way::Object(Attributes::new(names, in_dict)?)
        } else if let Some(name) = exactly::<PyString>(way) {
            Way::Attribute(name.clone().unbind())
        } else if way.is_callable() {
            Way::Function(way.clone().unbind())
        } else {
            return Err(PyTypeError::new_err("a form is names, a name, a function or None"));
        }))
    }

    /// Of subclasses of JSON's own classes.
    #[staticmethod]
    fn inherited() -> Self {
        Self(Way::Inherited)
    }

    /// Of subclasses of `tuple` that are iterated over as tuples are.
    #[staticmethod]
    fn tuple() -> Self {
        Self(Way::Tuple)
    }
}

pub struct Attributes {
    pub keys: Box<[Arc<Key>]>,
    in_dict: bool,
}

impl Attributes {
    fn new(names: &Bound<'_, PyTuple>, in_dict: bool) -> PyResult<Self> {
        let key = |name: Bound<'_, PyAny>| {
            let name = name.cast_into::<PyString>()?;
            // As the names of attributes are, so that comparing their addresses is enough.
            Ok(Arc::new(Key::new(&PyString::intern(name.py(), name.to_str()?))?))
        };
        Ok(Self { keys: names.iter().map(key).collect::<PyResult<_>>()?, in_dict })
    }

    /// The `__dict__` of a value, if its attributes are there.
    pub fn dict_of<'py>(&self, value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
        if !self.in_dict {
            return None;
        }
        let py = value.py();
        // SAFETY: any object may be asked; where it has no dict, an exception is set, and taken here.
        let dict = unsafe {
            let dict = ffi::PyObject_GenericGetDict(value.as_ptr(), std::ptr::null_mut());
            Bound::from_owned_ptr_or_err(py, dict)
        };
        dict.ok()?.cast_into_exact().ok()
    }
}
