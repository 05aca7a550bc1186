//! JSON text out of a walk, spelled as Python's `json` spells it.
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{Key, Sink};
use crate::error::{Outcome, Stop};

/// The options of `json.dumps` that change the bytes.
#[derive(Clone, Copy)]
pub struct Style {
    pub ensure_ascii: bool,
    /// `","` and `":"` instead of `", "` and `": "`.
    pub compact: bool,
    /// Spaces per level; `None` for one line.
    pub indent: Option<usize>,
    pub allow_nan: bool,
}

pub struct JsonSink {
    pub buffer: Vec<u8>,
    style: Style,
}

impl JsonSink {
    pub fn new(style: Style) -> Self {
        Self { buffer: Vec::with_capacity(1024), style }
    }
    pub fn into_bytes(self) -> Vec<u8> {
        self.buffer
    }
}

impl<'py> Sink<'py> for JsonSink {
    fn null(&mut self) -> Outcome { Err(Stop::Unsure) }
    fn boolean(&mut self, _value: bool) -> Outcome { Err(Stop::Unsure) }
    fn integer(&mut self, _value: i64) -> Outcome { Err(Stop::Unsure) }
    fn float(&mut self, _value: f64) -> Outcome { Err(Stop::Unsure) }
    fn text(&mut self, _value: &str) -> Outcome { Err(Stop::Unsure) }
    fn plain(&mut self, _value: &str) -> Outcome { Err(Stop::Unsure) }
    fn string(&mut self, _value: &Bound<'py, PyString>) -> Outcome { Err(Stop::Unsure) }
    fn object(&mut self, _value: &Bound<'py, PyAny>) -> Outcome { Err(Stop::Unsure) }
    fn begin_map(&mut self) -> Outcome { Err(Stop::Unsure) }
    fn key(&mut self, _key: &Key) -> Outcome { Err(Stop::Unsure) }
    fn end_map(&mut self) -> Outcome { Err(Stop::Unsure) }
    fn begin_list(&mut self, _length: usize) -> Outcome { let _ = self.style; Err(Stop::Unsure) }
    fn end_list(&mut self) -> Outcome { Err(Stop::Unsure) }
}
