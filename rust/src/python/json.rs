//! JSON as Python sees it.
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyType};

use super::types::exactly;
use super::{body, decode};
use crate::error::Stop;
use crate::sinks::{JsonSink, Sink, Style};
use crate::sources::encoder::{Class, Encoder};
use crate::sources::form::Forms;
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
    let style = Style { ensure_ascii, compact, indent, allow_nan };
    let encoder = Encoder::Class(Class::new(encoder.unbind(), style, spells));
    written(value, JsonSink::new(style).with_encoder(&encoder))
}

/// JSON for every application: natively, or by functions that the native code is not sure to equal.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Json {
    forms: Forms,
    dump: Py<PyAny>,
    load: Py<PyAny>,
}

#[pymethods]
impl Json {
    /// `find` gives the `Form` of a class; `dump(value, default, indent)` and `load(text)` do what is left
    /// to them, and raise the errors.
    #[new]
    fn new(py: Python<'_>, find: Py<PyAny>, dump: Py<PyAny>, load: Py<PyAny>) -> Self {
        Self { forms: Forms::new(py, find), dump, load }
    }

    /// ``value`` as compact JSON in UTF-8.
    ///
    /// Parameters: `default` is called with what has no form of its own, and returns something that
    /// has; `indent` is a number of spaces, 0 to 32. Raises ``TypeError`` for what has no form, and
    /// ``ValueError`` for NaN, infinity, lone surrogates and cycles.
    #[pyo3(signature = (value, default=None, *, indent=None))]
    fn dumps<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
        indent: Option<usize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let style = Style { ensure_ascii: false, compact: true, indent, allow_nan: false };
        let encoder = Encoder::Forms(&self.forms, default);
        match written(value, JsonSink::new(style).with_encoder(&encoder))? {
            Some(bytes) => Ok(bytes.into_any()),
            None => self.dump.bind(value.py()).call1((value, default, indent)),
        }
    }

    /// The value of a JSON text, by RFC 8259: ``NaN`` and ``Infinity`` are none.
    ///
    /// Raises ``json.JSONDecodeError`` or another ``ValueError`` for what is no JSON in UTF-8.
    fn loads<'py>(&self, text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match loaded(text)? {
            Some(value) => Ok(value),
            None => self.load.bind(text.py()).call1((text,)),
        }
    }
}

/// `value` as a sink writes it; `None` where only stock can say what comes out.
fn written<'py>(
    value: &Bound<'py, PyAny>,
    mut sink: JsonSink<'_, 'py>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    match sink.object(value) {
        Ok(()) => Ok(Some(sink.into_py_bytes(value.py()))),
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
    let style = Style { ensure_ascii: true, compact: true, indent: None, allow_nan: true };
    let encoder = Encoder::Class(Class::new(encoder.unbind(), style, false));
    written(rows, JsonSink::new(style).with_encoder(&encoder).items_apart("\n"))
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
    let encoder = Encoder::Class(Class::new(encoder.unbind(), style, false));
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
    Ok(decoded(otherwise.py(), text)?.unwrap_or(otherwise))
}

/// The value of `bytes`, a `str` or a buffer; `None` for everything that stock should look at.
fn loaded<'py>(text: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Some(bytes) = exactly::<PyBytes>(text) {
        return decoded(text.py(), bytes.as_bytes());
    }
    if let Some(string) = exactly::<PyString>(text) {
        return string.to_str().map_or(Ok(None), |json| document(text.py(), json));
    }
    // Memory that others may write to is copied first.
    let is_buffer = text.is_instance_of::<PyByteArray>() || text.is_instance_of::<PyMemoryView>();
    if !is_buffer {
        return Ok(None);
    }
    let bytes = text.py().get_type::<PyBytes>().call1((text,))?;
    decoded(text.py(), bytes.cast::<PyBytes>()?.as_bytes())
}

fn decoded<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Option<Bound<'py, PyAny>>> {
    simdutf8::basic::from_utf8(text).map_or(Ok(None), |json| document(py, json))
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
    let Ok(json) = simdutf8::basic::from_utf8(text.as_bytes()) else { return Ok(otherwise) };
    match body::unread(text, json, row_class, list_class, habit)? {
        Some(value) => Ok(value),
        None => Ok(document(otherwise.py(), json)?.unwrap_or(otherwise)),
    }
}

/// The value of a whole document; `None` for everything that stock should look at.
pub fn document<'py>(py: Python<'py>, json: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    match decode::document(py, json) {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Raised(error)) => Err(*error),
        Err(Stop::Unsure | Stop::Refused) => Ok(None),
    }
}
