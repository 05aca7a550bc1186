//! Batches of JSON messages, looked through while other threads run.
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyType};

use super::{body, json};
use crate::sources::depth;
use crate::sources::json::Read;
use crate::sources::outline::{Outline, outline};

/// Bytes of messages from which other threads run meanwhile: looking through them takes about 20 us.
const WORTH_LETTING_GO: usize = 16 << 10;

/// What is known of a message before Python objects are made.
enum Seen<'a> {
    NotUtf8,
    TooDeep,
    Json(&'a str, Read<Outline>),
}

fn look_through(message: &[u8], max_depth: Option<usize>) -> Seen<'_> {
    if max_depth.is_some_and(|limit| depth::is_deeper(message, limit)) {
        return Seen::TooDeep;
    }
    str::from_utf8(message).map_or(Seen::NotUtf8, |text| Seen::Json(text, outline(text)))
}

/// Whether brackets of a JSON text are nested more than `limit` deep.
#[pyfunction]
pub fn is_deeper(text: &[u8], limit: usize) -> bool {
    depth::is_deeper(text, limit)
}

/// The value of each message as `loads_lazily` reads it: `too_deep` in place of one that is nested more
/// than `max_depth` deep, `otherwise` for what stock should look at.
#[pyfunction]
pub fn load_messages<'py>(
    messages: &Bound<'py, PyList>,
    max_depth: Option<usize>,
    otherwise: &Bound<'py, PyAny>,
    too_deep: &Bound<'py, PyAny>,
    row_class: &Bound<'py, PyType>,
    list_class: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyList>> {
    let py = otherwise.py();
    let messages: Vec<Bound<'py, PyBytes>> = messages.extract()?;
    let texts: Vec<&[u8]> = messages.iter().map(PyBytesMethods::as_bytes).collect();
    let look = || texts.iter().map(|text| look_through(text, max_depth)).collect();
    let size: usize = texts.iter().map(|text| text.len()).sum();
    let seen: Vec<_> = if size < WORTH_LETTING_GO { look() } else { py.detach(look) };
    let values = messages.iter().zip(seen).map(|(message, seen)| match seen {
        Seen::NotUtf8 => Ok(otherwise.clone()),
        Seen::TooDeep => Ok(too_deep.clone()),
        Seen::Json(text, found) => {
            match body::unread_of(message, text, found, row_class, list_class, None)? {
                Some(unread) => Ok(unread),
                None => Ok(json::document(py, text)?.unwrap_or_else(|| otherwise.clone())),
            }
        }
    });
    PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)
}
