//! What a proxy of Django's (`django.core.cache.cache`) hands on, found natively.
//!
//! Django looks for its connection in a local of asgiref, by ten frames of Python. The same things
//! are read here. What is not as it is known falls back to Django's own way.
use std::sync::{Mutex, PoisonError};

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

/// The attribute of this name of a proxy's connection, as `ConnectionProxy.__getattr__` finds it.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Forward {
    name: Py<PyString>,
    /// The local seen last, and the context variable in it, which stays the same.
    seen: Mutex<Option<(Py<PyAny>, Py<PyAny>)>>,
}

#[pymethods]
impl Forward {
    #[new]
    fn new(name: &Bound<'_, PyString>) -> Self {
        Self { name: name.clone().unbind(), seen: Mutex::new(None) }
    }

    fn __get__<'py>(
        this: &Bound<'py, Self>,
        proxy: &Bound<'py, PyAny>,
        _class: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        if proxy.is_none() {
            return Ok(this.clone().into_any());
        }
        let handler = proxy.getattr(intern!(py, "_connections"))?;
        let alias = proxy.getattr(intern!(py, "_alias"))?;
        let connection = match this.get().held(&handler, &alias)? {
            Some(connection) => connection,
            None => handler.get_item(alias)?,
        };
        connection.getattr(&this.get().name)
    }
}

impl Forward {
    /// The connection of this thread or task, if there is one already.
    fn held<'py>(
        &self,
        handler: &Bound<'py, PyAny>,
        alias: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let local = handler.getattr(intern!(handler.py(), "_connections"))?;
        let Some(variable) = self.variable(&local) else { return Ok(None) };
        let Some(data) = data_of_this_thread(&variable)? else { return Ok(None) };
        data.get_item(alias)
    }

    fn variable<'py>(&self, local: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        let py = local.py();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, variable)) = seen.as_ref().filter(|(known, _)| known.is(local)) {
            debug_assert!(known.is(local));
            return Some(variable.bind(py).clone());
        }
        // Reading attributes may run Python.
        drop(seen);
        let variable = variable_in(local)?;
        let now = Some((local.clone().unbind(), variable.clone().unbind()));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *seen, now);
        drop(seen);
        drop(before);
        Some(variable)
    }
}

/// The variable in which a local of asgiref keeps its attributes.
fn variable_in<'py>(local: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = local.py();
    let inner = |object: &Bound<'py, PyAny>, name| {
        let names = object.getattr(intern!(py, "__dict__")).ok()?;
        names.cast::<PyDict>().ok()?.get_item(name).ok()?
    };
    let variable = inner(&inner(local, "_storage")?, "_data")?;
    let class = VARIABLE.import(py, "contextvars", "ContextVar").ok()?;
    variable.get_type().is(class).then_some(variable)
}

/// What stands in the variable, if this thread has put it there.
fn data_of_this_thread<'py>(variable: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    let py = variable.py();
    let mut value = std::ptr::null_mut();
    // SAFETY: `variable` is a `ContextVar`, see `variable_in`; `value` becomes null or a new
    // reference.
    let value = unsafe {
        if ffi::PyContextVar_Get(variable.as_ptr(), std::ptr::null_mut(), &raw mut value) < 0 {
            return Err(PyErr::fetch(py));
        }
        Bound::from_owned_ptr_or_opt(py, value)
    };
    let Some(storage) = value else { return Ok(None) };
    // Other releases of asgiref keep something else there: Django knows what.
    let Ok(thread) = storage.getattr(intern!(py, "thread_id")) else { return Ok(None) };
    // SAFETY: it only asks the system for a number.
    let current = unsafe { ffi::PyThread_get_thread_ident() };
    if thread.extract::<std::ffi::c_ulong>().ok() != Some(current) {
        return Ok(None);
    }
    let data = storage.getattr(intern!(py, "data"))?;
    Ok(data.cast_into::<PyDict>().ok())
}
