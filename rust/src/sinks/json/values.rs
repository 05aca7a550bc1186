//! The values themselves.
#![allow(
    clippy::inline_always,
    reason = "the steps of one value: calls between them would cost more than the steps"
)]
use std::mem;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use super::{JsonSink, Style};
use crate::error::{Outcome, Stop};
use crate::python::integer;
use crate::sinks::{Key, Sink, names};
use crate::sources::object;
use crate::text::output::{Output, copy};
use crate::text::spelling::Spelling;
use crate::text::{escape, number};

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
                const { assert!(align_of::<Spelling>() == 1 && Spelling::STARTS_WITH_TEXT) };
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
    fn piece(&mut self, text: &[u8]) {
        self.output.put(text);
    }
    fn gap(&mut self) -> Outcome {
        self.gaps.push(self.output.len());
        self.separate(self.after_value);
        Ok(())
    }
    fn unseparated(&mut self) {
        self.take_back_separator();
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
