//! Batches of calls as Python sees them.
use std::ops::Range;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::decode;
use crate::batch::document::{Call, Member, document};
use crate::batch::envelope::{Answer, Body};
use crate::batch::lookup;
use crate::batch::scan::{Extent, Reference, text as text_of};
use crate::error::{Outcome, Stop};
use crate::sources::json::{Cursor, Text};
use crate::sources::outline::DEPTH_LIMIT;

/// What an answer without its body takes most of the time.
const FIRST: usize = 512;

/// The calls of a batch, or `None` if it has no list of them, and its other members. `None` for a
/// text that is no batch. Of more calls than `most`, one more is made.
///
/// A call is `(members, body, depth, references, text)`. `members` is `None`, and `text` there, if the
/// call is no object or not all of it beside its body is JSON. A reference is the start and the end of
/// what it stands for in the body, and its target; `None` if that is no text.
#[pyfunction]
pub fn split_batch<'py>(
    text: &Bound<'py, PyBytes>,
    most: usize,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let py = text.py();
    let Ok(json) = str::from_utf8(text.as_bytes()) else { return Ok(None) };
    let Ok(document) = document(json, most) else { return Ok(None) };
    let batch = Batch { py, json };
    let Some(members) = batch.members(&document.members)? else { return Ok(None) };
    let calls = match document.calls {
        Some(calls) => {
            let made: PyResult<Vec<_>> = calls.iter().map(|call| batch.call(call)).collect();
            Some(PyList::new(py, made?)?)
        }
        None => None,
    };
    (calls, members).into_pyobject(py).map(Some)
}

struct Batch<'a, 'py> {
    py: Python<'py>,
    json: &'a str,
}

impl<'py> Batch<'_, 'py> {
    fn call(&self, call: &Call<'_>) -> PyResult<Bound<'py, PyTuple>> {
        let Some(object) = &call.object else { return self.unread(&call.span) };
        let Some(members) = self.members(&object.members)? else { return self.unread(&call.span) };
        let Some(body) = &object.body else {
            return (members, None::<()>, 0, PyList::empty(self.py), None::<()>)
                .into_pyobject(self.py);
        };
        let references = self.references(body)?;
        (members, self.bytes(&body.span), body.depth, references, None::<()>).into_pyobject(self.py)
    }

    fn unread(&self, span: &Range<usize>) -> PyResult<Bound<'py, PyTuple>> {
        let text = self.bytes(span);
        (None::<()>, None::<()>, 0, PyList::empty(self.py), text).into_pyobject(self.py)
    }

    /// `None` if one of the values is no plain valid JSON.
    fn members(&self, members: &[Member<'_>]) -> PyResult<Option<Bound<'py, PyDict>>> {
        let made = PyDict::new(self.py);
        for (key, span) in members {
            match self.member(*key, span) {
                Ok((key, value)) => made.set_item(key, value)?,
                Err(Stop::Raised(error)) => return Err(*error),
                Err(Stop::Unsure | Stop::Refused) => return Ok(None),
            }
        }
        Ok(Some(made))
    }

    fn member(
        &self,
        key: Text<'_>,
        span: &Range<usize>,
    ) -> Outcome<(Bound<'py, PyString>, Bound<'py, PyAny>)> {
        Ok((decode::string(self.py, key)?, decode::document(self.py, &self.json[span.clone()])?))
    }

    fn references(&self, body: &Extent) -> PyResult<Bound<'py, PyList>> {
        let start = body.span.start;
        let made = body.references.iter().map(|Reference { span, target }| {
            let target = text_of(&self.json[target.clone()]).value().ok();
            (span.start - start, span.end - start, target)
        });
        PyList::new(self.py, made.collect::<Vec<_>>())
    }

    fn bytes(&self, span: &Range<usize>) -> Bound<'py, PyBytes> {
        PyBytes::new(self.py, self.json[span.clone()].as_bytes())
    }
}

/// Whether a text is plain valid JSON in UTF-8. Where it is not, it may still be JSON for Python.
#[pyfunction]
pub fn is_json(text: &[u8]) -> bool {
    let Ok(json) = str::from_utf8(text) else { return false };
    let mut cursor = Cursor::new(json);
    cursor.pass(DEPTH_LIMIT).is_ok() && cursor.end().is_ok()
}

/// The value at the end of a path through a JSON text, as it is written there; `None` if nothing is.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "extracted from a Python list")]
pub fn look_up<'py>(
    py: Python<'py>,
    text: &[u8],
    path: Vec<String>,
) -> Option<Bound<'py, PyBytes>> {
    let found = lookup::look_up(str::from_utf8(text).ok()?, &path).ok().flatten();
    found.map(|found| PyBytes::new(py, found.as_bytes()))
}

/// An answer of a batch as JSON. `body` is `bytes` of JSON if `is_json`, and any others if not, a `str`,
/// or `None`; `name` is its `id`, spelled as JSON.
///
/// # Errors
/// `ValueError` for a body of another type.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "extracted from a Python list")]
pub fn write_answer<'py>(
    py: Python<'py>,
    name: &str,
    status: u16,
    headers: Vec<(String, String)>,
    body: &Bound<'py, PyAny>,
    is_json: bool,
    rolled_back: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let body = if body.is_none() {
        Body::Empty
    } else if let Ok(text) = body.cast::<PyString>() {
        Body::Text(text.to_str()?)
    } else if let Ok(bytes) = body.cast::<PyBytes>() {
        if is_json { Body::Json(bytes.as_bytes()) } else { Body::Bytes(bytes.as_bytes()) }
    } else {
        return Err(PyValueError::new_err("a body is bytes, str or None"));
    };
    let mut out = Vec::with_capacity(FIRST);
    Answer { id: name, status, headers: &headers, body, rolled_back }.write(&mut out);
    Ok(PyBytes::new(py, &out))
}
