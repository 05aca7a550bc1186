//! JSON text out of a walk, spelled as Python's `json` and DRF's `JSONRenderer` spell it.
use std::rc::Rc;

use pyo3::prelude::*;
use pyo3::types::string::PyStringData;
use pyo3::types::{PyBytes, PyInt, PyString};

use super::{Key, Sink, spare};
use crate::error::{Outcome, Stop};
use crate::python::integer;
use crate::sources::object::{self, Encoder};
use crate::text::{escape, number};

/// The options of `json.dumps` that change the bytes.
#[derive(Clone, Copy)]
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
/// that writing an item needs to know nothing about the items before it, and cutting the buffer back
/// to an earlier [`JsonSink::mark`] undoes a half-written one.
pub struct JsonSink {
    pub buffer: Vec<u8>,
    style: Style,
    level: usize,
    after_value: &'static [u8],
    after_key: &'static [u8],
    encoder: Option<Rc<Encoder>>,
}

/// A place in the output to come back to.
#[derive(Clone, Copy)]
pub struct Mark {
    length: usize,
    level: usize,
}

impl JsonSink {
    pub fn new(style: Style) -> Self {
        let (after_value, after_key) = style.separators();
        Self {
            buffer: spare::take(),
            style,
            level: 0,
            after_value: after_value.as_bytes(),
            after_key: after_key.as_bytes(),
            encoder: None,
        }
    }

    /// Lets `encoder` say what becomes of values that JSON has no form for.
    #[must_use]
    pub fn with_encoder(mut self, encoder: Encoder) -> Self {
        self.encoder = Some(Rc::new(encoder));
        self
    }

    /// The finished text.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.take_back_separator();
        self.buffer
    }

    /// The finished text as Python has it.
    pub fn into_py_bytes(self, py: Python<'_>) -> Bound<'_, PyBytes> {
        let buffer = self.into_bytes();
        let bytes = PyBytes::new(py, &buffer);
        spare::give_back(buffer);
        bytes
    }

    /// Where the output stands: between two values, or before the first.
    pub fn mark(&self) -> Mark {
        Mark { length: self.buffer.len(), level: self.level }
    }

    /// Forgets everything written since `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        self.buffer.truncate(mark.length);
        self.level = mark.level;
    }

    fn take_back_separator(&mut self) {
        if self.buffer.ends_with(self.after_value) {
            self.buffer.truncate(self.buffer.len() - self.after_value.len());
        }
    }

    /// A list item or a key starts on its own line; a value after its key does not.
    fn before_value(&mut self) {
        if self.style.indent.is_some() && matches!(self.buffer.last(), Some(b'[' | b',')) {
            self.new_line();
        }
    }

    fn before_key(&mut self) {
        if self.style.indent.is_some() {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        let spaces = self.level.saturating_mul(self.style.indent.unwrap_or(0));
        self.buffer.push(b'\n');
        self.buffer.resize(self.buffer.len() + spaces, b' ');
    }

    fn write(&mut self, text: &[u8]) {
        self.before_value();
        self.buffer.extend_from_slice(text);
        self.after_value();
    }

    fn after_value(&mut self) {
        self.buffer.extend_from_slice(self.after_value);
    }

    fn open(&mut self, bracket: u8) {
        self.before_value();
        self.buffer.push(bracket);
        self.level += 1;
    }

    fn close(&mut self, opening: u8, closing: u8) {
        self.level = self.level.saturating_sub(1);
        if self.buffer.last() != Some(&opening) {
            self.take_back_separator();
            self.before_key();
        }
        self.buffer.push(closing);
        self.after_value();
    }

    fn quote(&mut self, text: &Bound<'_, PyString>) -> Outcome {
        let (out, ensure_ascii) = (&mut self.buffer, self.style.ensure_ascii);
        // SAFETY: a `str` never changes once other code can see it, and `text` keeps it alive while
        // the borrowed code points are in use.
        match unsafe { text.data() }? {
            PyStringData::Ucs1(points) => escape::quote_latin1(out, points, ensure_ascii),
            PyStringData::Ucs2(points) => escape::quote_wide(out, points, ensure_ascii)?,
            PyStringData::Ucs4(points) => escape::quote_wide(out, points, ensure_ascii)?,
        }
        Ok(())
    }
}

impl From<escape::LoneSurrogate> for Stop {
    fn from(_: escape::LoneSurrogate) -> Self {
        Self::Refused
    }
}

impl<'py> Sink<'py> for JsonSink {
    fn null(&mut self) -> Outcome {
        self.write(b"null");
        Ok(())
    }
    fn boolean(&mut self, value: bool) -> Outcome {
        self.write(if value { b"true" } else { b"false" });
        Ok(())
    }
    fn integer(&mut self, value: i64) -> Outcome {
        self.before_value();
        number::integer(&mut self.buffer, value);
        self.after_value();
        Ok(())
    }
    fn float(&mut self, value: f64) -> Outcome {
        self.before_value();
        if value.is_finite() {
            number::float(&mut self.buffer, value);
        } else if self.style.allow_nan {
            self.buffer.extend_from_slice(number::not_finite(value).as_bytes());
        } else {
            return Err(Stop::Refused);
        }
        self.after_value();
        Ok(())
    }
    fn big_integer(&mut self, value: &Bound<'py, PyInt>) -> Outcome {
        self.write(integer::digits(value)?.to_str()?.as_bytes());
        Ok(())
    }
    fn text(&mut self, value: &str) -> Outcome {
        self.before_value();
        escape::quote(&mut self.buffer, value, self.style.ensure_ascii);
        self.after_value();
        Ok(())
    }
    fn plain(&mut self, value: &str) -> Outcome {
        self.before_value();
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(value.as_bytes());
        self.buffer.push(b'"');
        self.after_value();
        Ok(())
    }
    fn string(&mut self, value: &Bound<'py, PyString>) -> Outcome {
        self.before_value();
        self.quote(value)?;
        self.after_value();
        Ok(())
    }
    fn object(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        object::write(value, self.encoder.clone().as_deref(), self)
    }
    fn link(
        &mut self,
        url: &str,
        _hyperlink: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> Outcome {
        self.text(url)
    }
    fn begin_map(&mut self) -> Outcome {
        self.open(b'{');
        Ok(())
    }
    fn key(&mut self, key: &Key) -> Outcome {
        self.before_key();
        let spelled = if self.style.ensure_ascii { &key.ascii } else { &key.unicode };
        self.buffer.extend_from_slice(spelled);
        self.buffer.extend_from_slice(self.after_key);
        Ok(())
    }
    fn name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        self.before_key();
        self.quote(name)?;
        self.buffer.extend_from_slice(self.after_key);
        Ok(())
    }
    fn end_map(&mut self) -> Outcome {
        self.close(b'{', b'}');
        Ok(())
    }
    fn begin_list(&mut self, _length: usize) -> Outcome {
        self.open(b'[');
        Ok(())
    }
    fn end_list(&mut self) -> Outcome {
        self.close(b'[', b']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style =
        Style { ensure_ascii: false, compact: true, indent: None, allow_nan: false };

    fn sink(style: Style) -> JsonSink {
        JsonSink::new(style)
    }

    fn text(sink: JsonSink) -> String {
        String::from_utf8(sink.into_bytes()).unwrap()
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
    fn rewinding_forgets_a_half_written_item() {
        let mut sink = sink(PLAIN);
        sink.begin_list(2).unwrap();
        sink.plain("kept").unwrap();
        let mark = sink.mark();
        sink.begin_list(1).unwrap();
        sink.float(1.5).unwrap();
        sink.rewind(mark);
        sink.float(-0.0).unwrap();
        sink.end_list().unwrap();
        assert_eq!(text(sink), r#"["kept",-0.0]"#);
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
