//! Objects that URLs lead to, known by the cells of their keys.
use pyo3::intern;
use pyo3::prelude::*;

use super::Value;
use super::cell::Cell;
use super::raw::{Raw, Row};
use crate::context::Context;
use crate::error::Outcome;
use crate::kinds::link::{Link, Text};
use crate::sinks::Sink;

pub struct Linked {
    /// What stands in the URL.
    lookup: Cell,
    /// The primary key, and what makes stand-ins for the objects; without them the URL is that of
    /// the key alone, as it is in stock.
    object: Option<(Cell, Py<PyAny>)>,
}

impl Linked {
    /// From `(cell, None or (cell, maker of stand-ins))`.
    pub fn build(linked: &Bound<'_, PyAny>) -> PyResult<Self> {
        type Object<'py> = (Bound<'py, PyAny>, Py<PyAny>);
        let (lookup, object): (Bound<'_, PyAny>, Option<Object<'_>>) = linked.extract()?;
        let object =
            object.map(|(pk, made)| PyResult::Ok((Cell::build(&pk)?, made))).transpose()?;
        Ok(Self { lookup: Cell::build(&lookup)?, object })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        link: &Link,
        row: Row<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        if self.is_missing(row)? {
            return sink.null();
        }
        let text = self.text(row, cx.py)?;
        link.put(text.as_ref(), cx, sink, || self.known(row, cx), || self.stand_in(link, row, cx))
    }

    /// Whether the URL of a row is certain: see [`Link::settle`].
    pub fn settle<'py>(
        &self,
        link: &Link,
        row: Row<'_, 'py>,
        cx: &Context<'_, 'py>,
    ) -> PyResult<bool> {
        if self.is_missing(row)? {
            return Ok(true);
        }
        link.settle(self.text(row, cx.py)?.as_ref(), cx, || self.known(row, cx))
    }

    fn is_missing(&self, row: Row<'_, '_>) -> PyResult<bool> {
        let key = self.object.as_ref().map_or(&self.lookup, |(pk, _)| pk);
        Ok(matches!(key.raw(row)?, Raw::Null))
    }

    fn text<'py>(&self, row: Row<'_, 'py>, py: Python<'py>) -> PyResult<Option<Text>> {
        if let Some((pk, _)) = &self.object
            && pk.raw(row)?.text().is_some_and(str::is_empty)
        {
            return Ok(None); // Stock has no URL for it, whatever the lookup says.
        }
        let raw = self.lookup.raw(row)?;
        if let Some(text) = self.lookup.decode(raw).ok().and_then(|value| Text::of(&value)) {
            return Ok(Some(text));
        }
        Ok(Text::of(&Value::Object(&self.lookup.value(row, py)?)))
    }

    /// Something with all that stock needs of the object to make a URL.
    fn known<'py>(&self, row: Row<'_, 'py>, cx: &Context<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        let lookup = self.lookup.value(row, cx.py)?;
        let Some((pk, maker)) = &self.object else { return cx.key_only(&lookup) };
        maker.bind(cx.py).call_method1(intern!(cx.py, "known"), (pk.value(row, cx.py)?, lookup))
    }

    fn stand_in<'py>(
        &self,
        link: &Link,
        row: Row<'_, 'py>,
        cx: &Context<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let lookup = self.lookup.value(row, cx.py)?;
        let Some((pk, maker)) = &self.object else { return cx.key_only(&lookup) };
        let begin = || maker.bind(cx.py).call_method0(intern!(cx.py, "begin"));
        cx.stand_ins(link.id(), begin)?.call1((pk.value(row, cx.py)?, lookup))
    }
}
