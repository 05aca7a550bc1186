//! Related objects: keys, slugs and lists of them.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString};

use super::{Node, option, optional_child};
use crate::accept::Call;
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::Builder;
use crate::sinks::Sink;
use crate::sources::{Given, Value};

/// `PrimaryKeyRelatedField` over a related object.
pub struct Key {
    /// The model whose instances keep their key under `attribute`.
    model: Py<PyAny>,
    attribute: Py<PyString>,
    /// The `pk_field` option.
    child: Option<Box<Node>>,
}

impl Key {
    pub fn build(options: &Bound<'_, PyDict>, builder: &mut Builder) -> PyResult<Self> {
        Ok(Self {
            model: option(options, "model")?,
            attribute: option(options, "attribute")?,
            child: optional_child(options, builder)?,
        })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let is_model = value.get_type().is(&self.model);
        let name = if is_model { self.attribute.bind(cx.py) } else { intern!(cx.py, "pk") };
        let key = value.getattr(name)?;
        match &self.child {
            Some(child) => child.write(&key, cx, sink),
            None => sink.object(&key),
        }
    }
}

/// `PrimaryKeyRelatedField` where the source found the key without the object.
pub fn write_own_key<'py, S: Sink<'py>>(
    child: Option<&Node>,
    value: &Value<'_, 'py>,
    cx: &Context<'_, 'py>,
    sink: &mut S,
) -> Outcome {
    let key = super::object(value)?;
    match child {
        Some(child) => child.write(key, cx, sink),
        None => sink.object(key),
    }
}

/// `SlugRelatedField`.
pub struct Slug {
    path: Vec<Py<PyString>>,
}

impl Slug {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { path: option(options, "path")? })
    }

    pub fn write<'py, S: Sink<'py>>(&self, value: &Bound<'py, PyAny>, sink: &mut S) -> Outcome {
        let mut value = value.clone();
        for name in &self.path {
            value = value.getattr(name)?;
        }
        sink.object(&value)
    }
}

/// `ManyRelatedField`.
pub fn write_many<'py, S: Sink<'py>>(
    child: &Node,
    value: &Bound<'py, PyAny>,
    cx: &Context<'_, 'py>,
    sink: &mut S,
) -> Outcome {
    let items = listed(value)?;
    sink.begin_list(items.len())?;
    for item in items {
        child.write(&item, cx, sink)?;
    }
    sink.end_list()
}

/// The objects of a list, or of a queryset that has been read already or is read now, once.
pub fn listed<'py>(value: &Bound<'py, PyAny>) -> Outcome<Bound<'py, PyList>> {
    if let Ok(list) = value.cast_exact::<PyList>() {
        return Ok(list.clone());
    }
    if !value.hasattr(intern!(value.py(), "_result_cache"))? {
        return Err(Stop::Unsure);
    }
    Ok(value
        .try_iter()?
        .collect::<PyResult<Vec<_>>>()
        .and_then(|items| PyList::new(value.py(), items))?)
}

/// The object with a key or slug, as a query made for the whole list has found it.
pub fn accept<'py>(
    id: usize,
    given: &Given<'_, 'py>,
    call: &Call<'_, 'py>,
) -> Outcome<Bound<'py, PyAny>> {
    let find = call.table(id)?.ok_or(Stop::Unsure)?;
    let raw = given.to_object(call.cx.py)?;
    if !raw.is_exact_instance_of::<PyInt>() && !raw.is_exact_instance_of::<PyString>() {
        return Err(Stop::Unsure);
    }
    let found = find.call1((raw,))?;
    if found.is_none() { Err(Stop::Unsure) } else { Ok(found) }
}
