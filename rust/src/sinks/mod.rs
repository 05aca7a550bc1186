//! Where values go. One walk over a plan or a value serves every sink.
mod json;
mod names;
mod object;
pub mod spare;
mod tape;

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

pub use json::{JsonSink, Style};
pub use object::ObjectSink;
pub use tape::{Tape, TapeSink};

use crate::error::{Outcome, Stop};
use crate::text::escape;
use crate::text::spelling::Spelling;

/// The receiving end of a walk: scalars, and containers that are opened, filled and closed.
pub trait Sink<'py> {
    fn null(&mut self) -> Outcome;
    fn boolean(&mut self, value: bool) -> Outcome;
    fn integer(&mut self, value: i64) -> Outcome;
    /// An `int` of any size.
    fn big_integer(&mut self, value: &Bound<'py, PyInt>) -> Outcome;
    fn float(&mut self, value: f64) -> Outcome;
    /// Text that may need escaping.
    fn text(&mut self, value: &str) -> Outcome;
    /// ASCII text known to have nothing to escape: digits, dates, hex.
    fn plain(&mut self, value: &str) -> Outcome;
    /// The same, spelled where it is to stand if the sink has such a place.
    fn spelled(&mut self, spell: impl FnOnce(&mut Spelling)) -> Outcome {
        let mut spelling = Spelling::default();
        spell(&mut spelling);
        self.plain(spelling.as_str())
    }
    /// A `str` that exists already: kept as it is where the sink keeps objects.
    fn string(&mut self, value: &Bound<'py, PyString>) -> Outcome;
    /// Any Python value: kept as it is, or walked and written.
    fn object(&mut self, value: &Bound<'py, PyAny>) -> Outcome;

    /// A URL, which has an object where the sink keeps objects.
    fn link(
        &mut self,
        url: &str,
        hyperlink: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> Outcome;

    fn begin_map(&mut self) -> Outcome;
    /// Begins a map that will most likely have the keys of `template`, in its order.
    fn begin_map_like(&mut self, _template: &Py<PyDict>) -> Outcome {
        self.begin_map()
    }
    fn key(&mut self, key: &Arc<Key>) -> Outcome;
    /// A key that no plan knew beforehand.
    fn name(&mut self, name: &Bound<'py, PyString>) -> Outcome;
    /// One that will hardly come again.
    fn rare_name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        self.name(name)
    }
    fn end_map(&mut self) -> Outcome;
    fn begin_list(&mut self, length: usize) -> Outcome;
    /// The style of text that [`Self::begun`] and [`Self::piece`] take.
    fn style(&self) -> Option<Style> {
        None
    }
    /// Goes on from the text of a list that was begun elsewhere, in the style of the sink. It comes
    /// right after `begin_list`, and takes the text or leaves what is no longer needed.
    fn begun(&mut self, _text: &mut Vec<u8>) {}
    /// A part of a text that was written elsewhere, in the style of the sink.
    fn piece(&mut self, _text: &[u8]) {}
    /// Leaves a place to a value that is not yet known, if the sink can.
    fn gap(&mut self) -> Outcome {
        Err(Stop::Refused)
    }
    /// Takes back what separates the last value from the next: a piece follows that has it.
    fn unseparated(&mut self) {}
    fn end_list(&mut self) -> Outcome;
}

/// An object key, spelled once for both kinds of sink.
pub struct Key {
    pub name: Py<PyString>,
    /// `"name"` with its quotes, as UTF-8 JSON.
    pub unicode: Box<[u8]>,
    /// The same with every non-ASCII character escaped.
    pub ascii: Box<[u8]>,
}

impl Key {
    pub fn new(name: &Bound<'_, PyString>) -> PyResult<Self> {
        let text = name.to_str()?;
        let quoted = |ensure_ascii| {
            let mut out = Vec::new();
            escape::quote(&mut out, text, ensure_ascii);
            out.into_boxed_slice()
        };
        Ok(Self { name: name.clone().unbind(), unicode: quoted(false), ascii: quoted(true) })
    }
}
