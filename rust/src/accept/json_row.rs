//! An object of JSON text as a row, of which no dict is made.
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::{Entry, Get, Plan, Row};
use crate::error::{Outcome, Stop};
use crate::python::body::{Unread, look};
use crate::python::decode;
use crate::python::types::exactly;
use crate::python::unicode;
use crate::sources::Given;
use crate::sources::json::{Cursor, Text};

/// Where Python code finds the dict that a text stands for.
#[derive(Clone, Copy)]
pub enum Origin<'a, 'py> {
    /// Nowhere: the object is inside another one.
    Inner,
    Row(&'a Bound<'py, PyAny>),
    /// In a list that holds the second at first.
    Item(&'a Bound<'py, PyAny>, &'a Unread, usize),
}

/// What an object of JSON text has for each entry of a plan.
pub struct JsonRow<'a, 'py> {
    py: Python<'py>,
    text: &'a str,
    origin: Origin<'a, 'py>,
    /// As many as the plan has entries.
    slots: Vec<Option<Given<'a, 'py>>>,
}

impl<'a, 'py> JsonRow<'a, 'py> {
    /// `text` is an object that was looked through before.
    pub fn new(
        plan: &Plan,
        text: &'a str,
        origin: Origin<'a, 'py>,
        py: Python<'py>,
    ) -> Outcome<Self> {
        let mut slots: Vec<_> = plan.entries.iter().map(|_| None).collect();
        let mut cursor = Cursor::new(text);
        cursor.token()?;
        let (mut first, mut expected) = (true, 0);
        while let Some(key) = cursor.key(first)? {
            let given = Given::read(text, &mut cursor)?;
            // A key that comes again stands for its last value.
            if let Some(index) = place(&plan.entries, key, expected, py)? {
                slots[index] = Some(given);
                expected = index + 1;
            }
            first = false;
        }
        Ok(Self { py, text, origin, slots })
    }

    /// The row as a dict, if Python code has looked at it meanwhile, and may have changed it.
    #[inline]
    fn seen(&self) -> Option<Bound<'py, PyDict>> {
        match self.origin {
            Origin::Inner => None,
            Origin::Row(row) => exactly::<PyDict>(row).cloned(),
            Origin::Item(_, unread, index) => unread.seen(index, self.py),
        }
    }
}

/// The entry that a key belongs to. Clients send keys in the same order again and again.
#[inline]
fn place(
    entries: &[Entry],
    key: Text<'_>,
    expected: usize,
    py: Python<'_>,
) -> Outcome<Option<usize>> {
    let name = key.value()?;
    let (before, after) = entries.split_at(expected);
    for (index, entry) in (expected..).zip(after).chain((0..).zip(before)) {
        if unicode::equals(entry.name.bind(py), &name)? {
            return Ok((entry.get == Get::Key).then_some(index));
        }
    }
    Ok(None)
}

impl<'py> Row<'py> for JsonRow<'_, 'py> {
    #[inline]
    fn get(&self, index: usize, entry: &Entry) -> Outcome<Option<Given<'_, 'py>>> {
        match self.seen() {
            Some(row) => Ok(row.get_item(&entry.name)?.map(Given::Object)),
            None => Ok(self.slots[index].clone()),
        }
    }

    fn object(&self) -> Outcome<Bound<'py, PyAny>> {
        match self.origin {
            Origin::Inner => decode::document(self.py, self.text),
            Origin::Row(row) => Ok(row.clone()),
            Origin::Item(list, unread, index) => {
                look(list)?;
                Ok(unread.seen(index, self.py).ok_or(Stop::Unsure)?.into_any())
            }
        }
    }
}
