//! Serializers within serializers, and the methods of serializers.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::{option, related, required};
use crate::accept::{self, After, Builder, Call};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::{Entry, Plan};
use crate::sinks::Sink;
use crate::sources::Given;
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

/// The other direction: a serializer as a field.
pub fn accept<'py>(
    plan: &accept::Plan,
    given: &Given<'_, 'py>,
    call: &Call<'_, 'py>,
) -> Outcome<Bound<'py, PyAny>> {
    match given {
        Given::Json(text) if text.starts_with('{') => plan.accept_row(
            &accept::JsonRow::new(plan, text, accept::Origin::Inner, call.cx.py)?,
            plan.after,
            call,
        ),
        _ => plan.accept_row(&accept::Dict(&given.map(call.cx.py)?), plan.after, call),
    }
}

/// A serializer with `many=True` as a field.
pub struct Many {
    plan: accept::Plan,
    after: After,
    allow_empty: bool,
    max_length: Option<usize>,
    min_length: Option<usize>,
}

impl Many {
    pub fn build(options: &Bound<'_, PyDict>, builder: &mut Builder) -> PyResult<Self> {
        Ok(Self {
            plan: builder.plan(&required(options, "plan")?)?,
            after: After {
                run_validators: option(options, "run_validators")?,
                validate: option(options, "validate")?,
            },
            allow_empty: option(options, "allow_empty")?,
            max_length: option(options, "max_length")?,
            min_length: option(options, "min_length")?,
        })
    }

    pub fn accept<'py>(
        &self,
        id: usize,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let rows = given.list(call.cx.py)?;
        if !self.has_room_for(rows.len()) {
            return Err(Stop::Unsure);
        }
        let rows = self.plan.accept_rows(&rows, self.plan.after, call)?;
        call.conclude(id, call.all_valid(rows)?.into_any(), self.after)
    }

    fn has_room_for(&self, length: usize) -> bool {
        (length > 0 || self.allow_empty)
            && self.max_length.is_none_or(|limit| length <= limit)
            && self.min_length.is_none_or(|limit| length >= limit)
    }
}
