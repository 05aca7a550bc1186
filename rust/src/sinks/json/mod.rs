//! JSON text out of a walk, spelled as Python's `json` and DRF's `JSONRenderer` spell it.
mod quoting;
mod style;
#[cfg(test)]
mod tests;
mod values;
mod writing;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use style::Separator;
pub use style::Style;

use super::names::Names;
use super::spare;
use crate::sources::encoder::Encoder;

/// Every value is written with the separator after it, which closing its container takes back, so
/// that writing an item needs to know nothing about the items before it.
pub struct JsonSink<'a, 'py> {
    output: Vec<u8>,
    style: Style,
    level: usize,
    after_value: Separator,
    after_key: Separator,
    encoder: Option<&'a Encoder<'a, 'py>>,
    /// What follows each map of the outermost list, which then has no brackets of its own.
    item_end: Option<Separator>,
    names: Names,
    /// Places that were left to what comes later.
    gaps: Vec<usize>,
}

impl<'a, 'py> JsonSink<'a, 'py> {
    pub fn new(style: Style) -> Self {
        Self::onto(spare::take(), style)
    }

    /// Writes behind what has been written before.
    pub fn onto(output: Vec<u8>, style: Style) -> Self {
        let (after_value, after_key) = style.separators();
        Self {
            output,
            style,
            level: 0,
            after_value: Separator::new(after_value),
            after_key: Separator::new(after_key),
            encoder: None,
            item_end: None,
            names: Names::take(),
            gaps: Vec::new(),
        }
    }

    /// Writes the maps of a list as documents of their own, with `end` (at most two bytes) after
    /// each: lines, for example.
    #[must_use]
    pub fn items_apart(mut self, end: &'static str) -> Self {
        self.item_end = Some(Separator::new(end));
        self
    }

    /// Other separators than those of the style.
    #[must_use]
    pub fn separated_by(mut self, after_value: &'static str, after_key: &'static str) -> Self {
        self.after_value = Separator::new(after_value);
        self.after_key = Separator::new(after_key);
        self
    }

    /// Lets `encoder` say what becomes of values that JSON has no form for.
    #[must_use]
    pub fn with_encoder(mut self, encoder: &'a Encoder<'a, 'py>) -> Self {
        self.encoder = Some(encoder);
        self
    }

    /// The finished text.
    pub fn into_bytes(mut self) -> Vec<u8> {
        if self.item_end.is_none() {
            self.take_back_separator();
        }
        self.output
    }

    /// The bytes that have been written.
    pub fn length(&self) -> usize {
        self.output.len()
    }

    /// The text of values that are to be items of a list, each with the separator after it, and the
    /// gaps in it.
    pub fn into_items(self) -> (Vec<u8>, Vec<usize>) {
        (self.output, self.gaps)
    }

    /// The finished text as Python has it.
    pub fn into_py_bytes(self, py: Python<'_>) -> Bound<'_, PyBytes> {
        let output = self.into_bytes();
        let bytes = PyBytes::new(py, &output);
        spare::give_back(output);
        bytes
    }
}
