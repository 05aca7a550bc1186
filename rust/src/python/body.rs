//! The objects of a JSON document as dicts that are made when somebody looks at them.
//!
//! An unread row is a dict, and an unread list a list, whose class overrides every method and adds no
//! memory. Its one entry is an [`Unread`], which knows the text. At the first look what the text
//! says takes the place of the entry, and `dict` or `list` that of the class.
use std::ops::Range;
use std::ptr;

use pyo3::exceptions::PySystemError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyType};

use super::decode;
use super::types::exactly;
use crate::error::{Outcome, Stop};
use crate::sources::json::{Invalid, Read};
use crate::sources::outline::{Outline, outline};

/// What stands in a row or list that nobody has looked at: the bytes of a request, found to be JSON.
#[pyclass(frozen)]
pub struct Unread {
    bytes: Py<PyBytes>,
    outline: Outline,
    /// The rows of a list, as they were made at the first look.
    made: PyOnceLock<Py<PyList>>,
    /// Is told of the first look.
    habit: Option<Py<PyAny>>,
}

impl Unread {
    /// What `value` holds if it is a row or list that nobody has looked at.
    pub fn of<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, Self>> {
        if exactly::<PyDict>(value).is_some() || exactly::<PyList>(value).is_some() {
            return None;
        }
        let entry = match value.cast::<PyDict>() {
            Ok(row) => entry_of_row(row)?,
            Err(_) => entry_of_list(value.cast().ok()?)?,
        };
        entry.cast_into_exact().ok()
    }

    /// The text of the object; `None` for a list.
    pub fn row<'a>(&'a self, py: Python<'a>) -> Option<&'a str> {
        match &self.outline {
            Outline::Object(span) => Some(self.text(span, py)),
            _ => None,
        }
    }

    /// How many rows the list has; `None` for an object.
    pub fn length(&self) -> Option<usize> {
        match &self.outline {
            Outline::Objects(spans) => Some(spans.len()),
            _ => None,
        }
    }

    /// The text of a row of the list.
    pub fn item<'a>(&'a self, index: usize, py: Python<'a>) -> Option<&'a str> {
        match &self.outline {
            Outline::Objects(spans) => spans.get(index).map(|span| self.text(span, py)),
            _ => None,
        }
    }

    /// The row of the list that was made of [`Self::item`], if somebody has looked.
    pub fn seen<'py>(&self, index: usize, py: Python<'py>) -> Option<Bound<'py, PyDict>> {
        let row = self.made.get(py)?.bind(py).get_item(index).ok()?;
        row.cast_into_exact().ok()
    }

    fn text<'a>(&'a self, span: &Range<usize>, py: Python<'a>) -> &'a str {
        let bytes = self.bytes.bind(py).as_bytes();
        // SAFETY: the outline was made of these bytes, which never change: they are UTF-8, and the
        // span begins and ends at the brackets of an object.
        unsafe { str::from_utf8_unchecked(bytes.get_unchecked(span.clone())) }
    }

    /// Makes `row`, which holds this, what `json.loads` makes of its text.
    fn fill_row(&self, row: &Bound<'_, PyDict>) -> Outcome {
        let py = row.py();
        let text = self.row(py).ok_or(Stop::Unsure)?;
        let entries = decode::document(py, text)?;
        if exactly::<PyDict>(row).is_some() {
            return Ok(()); // Code that ran meanwhile, or another thread, was faster.
        }
        row.clear();
        show::<PyDict>(row);
        Ok(row.update(entries.cast().map_err(PyErr::from)?)?)
    }

    /// Makes `list`, which holds this, what `json.loads` makes of the document.
    fn fill_list(&self, list: &Bound<'_, PyList>) -> Outcome {
        let py = list.py();
        let all = 0..self.bytes.bind(py).as_bytes().len();
        let rows = decode::document(py, self.text(&all, py))?;
        let rows = rows.cast_into_exact::<PyList>().map_err(PyErr::from)?;
        if exactly::<PyList>(list).is_some() {
            return Ok(());
        }
        list.set_slice(0, 1, &rows)?;
        show::<PyList>(list);
        let _ = self.made.set(py, rows.unbind());
        Ok(())
    }
}

fn entry_of_row<'py>(row: &Bound<'py, PyDict>) -> Option<Bound<'py, PyAny>> {
    let name = entry_name(row.py());
    // SAFETY: `row` is a dict, whatever its class overrides. The answer is borrowed from it, and made
    // our own before anything else can happen.
    unsafe {
        let entry = ffi::PyDict_GetItemWithError(row.as_ptr(), name.as_ptr());
        Bound::from_borrowed_ptr_or_opt(row.py(), entry)
    }
}

fn entry_of_list<'py>(list: &Bound<'py, PyList>) -> Option<Bound<'py, PyAny>> {
    // PyO3 reads the memory of the list, whatever its class overrides.
    if list.len() == 1 { list.get_item(0).ok() } else { None }
}

/// Makes a row or list real: an instance of one of the classes that `loads_lazily` was given.
#[pyfunction]
pub fn look(value: &Bound<'_, PyAny>) -> PyResult<()> {
    let Some(unread) = Unread::of(value) else { return Ok(()) };
    let filled = match value.cast::<PyDict>() {
        Ok(row) => unread.get().fill_row(row),
        Err(_) => unread.get().fill_list(value.cast()?),
    };
    if let Some(habit) = &unread.get().habit {
        habit.bind(value.py()).call_method0(intern!(value.py(), "looked"))?;
    }
    filled.map_err(|stop| match stop {
        Stop::Raised(error) => *error,
        Stop::Unsure | Stop::Refused => PySystemError::new_err("a checked text is no JSON"),
    })
}

/// The length of a list, without a look at one that is unread.
#[pyfunction]
pub fn length(rows: &Bound<'_, PyList>) -> usize {
    Unread::of(rows).and_then(|unread| unread.get().length()).unwrap_or_else(|| rows.len())
}

/// The list of a document, or the row that it is; `None` for a document to read at once.
pub fn unread<'py>(
    text: &Bound<'py, PyBytes>,
    json: &str,
    row_class: &Bound<'py, PyType>,
    list_class: &Bound<'py, PyType>,
    habit: Option<Py<PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    unread_of(text, json, outline(json), row_class, list_class, habit)
}

/// [`unread`] of a text of which the outline has been `found`.
pub fn unread_of<'py>(
    text: &Bound<'py, PyBytes>,
    json: &str,
    found: Read<Outline>,
    row_class: &Bound<'py, PyType>,
    list_class: &Bound<'py, PyType>,
    habit: Option<Py<PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !adds_nothing_to::<PyDict>(row_class) || !adds_nothing_to::<PyList>(list_class) {
        return Ok(None);
    }
    let outline = match found {
        Ok(Outline::Other) | Err(Invalid) => return Ok(None),
        Ok(Outline::Object(span)) if is_empty(&json[span.clone()]) => return Ok(None),
        Ok(outline) => outline,
    };
    let py = text.py();
    let is_row = matches!(outline, Outline::Object(_));
    let bytes = text.clone().unbind();
    let unread = Bound::new(py, Unread { bytes, outline, made: PyOnceLock::new(), habit })?;
    Ok(Some(if is_row {
        let row = PyDict::new(py);
        row.set_item(entry_name(py), unread)?;
        hide(row.into_any(), row_class)
    } else {
        hide(PyList::new(py, [unread])?.into_any(), list_class)
    }))
}

/// Whether an object has no entries: a row with an entry would not be what it seems to code in C that
/// asks how large it is before it looks.
fn is_empty(object: &str) -> bool {
    object[1..object.len() - 1].trim_ascii().is_empty()
}

fn entry_name(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "unread")
}

/// Whether instances of a class are laid out in memory as those of `T`, so that one can be made the
/// other, as assigning to `__class__` does between classes made in Python. Without a GIL, others
/// may be inside a method of the class meanwhile.
fn adds_nothing_to<T: PyTypeInfo>(class: &Bound<'_, PyType>) -> bool {
    /// `Py_TPFLAGS_MANAGED_DICT` and `Py_TPFLAGS_MANAGED_WEAKREF`: memory before the object.
    const BEFORE_THE_OBJECT: std::ffi::c_ulong = 3 << 3;
    let base = PyType::new::<T>(class.py());
    // SAFETY: both are types, and alive.
    let (class, base) = unsafe { (&*class.as_type_ptr(), &*base.as_type_ptr()) };
    !cfg!(Py_GIL_DISABLED)
        && class.tp_base == ptr::from_ref(base).cast_mut()
        && class.tp_basicsize == base.tp_basicsize
        && class.tp_itemsize == base.tp_itemsize
        && class.tp_dictoffset == base.tp_dictoffset
        && class.tp_weaklistoffset == base.tp_weaklistoffset
        && (class.tp_flags ^ base.tp_flags) & BEFORE_THE_OBJECT == 0
}

/// Makes a new dict or list an instance of `class`, which adds nothing to it.
fn hide<'py>(object: Bound<'py, PyAny>, class: &Bound<'py, PyType>) -> Bound<'py, PyAny> {
    // SAFETY: the memory of both is laid out alike. An instance of a class made in Python owns a
    // reference to it, which is given to it here. What an unread row leads to leads nowhere else, so
    // that the garbage collector need not know of it.
    unsafe {
        (*object.as_ptr()).ob_type = class.clone().into_ptr().cast();
        ffi::PyObject_GC_UnTrack(object.as_ptr().cast());
    }
    object
}

/// Makes an instance of such a class a plain `T`.
fn show<T: PyTypeInfo>(object: &Bound<'_, PyAny>) {
    let py = object.py();
    // SAFETY: as above. The reference that the object owned is dropped; the type is alive until then.
    // Before Python 3.14, the first container that comes into a dict makes the collector know it.
    unsafe {
        let class = (*object.as_ptr()).ob_type;
        (*object.as_ptr()).ob_type = T::type_object_raw(py);
        if cfg!(Py_3_14) || object.is_exact_instance_of::<PyList>() {
            ffi::PyObject_GC_Track(object.as_ptr().cast());
        }
        drop(Bound::<PyAny>::from_owned_ptr(py, class.cast()));
    }
}
