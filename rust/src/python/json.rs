//! JSON as Python sees it.
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use super::{body, decode};
use crate::error::Stop;
use crate::sinks::{JsonSink, Sink, Style};
use crate::sources::object::Encoder;
use crate::text::escape;

/// `json.dumps(value, cls=encoder, …).encode()` with U+2028 and U+2029 escaped, or `None` where only
/// stock can say what comes out or what is raised.
///
/// `encoder` overrides nothing of `json.JSONEncoder` but `default`; `spells` says that its `default`
/// is that of DRF's encoder.
#[pyfunction]
#[allow(clippy::fn_params_excessive_bools, clippy::too_many_arguments)]
pub fn dumps<'py>(
    value: &Bound<'py, PyAny>,
    ensure_ascii: bool,
    compact: bool,
    indent: Option<usize>,
    allow_nan: bool,
    encoder: Bound<'py, PyAny>,
    spells: bool,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let py = value.py();
    let style = Style { ensure_ascii, compact, indent, allow_nan };
    let encoder = Encoder::new(encoder.unbind(), style, spells);
    let mut sink = JsonSink::new(style).with_encoder(&encoder);
    match sink.object(value) {
        Ok(()) => Ok(Some(sink.into_py_bytes(py))),
        Err(Stop::Raised(error)) => Err(*error),
        Err(Stop::Unsure | Stop::Refused) => Ok(None),
    }
}

/// The dicts of a list, each on a line of its own, as compact JSON in ASCII; `None` where only stock can
/// say what comes out.
#[pyfunction]
pub fn dump_lines<'py>(
    rows: &Bound<'py, PyAny>,
    encoder: Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let py = rows.py();
    let style = Style { ensure_ascii: true, compact: true, indent: None, allow_nan: true };
    let encoder = Encoder::new(encoder.unbind(), style, false);
    let mut sink = JsonSink::new(style).with_encoder(&encoder).items_apart("\n");
    match sink.object(rows) {
        Ok(()) => Ok(Some(sink.into_py_bytes(py))),
        Err(Stop::Raised(error)) => Err(*error),
        Err(Stop::Unsure | Stop::Refused) => Ok(None),
    }
}

/// The dicts of a list as `json.dumps(each, cls=encoder, …)` spells them, each with what stands between
/// two objects of Django's serializer after it; `None` where only stock can say what comes out.
///
/// `lines` asks for the form of its JSON Lines: a line for each, with `","` and `": "` inside.
#[pyfunction]
#[allow(clippy::fn_params_excessive_bools)]
pub fn dump_objects<'py>(
    rows: &Bound<'py, PyAny>,
    lines: bool,
    ensure_ascii: bool,
    indent: Option<usize>,
    allow_nan: bool,
    encoder: Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let py = rows.py();
    let style = Style { ensure_ascii, compact: false, indent, allow_nan };
    let encoder = Encoder::new(encoder.unbind(), style, false);
    let sink = JsonSink::new(style).with_encoder(&encoder);
    let mut sink = match (lines, indent) {
        (true, _) => sink.items_apart("\n").separated_by(",", ": "),
        (false, None) => sink.items_apart(", "),
        (false, Some(_)) => sink.items_apart(",\n"),
    };
    match sink.object(rows) {
        Ok(()) if ensure_ascii => Ok(Some(sink.into_py_bytes(py))),
        Ok(()) => Ok(Some(PyBytes::new(py, &escape::with_line_separators(sink.into_bytes())))),
        Err(Stop::Raised(error)) => Err(*error),
        Err(Stop::Unsure | Stop::Refused) => Ok(None),
    }
}

/// `json.loads(text.decode())` for plain valid JSON in UTF-8, and `otherwise` for everything that stock
/// should look at.
#[pyfunction]
pub fn loads<'py>(text: &[u8], otherwise: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let Ok(json) = str::from_utf8(text) else { return Ok(otherwise) };
    document(json, otherwise)
}

/// `loads(text, otherwise)` with an object as a `row_class` and a list of nothing but objects as a
/// `list_class`: subclasses of `dict` and `list` that call `look` before they do anything. `habit` has
/// its method `looked` called by the first.
#[pyfunction]
pub fn loads_lazily<'py>(
    text: &Bound<'py, PyBytes>,
    otherwise: Bound<'py, PyAny>,
    row_class: &Bound<'py, PyType>,
    list_class: &Bound<'py, PyType>,
    habit: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let Ok(json) = str::from_utf8(text.as_bytes()) else { return Ok(otherwise) };
    match body::unread(text, json, row_class, list_class, habit)? {
        Some(value) => Ok(value),
        None => document(json, otherwise),
    }
}

pub fn document<'py>(json: &str, otherwise: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match decode::document(otherwise.py(), json) {
        Ok(value) => Ok(value),
        Err(Stop::Raised(error)) => Err(*error),
        Err(Stop::Unsure | Stop::Refused) => Ok(otherwise),
    }
}
