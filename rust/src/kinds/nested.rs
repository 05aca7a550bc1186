//! Serializers within serializers, and the methods of serializers.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::related;
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::{Entry, Plan};
use crate::sinks::Sink;
use crate::sources::instance::Instance;

impl Plan {
    /// `Serializer.to_representation`.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        instance: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let instance = Instance::new(instance, self)?;
        sink.begin_map_like(&self.template)?;
        for entry in &self.entries {
            entry.write(&instance, cx, sink)?;
        }
        sink.end_map()
    }
}

impl Entry {
    fn write<'py, S: Sink<'py>>(
        &self,
        instance: &Instance<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match self.source.get(instance, cx) {
            Ok(value) => {
                sink.key(&self.key)?;
                if value.is_none() { sink.null() } else { self.node.write(&value, cx, sink) }
            }
            Err(Stop::Unsure) => self.write_stock(instance.object, cx, sink),
            Err(stop) => Err(stop),
        }
    }

    /// One field the stock way, `get_attribute` included.
    fn write_stock<'py, S: Sink<'py>>(
        &self,
        instance: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        cx.note_fall(self.node.id, "get_attribute");
        let field = cx.field(self.node.id)?;
        let value = match field.call_method1(intern!(cx.py, "get_attribute"), (instance,)) {
            Err(error) if cx.is_skip(&error) => return Ok(()),
            value => value?,
        };
        sink.key(&self.key)?;
        if is_empty(&value, cx)? {
            return sink.null();
        }
        sink.object(&field.call_method1(intern!(cx.py, "to_representation"), (value,))?)
    }
}

/// `None`, or a key without an object that is `None`.
fn is_empty(value: &Bound<'_, PyAny>, cx: &Context<'_, '_>) -> PyResult<bool> {
    if value.is_none() {
        return Ok(true);
    }
    if !cx.is_key_only(value) {
        return Ok(false);
    }
    Ok(value.getattr(intern!(value.py(), "pk"))?.is_none())
}

/// `ListSerializer.to_representation` over what a field holds.
pub fn write_many<'py, S: Sink<'py>>(
    plan: &Plan,
    value: &Bound<'py, PyAny>,
    cx: &Context<'_, 'py>,
    sink: &mut S,
) -> Outcome {
    let items: Bound<'py, PyList> = match related::listed(value) {
        Ok(items) => items,
        Err(Stop::Unsure) if cx.is_manager(value) => {
            related::listed(&value.call_method0(intern!(cx.py, "all"))?)?
        }
        Err(stop) => return Err(stop),
    };
    sink.begin_list(items.len())?;
    for item in items {
        plan.write(&item, cx, sink)?;
    }
    sink.end_list()
}
