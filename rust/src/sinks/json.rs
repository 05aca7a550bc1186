//! JSON text out of a walk, spelled as Python's `json` and DRF's `JSONRenderer` spell it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::inline_always,
    reason = "the steps of one value: calls between them would cost more than the steps; lengths are small"
)]
use std::mem;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::string::PyStringData;
use pyo3::types::{PyBytes, PyInt, PyString};

use super::names::{self, Names};
use super::{Key, Sink, spare};
use crate::error::{Outcome, Stop};
use crate::python::types::exactly;
use crate::python::{integer, unicode};
use crate::sources::encoder::Encoder;
use crate::sources::object;
use crate::text::output::{Output, copy};
use crate::text::scan::Copied;
use crate::text::spelling::Spelling;
use crate::text::{escape, number};

/// The options of `json.dumps` that change the bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub ensure_ascii: bool,
    /// `","` and `":"` instead of `", "` and `": "`; of no effect with an indent.
    pub compact: bool,
    /// Spaces per level; `None` for one line.
    pub indent: Option<usize>,
    pub allow_nan: bool,
}

impl Style {
    /// What stands between two items, and between a key and its value.
    pub fn separators(self) -> (&'static str, &'static str) {
        match (self.compact, self.indent) {
            (_, Some(_)) => (",", ": "),
            (true, None) => (",", ":"),
            (false, None) => (", ", ": "),
        }
    }
}

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
}

/// What a text may take beside its own length.
const SLACK: usize = 32;

/// One or two bytes, always written as two.
#[derive(Clone, Copy)]
struct Separator {
    bytes: [u8; 2],
    length: u8,
}

impl Separator {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        Self { bytes: [bytes[0], *bytes.last().unwrap_or(&b' ')], length: bytes.len() as u8 }
    }

    /// # Safety
    /// There is room for two bytes.
    #[inline]
    unsafe fn write(self, at: *mut u8) -> *mut u8 {
        // SAFETY: as the caller promises; the length is one or two.
        unsafe {
            at.cast::<[u8; 2]>().write_unaligned(self.bytes);
            at.add(self.length as usize)
        }
    }
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

    /// The text of values that are to be items of a list, each with the separator after it.
    pub fn into_items(self) -> Vec<u8> {
        self.output
    }

    /// The finished text as Python has it.
    pub fn into_py_bytes(self, py: Python<'_>) -> Bound<'_, PyBytes> {
        let output = self.into_bytes();
        let bytes = PyBytes::new(py, &output);
        spare::give_back(output);
        bytes
    }

    /// Whatever was written last is a whole value.
    fn take_back_separator(&mut self) {
        let length = self.after_value.length as usize;
        debug_assert!(self.output.ends_with(&self.after_value.bytes[..length]));
        self.output.truncate(self.output.len().saturating_sub(length));
    }

    /// A list item or a key starts on its own line; a value after its key does not.
    #[inline]
    fn before_value(&mut self) {
        if self.style.indent.is_some() && matches!(self.output.last(), Some(b'[' | b',')) {
            self.new_line();
        }
    }

    #[inline]
    fn before_key(&mut self) {
        if self.style.indent.is_some() {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        self.output.push(b'\n');
        let level = self.level - usize::from(self.item_end.is_some());
        let spaces = level.saturating_mul(self.style.indent.unwrap_or(0));
        self.output.resize(self.output.len() + spaces, b' ');
    }

    /// Writes a text of at most `most` bytes and a separator.
    ///
    /// # Safety
    /// `spell` writes no more than that from the pointer on, and returns where it ended.
    #[inline(always)]
    unsafe fn write_with(
        &mut self,
        most: usize,
        after: Separator,
        spell: impl FnOnce(*mut u8) -> *mut u8,
    ) {
        let at = self.output.room(most + 2);
        // SAFETY: there is room for the text and two bytes more, and what is counted is written.
        unsafe {
            let end = after.write(spell(at));
            self.output.advance(end.offset_from_unsigned(at));
        }
    }

    #[inline(always)]
    fn write(&mut self, text: &[u8]) {
        self.before_value();
        self.write_separated(text, self.after_value);
    }

    #[inline(always)]
    fn write_separated(&mut self, text: &[u8], after: Separator) {
        // SAFETY: the text is as long as it is said to be; it cannot overlap with the output, being
        // borrowed.
        unsafe {
            self.write_with(text.len(), after, |at| {
                copy(text, at);
                at.add(text.len())
            });
        }
    }

    fn separate(&mut self, after: Separator) {
        self.write_separated(b"", after);
    }

    fn open(&mut self, bracket: u8) {
        self.before_value();
        self.output.push(bracket);
        self.level += 1;
    }

    fn close(&mut self, opening: u8, closing: u8) {
        self.level = self.level.saturating_sub(1);
        if self.output.last() != Some(&opening) {
            self.take_back_separator();
            self.before_key();
        }
        let after = self.item_end.filter(|_| self.level == 1).unwrap_or(self.after_value);
        self.write_separated(&[closing], after);
    }

    /// Whether a list that begins or ends at this level is the one whose items stand apart.
    fn is_outermost(&self, level: usize) -> bool {
        self.item_end.is_some() && self.level == level
    }

    #[inline(always)]
    fn quote(&mut self, text: &Bound<'_, PyString>, after: Separator) -> Outcome {
        let Some(ascii) = unicode::ascii(text) else { return self.quote_any(text, after) };
        let text = ascii.as_slice();
        let at = self.output.room(text.len() + SLACK);
        // SAFETY: there is room for the text, at least sixteen bytes of it, two quotes and a
        // separator; what is counted is written.
        unsafe {
            if let Copied::Part(clean) = escape::open_quote(ascii, at) {
                self.output.advance(1 + clean);
                self.quote_rest(&text[clean..], after);
            } else {
                let end = at.add(1 + text.len());
                end.write(b'"');
                let end = after.write(end.add(1));
                self.output.advance(end.offset_from_unsigned(at));
            }
        }
        Ok(())
    }

    /// Writes a name, and remembers what both styles spell alike: ASCII without escapes.
    #[inline(never)]
    fn new_name(&mut self, name: &Bound<'_, PyString>) -> Outcome {
        let start = self.output.len();
        self.quote(name, self.after_key)?;
        let quoted = &self.output[start..self.output.len() - self.after_key.length as usize];
        let length = unicode::ascii(name).map(|ascii| ascii.as_slice().len() + 2);
        let is_clean = length == Some(quoted.len()) && quoted.len() <= names::LONGEST;
        // Giving up an instance of a subclass may run Python code.
        if is_clean && exactly::<PyString>(name).is_some() {
            self.names.keep(name, quoted);
        }
        Ok(())
    }

    #[inline(never)]
    fn quote_rest(&mut self, text: &[u8], after: Separator) {
        escape::close_quote(&mut self.output, text, self.style.ensure_ascii);
        self.separate(after);
    }

    #[inline(never)]
    fn quote_any(&mut self, text: &Bound<'_, PyString>, after: Separator) -> Outcome {
        let (out, ensure_ascii) = (&mut self.output, self.style.ensure_ascii);
        if !ensure_ascii {
            // A `str` remembers its UTF-8, so that the next time is a matter of copying.
            escape::quote(out, text.to_str().map_err(|_| Stop::Refused)?, false);
            self.separate(after);
            return Ok(());
        }
        match unicode::code_points(text)? {
            PyStringData::Ucs1(points) => escape::quote_latin1(out, points, ensure_ascii),
            PyStringData::Ucs2(points) => escape::quote_wide(out, points, ensure_ascii)?,
            PyStringData::Ucs4(points) => escape::quote_wide(out, points, ensure_ascii)?,
        }
        self.separate(after);
        Ok(())
    }
}

impl From<escape::LoneSurrogate> for Stop {
    fn from(_: escape::LoneSurrogate) -> Self {
        Self::Refused
    }
}

impl<'py> Sink<'py> for JsonSink<'_, 'py> {
    #[inline(always)]
    fn null(&mut self) -> Outcome {
        self.write(b"null");
        Ok(())
    }
    #[inline(always)]
    fn boolean(&mut self, value: bool) -> Outcome {
        if value {
            self.write(b"true");
        } else {
            self.write(b"false");
        }
        Ok(())
    }
    #[inline(always)]
    fn integer(&mut self, value: i64) -> Outcome {
        self.before_value();
        let after = self.after_value;
        // SAFETY: no integer of 64 bits is longer, and the call returns its end.
        unsafe {
            self.write_with(number::MOST_DIGITS, after, |at| number::integer(value, at));
        }
        Ok(())
    }
    #[inline(always)]
    fn float(&mut self, value: f64) -> Outcome {
        if value.is_finite() {
            self.before_value();
            let after = self.after_value;
            // SAFETY: no float is longer, and the call returns its end.
            unsafe {
                self.write_with(number::LONGEST_FLOAT, after, |at| number::float(value, at));
            }
        } else if self.style.allow_nan {
            self.write(number::not_finite(value).as_bytes());
        } else {
            return Err(Stop::Refused);
        }
        Ok(())
    }
    fn big_integer(&mut self, value: &Bound<'py, PyInt>) -> Outcome {
        self.write(integer::digits(value)?.to_str()?.as_bytes());
        Ok(())
    }
    fn text(&mut self, value: &str) -> Outcome {
        self.before_value();
        escape::quote(&mut self.output, value, self.style.ensure_ascii);
        self.separate(self.after_value);
        Ok(())
    }
    fn plain(&mut self, value: &str) -> Outcome {
        self.before_value();
        let after = self.after_value;
        // SAFETY: there are two quotes and the text between them, which cannot overlap with the output,
        // being borrowed.
        unsafe {
            self.write_with(value.len() + 2, after, |at| {
                at.write(b'"');
                copy(value.as_bytes(), at.add(1));
                at.add(1 + value.len()).write(b'"');
                at.add(2 + value.len())
            });
        }
        Ok(())
    }
    fn spelled(&mut self, spell: impl FnOnce(&mut Spelling)) -> Outcome {
        self.before_value();
        let after = self.after_value;
        // SAFETY: there is room for two quotes and a spelling between them, which has no alignment.
        // Spelled elsewhere, it would have to be loaded before the processor has finished storing it.
        unsafe {
            self.write_with(size_of::<Spelling>() + 2, after, |at| {
                const { assert!(align_of::<Spelling>() == 1) };
                at.write(b'"');
                let place = at.add(1).cast::<Spelling>();
                place.write(Spelling::default());
                spell(&mut *place);
                let end = at.add(1 + (*place).as_str().len());
                end.write(b'"');
                end.add(1)
            });
        }
        Ok(())
    }
    #[inline(always)]
    fn string(&mut self, value: &Bound<'py, PyString>) -> Outcome {
        self.before_value();
        self.quote(value, self.after_value)
    }
    fn object(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        object::write(value, self.encoder, self)
    }
    fn link(
        &mut self,
        url: &str,
        _hyperlink: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> Outcome {
        self.text(url)
    }
    fn style(&self) -> Option<Style> {
        // Lines of an indented text depend on what is around them.
        (self.item_end.is_none() && self.style.indent.is_none()).then_some(self.style)
    }
    fn begun(&mut self, text: &mut Vec<u8>) {
        if self.output == b"[" {
            mem::swap(&mut self.output, text);
        } else {
            self.output.extend_from_slice(&text[1..]);
        }
    }
    fn begin_map(&mut self) -> Outcome {
        self.open(b'{');
        Ok(())
    }
    #[inline]
    fn key(&mut self, key: &Arc<Key>) -> Outcome {
        self.before_key();
        let spelled = if self.style.ensure_ascii { &key.ascii } else { &key.unicode };
        self.write_separated(spelled, self.after_key);
        Ok(())
    }
    #[inline(always)]
    fn name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        self.before_key();
        let Some(known) = self.names.find(name) else { return self.new_name(name) };
        let at = self.output.room(names::LONGEST + 2);
        // SAFETY: there is room for all of the slot, of which `length` bytes are the name, and for the
        // separator.
        unsafe {
            at.cast::<[u8; names::LONGEST]>().write_unaligned(known.text);
            let end = self.after_key.write(at.add(known.length));
            self.output.advance(end.offset_from_unsigned(at));
        }
        Ok(())
    }
    fn rare_name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        self.before_key();
        self.quote(name, self.after_key)
    }
    fn end_map(&mut self) -> Outcome {
        self.close(b'{', b'}');
        Ok(())
    }
    fn begin_list(&mut self, _length: usize) -> Outcome {
        if self.is_outermost(0) {
            self.level = 1;
        } else {
            self.open(b'[');
        }
        Ok(())
    }
    fn end_list(&mut self) -> Outcome {
        if self.is_outermost(1) {
            self.level = 0;
        } else {
            self.close(b'[', b']');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style =
        Style { ensure_ascii: false, compact: true, indent: None, allow_nan: false };

    fn sink(style: Style) -> JsonSink<'static, 'static> {
        JsonSink::new(style)
    }

    fn text(sink: JsonSink<'_, '_>) -> String {
        String::from_utf8(sink.into_bytes()).unwrap()
    }

    #[test]
    fn writes_maps_as_lines() -> Outcome {
        let mut sink = sink(PLAIN).items_apart("\n");
        sink.begin_list(2)?;
        for number in [1, 2] {
            sink.begin_map()?;
            sink.integer(number)?;
            sink.end_map()?;
        }
        sink.end_list()?;
        assert_eq!(text(sink), "{1}\n{2}\n");
        Ok(())
    }

    #[test]
    fn indents_maps_that_stand_apart_from_the_left() -> Outcome {
        let mut sink = sink(Style { indent: Some(1), ..PLAIN }).items_apart(",\n");
        sink.begin_list(2)?;
        for number in [1, 2] {
            sink.begin_map()?;
            sink.begin_list(1)?;
            sink.integer(number)?;
            sink.end_list()?;
            sink.end_map()?;
        }
        sink.end_list()?;
        assert_eq!(text(sink), "{[\n  1\n ]\n},\n{[\n  2\n ]\n},\n");
        Ok(())
    }

    /// `[1, [], {}, ["a,", {}]]`
    fn nested(style: Style) -> Outcome<String> {
        let mut sink = sink(style);
        sink.begin_list(4)?;
        sink.integer(1)?;
        sink.begin_list(0)?;
        sink.end_list()?;
        sink.begin_map()?;
        sink.end_map()?;
        sink.begin_list(2)?;
        sink.text("a,")?;
        sink.begin_map()?;
        sink.end_map()?;
        sink.end_list()?;
        sink.end_list()?;
        Ok(text(sink))
    }

    #[test]
    fn separators() {
        assert_eq!(nested(PLAIN).unwrap(), r#"[1,[],{},["a,",{}]]"#);
        let long = Style { compact: false, ..PLAIN };
        assert_eq!(nested(long).unwrap(), r#"[1, [], {}, ["a,", {}]]"#);
    }

    #[test]
    fn indents_as_json_dumps_does() {
        let expected = "[\n  1,\n  [],\n  {},\n  [\n    \"a,\",\n    {}\n  ]\n]";
        for compact in [false, true] {
            let style = Style { indent: Some(2), compact, ..PLAIN };
            assert_eq!(nested(style).unwrap(), expected);
        }
        let flush = Style { indent: Some(0), ..PLAIN };
        assert_eq!(nested(flush).unwrap(), expected.replace(' ', ""));
    }

    #[test]
    fn values_outside_json_need_leave() {
        let mut strict = sink(PLAIN);
        assert!(strict.float(f64::NAN).is_err());
        let mut lax = sink(Style { allow_nan: true, ..PLAIN });
        lax.float(f64::NEG_INFINITY).unwrap();
        assert_eq!(text(lax), "-Infinity");
    }
}
