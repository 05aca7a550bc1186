//! Python objects made of JSON text, as `json.loads` makes them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a hash keeps its low bits; no text is longer than the largest isize"
)]
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use super::unicode;
use crate::error::{Outcome, Stop};
use crate::sources::json::{Cursor, Invalid, Text, Token};
use crate::sources::outline::DEPTH_LIMIT;

/// Keys remembered at a time: one row's worth is what matters.
const SLOTS: usize = 256;
/// Entries that a new dict takes without growing.
const ROOM: usize = 5;
/// Longer keys are rare, and would cost more to look up than to make.
const LONGEST_KEY: usize = 64;

impl From<Invalid> for Stop {
    fn from(_: Invalid) -> Self {
        Self::Unsure
    }
}

/// The value of a whole document.
///
/// # Errors
/// `Unsure` where stock decides: anything that is no plain valid JSON.
pub fn document<'py>(py: Python<'py>, text: &str) -> Outcome<Bound<'py, PyAny>> {
    let mut keys = Keys::default();
    let mut decoder = Decoder::new(py, text, &mut keys);
    let value = decoder.value(0)?;
    decoder.cursor.end()?;
    Ok(value)
}

pub struct Decoder<'a, 'py> {
    py: Python<'py>,
    cursor: Cursor<'a>,
    keys: &'a mut Keys,
    /// Items of the lists that are open, so that a finished list is made in its exact size.
    items: Vec<Bound<'py, PyAny>>,
    /// Entries of the objects that are open.
    entries: Vec<Entry<'py>>,
    /// The last object of each depth.
    last: Vec<Option<Last<'py>>>,
}

type Entry<'py> = (Bound<'py, PyString>, Bound<'py, PyAny>);

/// An object that the next one is most likely like: a copy has room for every key already, where a
/// new dict of a dozen keys grows three times.
struct Last<'py> {
    map: Bound<'py, PyDict>,
    keys: Vec<Bound<'py, PyString>>,
}

impl<'py> Last<'py> {
    /// `None` where a key came twice.
    fn of(map: &Bound<'py, PyDict>, entries: &[Entry<'py>]) -> Option<Self> {
        let keys = || entries.iter().map(|(key, _)| key.clone()).collect();
        (map.len() == entries.len()).then(|| Self { map: map.clone(), keys: keys() })
    }

    /// Whether these are the very same keys in the same order.
    fn is_like(&self, entries: &[Entry<'py>]) -> bool {
        let same = |(one, (other, _)): (&Bound<'py, PyString>, &Entry<'py>)| one.is(other);
        self.keys.len() == entries.len() && self.keys.iter().zip(entries).all(same)
    }
}

impl<'a, 'py> Decoder<'a, 'py> {
    pub fn new(py: Python<'py>, text: &'a str, keys: &'a mut Keys) -> Self {
        Self {
            py,
            cursor: Cursor::new(text),
            keys,
            items: Vec::new(),
            entries: Vec::new(),
            last: Vec::new(),
        }
    }

    pub fn value(&mut self, depth: usize) -> Outcome<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match self.cursor.token()? {
            Token::Text(text) => string(py, text)?.into_any(),
            Token::Integer(number) => number.into_pyobject(py).map_err(PyErr::from)?.into_any(),
            Token::Float(number) => PyFloat::new(py, number).into_any(),
            Token::Null => py.None().into_bound(py),
            Token::Boolean(answer) => PyBool::new(py, answer).to_owned().into_any(),
            Token::BigInteger(digits) => big_integer(py, digits)?,
            Token::List | Token::Map if depth == DEPTH_LIMIT => return Err(Stop::Unsure),
            Token::List => self.list(depth + 1)?.into_any(),
            Token::Map => self.map(depth + 1)?.into_any(),
        })
    }

    fn list(&mut self, depth: usize) -> Outcome<Bound<'py, PyList>> {
        let start = self.items.len();
        while self.cursor.has_item(self.items.len() == start)? {
            let item = self.value(depth)?;
            self.items.push(item);
        }
        Ok(PyList::new(self.py, self.items.drain(start..))?)
    }

    fn map(&mut self, depth: usize) -> Outcome<Bound<'py, PyDict>> {
        let start = self.entries.len();
        while let Some(key) = self.cursor.key(self.entries.len() == start)? {
            let key = self.keys.name(self.py, key)?;
            let value = self.value(depth)?;
            self.entries.push((key, value));
        }
        self.close_map(start, depth)
    }

    /// The object of the entries from `start` on.
    fn close_map(&mut self, start: usize, depth: usize) -> Outcome<Bound<'py, PyDict>> {
        if self.last.len() <= depth {
            self.last.resize_with(depth + 1, || None);
        }
        let (entries, last) = (&self.entries[start..], &mut self.last[depth]);
        let like = last.as_ref().filter(|last| last.is_like(entries));
        let is_new = like.is_none();
        let map = like.map_or_else(|| Ok(PyDict::new(self.py)), |last| last.map.copy())?;
        for (key, value) in entries {
            map.set_item(key, value)?;
        }
        if is_new && entries.len() > ROOM {
            *last = Last::of(&map, entries);
        }
        self.entries.truncate(start);
        Ok(map)
    }
}

/// The keys of one document, so that a thousand rows share their names as they do in stock.
#[derive(Default)]
pub struct Keys {
    /// Empty until the first key comes.
    slots: Vec<Option<Py<PyString>>>,
}

impl Keys {
    #[inline]
    fn name<'py>(&mut self, py: Python<'py>, key: Text<'_>) -> Outcome<Bound<'py, PyString>> {
        if key.has_escapes || key.raw.len() > LONGEST_KEY {
            return string(py, key);
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        }
        let slot = &mut self.slots[hash(key.raw.as_bytes()) % SLOTS];
        if let Some(name) = slot
            && unicode::equals(name.bind(py), key.raw)?
        {
            return Ok(name.bind(py).clone());
        }
        let name = string(py, key)?;
        *slot = Some(name.clone().unbind());
        Ok(name)
    }
}

/// Of the ends and the length: enough to tell the keys of a row apart.
fn hash(key: &[u8]) -> usize {
    let (first, last) = match (key.first_chunk(), key.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (key.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
    };
    let hash =
        (first ^ last.rotate_left(29) ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> 40) as usize
}

pub fn string<'py>(py: Python<'py>, text: Text<'_>) -> Outcome<Bound<'py, PyString>> {
    if text.is_ascii && !text.has_escapes {
        return Ok(ascii(py, text.raw.as_bytes())?);
    }
    Ok(PyString::new(py, &text.value()?))
}

/// A `str` of bytes below 128, without looking for others.
fn ascii<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyString>> {
    debug_assert!(text.is_ascii());
    // SAFETY: the new `str` has room for `text.len()` characters of one byte each, nobody else has
    // seen it yet, and ASCII is what it was made for. No text is longer than `isize::MAX`.
    unsafe {
        let string = ffi::PyUnicode_New(text.len() as ffi::Py_ssize_t, 0x7f);
        let string = Bound::from_owned_ptr_or_err(py, string)?;
        let data = ffi::PyUnicode_DATA(string.as_ptr()).cast::<u8>();
        data.copy_from_nonoverlapping(text.as_ptr(), text.len());
        Ok(string.cast_into_unchecked())
    }
}

/// `int(digits)`; over `sys.get_int_max_str_digits()` stock refuses in its own words.
fn big_integer<'py>(py: Python<'py>, digits: &str) -> Outcome<Bound<'py, PyAny>> {
    py.get_type::<PyInt>().call1((digits,)).map_err(|_| Stop::Unsure)
}
