//! Python's strings, as values and as names.
#![allow(
    clippy::inline_always,
    reason = "the steps of one value: calls between them would cost more than the steps"
)]
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;

use super::JsonSink;
use super::style::Separator;
use crate::error::{Outcome, Stop};
use crate::python::types::exactly;
use crate::python::unicode;
use crate::sinks::names;
use crate::text::escape;
use crate::text::output::Output;
use crate::text::scan::Copied;

/// What a text may take beside its own length.
const SLACK: usize = 32;

impl JsonSink<'_, '_> {
    #[inline(always)]
    pub(super) fn quote(&mut self, text: &Bound<'_, PyString>, after: Separator) -> Outcome {
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
                self.end_quote(at, text.len(), after);
            }
        }
        Ok(())
    }

    /// Writes the closing quote of a text that stands at `at` behind its opening one.
    ///
    /// # Safety
    /// There is room for both quotes, the text and a separator, and the text has been written.
    #[inline(always)]
    unsafe fn end_quote(&mut self, at: *mut u8, length: usize, after: Separator) {
        // SAFETY: as the caller promises.
        unsafe {
            let end = at.add(1 + length);
            end.write(b'"');
            let end = after.write(end.add(1));
            self.output.advance(end.offset_from_unsigned(at));
        }
    }

    /// Writes a name, and remembers what both styles spell alike: ASCII without escapes.
    #[inline(never)]
    pub(super) fn new_name(&mut self, name: &Bound<'_, PyString>) -> Outcome {
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
        if self.style.ensure_ascii {
            return self.quote_points(text, after);
        }
        // A `str` remembers its UTF-8, so that the next time is a matter of copying.
        let text = unicode::utf8(text).map_err(|_| Stop::Refused)?;
        let at = self.output.room(text.len() + SLACK);
        // SAFETY: there is room for the text, sixteen bytes more, two quotes and a separator; what is
        // counted is written.
        unsafe {
            if let Copied::Part(clean) = escape::open_quote_utf8(text, at) {
                self.output.advance(1 + clean);
                escape::close_quote_utf8(&mut self.output, &text[clean..]);
                self.separate(after);
            } else {
                self.end_quote(at, text.len(), after);
            }
        }
        Ok(())
    }

    fn quote_points(&mut self, text: &Bound<'_, PyString>, after: Separator) -> Outcome {
        let out = &mut self.output;
        match unicode::code_points(text)? {
            PyStringData::Ucs1(points) => escape::quote_latin1(out, points),
            PyStringData::Ucs2(points) => escape::quote_wide(out, points),
            PyStringData::Ucs4(points) => escape::quote_wide(out, points),
        }
        self.separate(after);
        Ok(())
    }
}
