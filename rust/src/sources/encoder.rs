//! Who says what becomes of values that JSON has no form for.
use std::cell::OnceCell;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::form::{Form, Forms};
use crate::sinks::Style;

pub enum Encoder<'a, 'py> {
    Class(Class),
    Forms(&'a Forms, Option<&'a Bound<'py, PyAny>>),
}

impl<'py> Encoder<'_, 'py> {
    /// Whether dates, numbers and the like may be spelled natively.
    pub fn spells(&self) -> bool {
        match self {
            Self::Class(class) => class.is_stock,
            Self::Forms(..) => true,
        }
    }

    /// How values of this class are written, where that is known by class.
    pub fn form(&self, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Form>>> {
        match self {
            Self::Class(_) => Ok(None),
            Self::Forms(forms, _) => forms.of(value).map(Some),
        }
    }

    /// `encoder.default(value)`
    pub fn replacement(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Class(class) => class.replacement(value),
            Self::Forms(_, Some(hook)) => hook.call1((value,)),
            Self::Forms(_, None) => Err(PyTypeError::new_err(format!(
                "Object of type {} is not JSON serializable",
                value.get_type().name()?
            ))),
        }
    }
}

/// A class whose `default` is asked. An instance is made when the first such value comes.
pub struct Class {
    encoder: Py<PyAny>,
    style: Style,
    /// `default` is DRF's own, so that what it spells may be spelled natively.
    is_stock: bool,
    default: OnceCell<Py<PyAny>>,
}

impl Class {
    /// `class` is a `json.JSONEncoder` that overrides `default` and nothing else.
    pub fn new(class: Py<PyAny>, style: Style, is_stock: bool) -> Self {
        Self { encoder: class, style, is_stock, default: OnceCell::new() }
    }

    fn replacement<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        if let Some(default) = self.default.get() {
            return default.bind(py).call1((value,));
        }
        let encoder = self.encoder.bind(py).call((), Some(&self.options(py)?))?;
        let default = encoder.getattr(intern!(py, "default"))?;
        // Full already if making the encoder came back here, and then as good.
        let _ = self.default.set(default.clone().unbind());
        default.call1((value,))
    }

    /// The arguments that `json.dumps` makes the encoder with.
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let options = PyDict::new(py);
        options.set_item("skipkeys", false)?;
        options.set_item("ensure_ascii", self.style.ensure_ascii)?;
        options.set_item("check_circular", true)?;
        options.set_item("allow_nan", self.style.allow_nan)?;
        options.set_item("sort_keys", false)?;
        options.set_item("indent", self.style.indent)?;
        options.set_item("separators", self.style.separators())?;
        options.set_item("default", py.None())?;
        Ok(options)
    }
}
