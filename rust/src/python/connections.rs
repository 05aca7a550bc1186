//! What a proxy of Django's (`django.core.cache.cache`) hands on, found natively.
//!
//! Django looks for its connection in a local of asgiref, by ten frames of Python. The same things
//! are read here. What is not as it is known falls back to Django's own way.
use std::ffi::c_ulong;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

/// The attribute of this name of a proxy's connection, as `ConnectionProxy.__getattr__` finds it.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Forward {
    name: Py<PyString>,
    seen: Mutex<Seen>,
}

/// What was read last. asgiref never changes what it keeps, but puts another in its place.
#[derive(Default)]
struct Seen {
    /// A local, and the context variable in it.
    local: Option<(Py<PyAny>, Py<PyAny>)>,
    storage: Option<Storage>,
}

/// What stands in such a variable: the thread that has put it there, and its connections.
struct Storage {
    object: Py<PyAny>,
    thread: c_ulong,
    data: Py<PyDict>,
}

#[pymethods]
impl Forward {
    #[new]
    fn new(name: &Bound<'_, PyString>) -> Self {
        Self { name: name.clone().unbind(), seen: Mutex::default() }
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
        let handler = own(proxy, intern!(py, "_connections"))?;
        let alias = own(proxy, intern!(py, "_alias"))?;
        let connection = match this.get().held(&handler, &alias)? {
            Some(connection) => connection,
            None => handler.get_item(alias)?,
        };
        connection.getattr(&this.get().name)
    }
}

/// An attribute of the proxy itself: its class has a `__getattr__`, and asking by way of that takes
/// twice as long.
fn own<'py>(proxy: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: both are objects, and `name` is a string; the answer is a new reference or null.
    unsafe {
        let found = ffi::PyObject_GenericGetAttr(proxy.as_ptr(), name.as_ptr());
        Bound::from_owned_ptr_or_err(proxy.py(), found)
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
        let Some(storage) = value_of(&variable)? else { return Ok(None) };
        let Some((thread, data)) = self.storage(&storage) else { return Ok(None) };
        // SAFETY: it only asks the system for a number.
        let is_ours = thread == unsafe { ffi::PyThread_get_thread_ident() };
        if is_ours { data.get_item(alias) } else { Ok(None) }
    }

    fn variable<'py>(&self, local: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        let py = local.py();
        if let Some((known, variable)) = &self.lock().local
            && known.is(local)
        {
            return Some(variable.bind(py).clone());
        }
        // Reading attributes may run Python, and so may dropping: no lock is held meanwhile.
        let variable = variable_in(local)?;
        let now = (local.clone().unbind(), variable.clone().unbind());
        let _before = self.lock().local.replace(now);
        Some(variable)
    }

    /// Nothing for other releases of asgiref, which keep something else there: Django knows what.
    fn storage<'py>(&self, object: &Bound<'py, PyAny>) -> Option<(c_ulong, Bound<'py, PyDict>)> {
        let py = object.py();
        if let Some(known) = &self.lock().storage
            && known.object.is(object)
        {
            return Some((known.thread, known.data.bind(py).clone()));
        }
        let thread = object.getattr(intern!(py, "thread_id")).ok()?.extract().ok()?;
        let data = object.getattr(intern!(py, "data")).ok()?.cast_into::<PyDict>().ok()?;
        let now = Storage { object: object.clone().unbind(), thread, data: data.clone().unbind() };
        let _before = self.lock().storage.replace(now);
        Some((thread, data))
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
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

fn value_of<'py>(variable: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = variable.py();
    let mut value = std::ptr::null_mut();
    // SAFETY: `variable` is a `ContextVar`, see `variable_in`; `value` becomes null or a new
    // reference.
    unsafe {
        if ffi::PyContextVar_Get(variable.as_ptr(), std::ptr::null_mut(), &raw mut value) < 0 {
            return Err(PyErr::fetch(py));
        }
        Ok(Bound::from_owned_ptr_or_opt(py, value))
    }
}
