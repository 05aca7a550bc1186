//! Any Python value, walked by the rules of CPython's JSON encoder: exact types first, in the order
//! in which responses are made of them, then subclasses of the same types, then the encoder's own
//! `default`. Where the outcome could differ from stock, the walk is refused as a whole.
#![allow(clippy::inline_always, reason = "the leaves of a document, met by the million")]
mod level;
mod subclass;
mod uncommon;

use level::Level;
use pyo3::Borrowed;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::encoder::Encoder;
use crate::error::{Outcome, Stop};
use crate::python::entries::{Entries, visit_item};
use crate::python::integer;
use crate::python::types::exactly;
use crate::sinks::Sink;

/// A dict with more entries is no row of many, but a table of its own.
const LARGEST_RECORD: usize = 64;

/// Writes `value` with everything in it.
///
/// # Errors
/// `Refused` for what stock refuses or what cannot be undone: too deep, a cycle, an odd key, a value
/// without an encoder, an iterator (refused before it is consumed). `Raised` for what `default`
/// raises.
pub fn write<'py, S: Sink<'py>>(
    value: &Bound<'py, PyAny>,
    encoder: Option<&Encoder<'_, 'py>>,
    sink: &mut S,
) -> Outcome {
    Walk { encoder, sink }.value(value, &Level::Top)
}

/// What of a dict's entry is still to be written.
enum Rest<'py> {
    Nothing,
    Value(Bound<'py, PyAny>),
    Entry(Bound<'py, PyAny>, Bound<'py, PyAny>),
}

struct Walk<'a, 'py, S> {
    encoder: Option<&'a Encoder<'a, 'py>>,
    sink: &'a mut S,
}

impl<'py, S: Sink<'py>> Walk<'_, 'py, S> {
    fn value(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
        if self.leaf(value)? { Ok(()) } else { self.branch(value, level) }
    }

    /// Writes a value of the commonest scalar classes and says whether it was one. This runs no
    /// Python code, so that the value may be borrowed from a container.
    #[inline(always)]
    fn leaf(&mut self, value: &Bound<'py, PyAny>) -> Outcome<bool> {
        if let Some(text) = exactly::<PyString>(value) {
            self.sink.string(text)?;
        } else if let Some(number) = exactly::<PyInt>(value) {
            let Some(small) = integer::small(number) else { return Ok(false) };
            self.sink.integer(small)?;
        } else if value.is_none() {
            self.sink.null()?;
        } else if let Some(answer) = exactly::<PyBool>(value) {
            self.sink.boolean(answer.is_true())?;
        } else if let Some(number) = exactly::<PyFloat>(value) {
            self.sink.float(number.value())?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn branch(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
        if let Some(map) = exactly::<PyDict>(value) {
            self.map(map, level)
        } else if let Some(list) = exactly::<PyList>(value) {
            self.list(list, level)
        } else if let Some(tuple) = exactly::<PyTuple>(value) {
            self.tuple(tuple, level)
        } else {
            self.uncommon(value, level)
        }
    }

    fn list(&mut self, list: &Bound<'py, PyList>, level: &Level<'_, 'py>) -> Outcome {
        let inside = level.enter(list)?;
        self.sink.begin_list(list.len())?;
        let mut index = 0;
        // What `default` runs may change the list: its length is asked again for every item.
        loop {
            let look =
                |item: Borrowed<'_, 'py, PyAny>| Ok((!self.leaf(&item)?).then(|| item.to_owned()));
            // SAFETY: `leaf` runs no Python code.
            let Some(looked) = (unsafe { visit_item(list, index, look) }) else { break };
            let rest: Outcome<_> = looked;
            if let Some(item) = rest? {
                self.branch(&item, &inside)?;
            }
            index += 1;
        }
        self.sink.end_list()
    }

    fn tuple(&mut self, tuple: &Bound<'py, PyTuple>, level: &Level<'_, 'py>) -> Outcome {
        let inside = level.enter(tuple)?;
        self.sink.begin_list(tuple.len())?;
        for item in tuple.iter_borrowed() {
            self.value(&item, &inside)?;
        }
        self.sink.end_list()
    }

    fn map(&mut self, map: &Bound<'py, PyDict>, level: &Level<'_, 'py>) -> Outcome {
        let inside = level.enter(map)?;
        let mut entries = Entries::of(map);
        self.sink.begin_map()?;
        let is_record = map.len() <= LARGEST_RECORD;
        loop {
            let look = |key: Borrowed<'_, 'py, PyAny>, value: Borrowed<'_, 'py, PyAny>| {
                self.leaf_entry(key, value, is_record)
            };
            // SAFETY: `leaf_entry` runs no Python code.
            let Some(rest) = unsafe { entries.visit(look) }? else { break };
            match rest? {
                Rest::Nothing => {}
                Rest::Value(value) => self.branch(&value, &inside)?,
                Rest::Entry(key, value) => self.entry(&key, &value, &inside)?,
            }
        }
        self.sink.end_map()
    }

    /// Writes as much of an entry as can be written without running Python code.
    #[inline(always)]
    fn leaf_entry(
        &mut self,
        key: Borrowed<'_, 'py, PyAny>,
        value: Borrowed<'_, 'py, PyAny>,
        is_record: bool,
    ) -> Outcome<Rest<'py>> {
        let Some(name) = exactly::<PyString>(&key) else {
            return Ok(Rest::Entry(key.to_owned(), value.to_owned()));
        };
        if is_record {
            self.sink.name(name)?;
        } else {
            self.sink.rare_name(name)?;
        }
        Ok(if self.leaf(&value)? { Rest::Nothing } else { Rest::Value(value.to_owned()) })
    }

    fn entry(
        &mut self,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        match key.cast::<PyString>() {
            Ok(name) => self.sink.name(name)?,
            Err(_) => self.sink.name(&coerced(key)?)?,
        }
        self.value(value, level)
    }

    fn integer(&mut self, number: &Bound<'py, PyInt>) -> Outcome {
        match integer::small(number) {
            Some(small) => self.sink.integer(small),
            None => self.sink.big_integer(number),
        }
    }
}

/// The name that stock makes of a key that is no `str`; non-finite floats and odd types are left
/// to it.
fn coerced<'py>(key: &Bound<'py, PyAny>) -> Outcome<Bound<'py, PyString>> {
    let py = key.py();
    if let Ok(number) = key.cast::<PyFloat>() {
        let repr = PyFloat::new(py, number.value()).repr()?;
        return if number.value().is_finite() { Ok(repr) } else { Err(Stop::Refused) };
    }
    if let Ok(answer) = key.cast::<PyBool>() {
        let name = if answer.is_true() { intern!(py, "true") } else { intern!(py, "false") };
        return Ok(name.clone());
    }
    if key.is_none() {
        return Ok(intern!(py, "null").clone());
    }
    Ok(integer::digits(key.cast::<PyInt>().map_err(|_| Stop::Refused)?)?)
}
