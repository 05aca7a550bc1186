//! `ListField`, `DictField` and `HStoreField`.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::{option, required};
use crate::accept::{self, Builder, Call};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::Node;
use crate::sinks::Sink;
use crate::sources::Given;
use crate::sources::json::Cursor;

pub fn write_list<'py, S: Sink<'py>>(
    child: &Node,
    value: &Bound<'py, PyAny>,
    cx: &Context<'_, 'py>,
    sink: &mut S,
) -> Outcome {
    let list = value.cast_exact::<PyList>().map_err(|_| Stop::Unsure)?;
    sink.begin_list(list.len())?;
    for item in list {
        if item.is_none() { sink.null()? } else { child.write(&item, cx, sink)? }
    }
    sink.end_list()
}

pub fn write_map<'py, S: Sink<'py>>(
    child: &Node,
    value: &Bound<'py, PyAny>,
    cx: &Context<'_, 'py>,
    sink: &mut S,
) -> Outcome {
    let map = value.cast_exact::<PyDict>().map_err(|_| Stop::Unsure)?;
    if !map.keys().iter().all(|key| key.is_exact_instance_of::<PyString>()) {
        return Err(Stop::Unsure);
    }
    sink.begin_map()?;
    for (key, item) in map.copy()? {
        sink.name(key.cast().map_err(PyErr::from)?)?;
        if item.is_none() { sink.null()? } else { child.write(&item, cx, sink)? }
    }
    sink.end_map()
}

/// The other direction. No Python code of users runs for a child, so that a container with one item
/// that is not certain can be given to stock as a whole.
pub struct Items {
    child: Box<accept::Node>,
    allow_empty: bool,
}

impl Items {
    pub fn build(options: &Bound<'_, PyDict>, builder: &mut Builder) -> PyResult<Self> {
        Ok(Self {
            child: Box::new(builder.node(required(options, "child")?.cast()?)?),
            allow_empty: option(options, "allow_empty")?,
        })
    }

    /// Whether no item is native without answers of the database.
    pub fn are_stock(&self) -> bool {
        self.child.rule.is_stock()
    }

    /// `ListField` and `ManyRelatedField`
    pub fn accept_list<'py>(
        &self,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = call.cx.py;
        let values: Vec<_> = match given {
            Given::Json(text) if text.starts_with('[') => self.accept_items(text, call)?,
            _ => {
                let items = given.list(py)?;
                let accept = |item| self.child.accept(&Given::Object(item), call);
                items.into_iter().map(accept).collect::<Outcome<_>>()?
            }
        };
        self.check_size(values.len())?;
        Ok(PyList::new(py, values)?.into_any())
    }

    /// The items of a list that is still text.
    fn accept_items<'py>(
        &self,
        text: &str,
        call: &Call<'_, 'py>,
    ) -> Outcome<Vec<Bound<'py, PyAny>>> {
        let (mut cursor, mut values) = (Cursor::new(text), Vec::new());
        cursor.token()?;
        while cursor.has_item(values.is_empty())? {
            values.push(self.child.accept(&Given::read(text, &mut cursor)?, call)?);
        }
        Ok(values)
    }

    /// `DictField` and `HStoreField`
    pub fn accept_map<'py>(
        &self,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let items = given.map(call.cx.py)?;
        self.check_size(items.len())?;
        let values = PyDict::new(call.cx.py);
        for (key, item) in items {
            if !key.is_exact_instance_of::<PyString>() {
                return Err(Stop::Unsure);
            }
            values.set_item(key, self.child.accept(&Given::Object(item), call)?)?;
        }
        Ok(values.into_any())
    }

    fn check_size(&self, length: usize) -> Outcome {
        if length == 0 && !self.allow_empty { Err(Stop::Unsure) } else { Ok(()) }
    }
}
