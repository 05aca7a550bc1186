//! Values of a cache: objects that never change as they are, all others by their pickle; large ones
//! compressed if that is asked for.
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};
use pyo3::{PyTypeInfo, intern};

use crate::compression::zstd;

/// zstd's own standard: over 200 MB a second, and within a few percent of what takes ten times as
/// long.
const LEVEL: i32 = 3;

/// An object of a built-in type that nothing can change, and that is freed without Python code.
pub struct Value {
    object: Py<PyAny>,
    form: Form,
    /// How many bytes were compressed; nothing if they were not.
    length: Option<usize>,
}

/// What the bytes stand for.
#[derive(Clone, Copy)]
enum Form {
    Itself,
    Text,
    Pickle,
}

impl Value {
    /// What stands for `object` from now on; a pickle is of the protocol that `cache` names. Of
    /// `least` bytes or more, values are compressed if that makes them smaller.
    pub fn of(
        object: &Bound<'_, PyAny>,
        cache: &Bound<'_, PyAny>,
        least: Option<usize>,
    ) -> PyResult<Self> {
        let (object, form) = if is_immutable(object) {
            (object.clone(), Form::Itself)
        } else {
            (pickle(object, cache)?, Form::Pickle)
        };
        let small = least.and_then(|least| compressed(&object, form, least));
        Ok(small.unwrap_or_else(|| Self { object: object.unbind(), form, length: None }))
    }

    /// The object, or one like it.
    pub fn into_object(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let bytes = match self.length {
            Some(length) => decompressed(self.object.bind(py).cast()?, length)?,
            None if matches!(self.form, Form::Itself) => return Ok(self.object.into_bound(py)),
            None => self.object.into_bound(py),
        };
        match self.form {
            Form::Itself => Ok(bytes),
            Form::Text => bytes.call_method1(intern!(py, "decode"), ("utf-8",)),
            Form::Pickle => LOADS.import(py, "pickle", "loads")?.call1((bytes,)),
        }
    }

    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        Self { object: self.object.clone_ref(py), form: self.form, length: self.length }
    }

    pub fn is(&self, other: &Self) -> bool {
        self.object.is(&other.object)
    }

    /// The bytes of memory that it takes.
    pub fn size(&self, py: Python<'_>) -> PyResult<usize> {
        self.object.bind(py).call_method0(intern!(py, "__sizeof__"))?.extract()
    }
}

fn pickle<'py>(
    object: &Bound<'py, PyAny>,
    cache: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = object.py();
    let protocol = cache.getattr(intern!(py, "pickle_protocol"))?;
    let pickle = DUMPS.import(py, "pickle", "dumps")?.call1((object, protocol))?;
    Ok(pickle.cast_into_exact::<PyBytes>()?.into_any())
}

/// Nothing for what is smaller than `least`, has no bytes, or would not become smaller.
fn compressed(object: &Bound<'_, PyAny>, form: Form, least: usize) -> Option<Value> {
    let py = object.py();
    let (data, form) = if let Ok(bytes) = object.cast_exact::<PyBytes>() {
        (bytes.as_bytes(), form)
    } else {
        (object.cast_exact::<PyString>().ok()?.to_str().ok()?.as_bytes(), Form::Text)
    };
    if data.len() < least {
        return None;
    }
    let small = py.detach(|| zstd::compress(data, LEVEL, 0)).ok()?;
    let is_smaller = small.len() < data.len();
    is_smaller.then(|| Value {
        object: PyBytes::new(py, &small).into_any().unbind(),
        form,
        length: Some(data.len()),
    })
}

fn decompressed<'py>(small: &Bound<'py, PyBytes>, length: usize) -> PyResult<Bound<'py, PyAny>> {
    let py = small.py();
    let data = small.as_bytes();
    let whole = py.detach(|| zstd::decompress(data, length));
    let whole = whole.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &whole).into_any())
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
