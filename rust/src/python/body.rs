//! The objects of a JSON document as dicts that are made when somebody looks at them.
//!
//! An unread row is a dict whose class overrides every method and adds no memory. Its one entry is an
//! [`Unread`], which knows the text. At the first look those of the text take the place of the entry,
//! and `dict` that of the class.
use std::ops::Range;
use std::sync::{Arc, Mutex};

use pyo3::exceptions::PySystemError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyType};

use super::collector::HeldOff;
use super::decode::{Decoder, Keys};
use super::types::exactly;
use crate::error::{Outcome, Stop};
use crate::sources::json::{Invalid, Read};
use crate::sources::outline::{Outline, outline};

/// The bytes of a request that were found to be JSON.
struct Body {
    bytes: Py<PyBytes>,
    keys: Mutex<Keys>,
}

/// What stands in a row that nobody has looked at: its text, and with it the whole body.
#[pyclass(frozen)]
pub struct Unread {
    body: Arc<Body>,
    span: Range<usize>,
}

impl Unread {
    /// What `value` holds if it is a row that nobody has looked at.
    pub fn of<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, Self>> {
        if exactly::<PyDict>(value).is_some() {
            return None;
        }
        let (row, name) = (value.cast::<PyDict>().ok()?, entry_name(value.py()));
        // SAFETY: `row` is a dict, whatever its class overrides. The answer is borrowed from it, and
        // made our own before anything else can happen.
        let entry = unsafe {
            let entry = ffi::PyDict_GetItemWithError(row.as_ptr(), name.as_ptr());
            Bound::from_borrowed_ptr_or_opt(row.py(), entry)
        };
        entry?.cast_into_exact().ok()
    }

    /// The text of the object.
    pub fn text<'a>(&'a self, py: Python<'a>) -> &'a str {
        let bytes = self.body.bytes.bind(py).as_bytes();
        // SAFETY: the outline was made of these bytes, which never change: they are UTF-8, and the
        // span begins and ends at the brackets of an object.
        unsafe { str::from_utf8_unchecked(bytes.get_unchecked(self.span.clone())) }
    }

    /// Makes `row`, which holds this, what `json.loads` makes of its text.
    fn fill(&self, row: &Bound<'_, PyDict>) -> Outcome {
        let py = row.py();
        // A look that is still going on, further down this stack, has the names: its allocations
        // may run other code.
        let mut shared = self.body.keys.try_lock().ok();
        let mut own = None;
        let keys = shared.as_deref_mut().unwrap_or_else(|| own.insert(Keys::default()));
        let entries = Decoder::new(py, self.text(py), keys).entries()?;
        if exactly::<PyDict>(row).is_some() {
            return Ok(()); // Such code, or another thread, was faster.
        }
        row.clear();
        show(row);
        for (key, value) in entries {
            row.set_item(key, value)?;
        }
        Ok(())
    }
}

/// Makes a row real. `row` is an instance of the class that `loads_lazily` was given.
#[pyfunction]
pub fn look(row: &Bound<'_, PyDict>) -> PyResult<()> {
    let Some(unread) = Unread::of(row) else { return Ok(()) };
    unread.get().fill(row).map_err(|stop| match stop {
        Stop::Raised(error) => *error,
        Stop::Unsure | Stop::Refused => PySystemError::new_err("a checked text is no JSON"),
    })
}

/// The rows of a document, or the one row that it is; `None` for a document to read at once.
pub fn rows<'py>(
    text: &Bound<'py, PyBytes>,
    json: &str,
    class: &Bound<'py, PyType>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    rows_of(text, outline(json), class)
}

/// [`rows`] of a text whose `outline` has been `found`.
pub fn rows_of<'py>(
    text: &Bound<'py, PyBytes>,
    found: Read<Outline>,
    class: &Bound<'py, PyType>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !adds_nothing_to_dict(class) {
        return Ok(None);
    }
    let keys = Mutex::default();
    let rows = Rows { body: Arc::new(Body { bytes: text.clone().unbind(), keys }), json, class };
    let _held_off = HeldOff::new(text.py());
    Ok(match found {
        Ok(Outline::Object(span)) => Some(rows.row(span)?.into_any()),
        Ok(Outline::Objects(spans)) => {
            let made: PyResult<Vec<_>> = spans.into_iter().map(|span| rows.row(span)).collect();
            Some(PyList::new(text.py(), made?)?.into_any())
        }
        Ok(Outline::Other) | Err(Invalid) => None,
    })
}

/// Makes the unread rows of one body.
struct Rows<'a, 'py> {
    body: Arc<Body>,
    json: &'a str,
    class: &'a Bound<'py, PyType>,
}

impl<'py> Rows<'_, 'py> {
    fn row(&self, span: Range<usize>) -> PyResult<Bound<'py, PyDict>> {
        let py = self.class.py();
        let row = PyDict::new(py);
        if self.is_empty(&span) {
            return Ok(row);
        }
        let unread = Bound::new(py, Unread { body: self.body.clone(), span })?;
        // SAFETY: as for the row, see `hide`.
        unsafe { ffi::PyObject_GC_UnTrack(unread.as_ptr().cast()) };
        row.set_item(entry_name(py), unread)?;
        hide(&row, self.class);
        Ok(row)
    }

    /// Whether an object has no entries: then a row with an entry would not be what it seems to code
    /// in C that asks how large it is before it looks.
    fn is_empty(&self, span: &Range<usize>) -> bool {
        self.json[span.start + 1..span.end - 1].trim_ascii().is_empty()
    }
}

fn entry_name(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "unread")
}

/// Whether instances of a class are laid out in memory as those of `dict`, so that one can be made the
/// other, as assigning to `__class__` does between classes made in Python. Without a GIL, others
/// may be inside a method of the class meanwhile.
fn adds_nothing_to_dict(class: &Bound<'_, PyType>) -> bool {
    /// `Py_TPFLAGS_MANAGED_DICT` and `Py_TPFLAGS_MANAGED_WEAKREF`: memory before the object.
    const BEFORE_THE_OBJECT: std::ffi::c_ulong = 3 << 3;
    let dict = PyType::new::<PyDict>(class.py());
    // SAFETY: both are types, and alive.
    let (class, dict) = unsafe { (&*class.as_type_ptr(), &*dict.as_type_ptr()) };
    !cfg!(Py_GIL_DISABLED)
        && class.tp_base == (&raw const *dict).cast_mut()
        && class.tp_basicsize == dict.tp_basicsize
        && class.tp_itemsize == dict.tp_itemsize
        && class.tp_dictoffset == dict.tp_dictoffset
        && class.tp_weaklistoffset == dict.tp_weaklistoffset
        && (class.tp_flags ^ dict.tp_flags) & BEFORE_THE_OBJECT == 0
}

/// Makes a new dict an instance of `class`, which adds nothing to `dict`.
fn hide(dict: &Bound<'_, PyDict>, class: &Bound<'_, PyType>) {
    // SAFETY: the memory of both is laid out alike. An instance of a class made in Python owns a
    // reference to it, which is given to it here. What an unread row leads to leads nowhere else, so
    // that the garbage collector need not know of it.
    unsafe {
        (*dict.as_ptr()).ob_type = class.clone().into_ptr().cast();
        ffi::PyObject_GC_UnTrack(dict.as_ptr().cast());
    }
}

/// Makes an instance of such a class a plain dict.
fn show(row: &Bound<'_, PyDict>) {
    let py = row.py();
    // SAFETY: as above. The reference that the row owned is dropped; the type is alive until then.
    // Before Python 3.14, the first container that comes into a dict makes the collector know it.
    unsafe {
        let class = (*row.as_ptr()).ob_type;
        (*row.as_ptr()).ob_type = &raw mut ffi::PyDict_Type;
        #[cfg(Py_3_14)]
        ffi::PyObject_GC_Track(row.as_ptr().cast());
        drop(Bound::<PyAny>::from_owned_ptr(py, class.cast()));
    }
}
