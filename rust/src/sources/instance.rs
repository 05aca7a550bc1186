//! Values of Python objects: attributes, mapping keys and the caches of model instances.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTime, PyTuple,
};

use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::{Plan, Shortcut, Source};

/// An object that a serializer represents.
pub struct Instance<'a, 'py> {
    pub object: &'a Bound<'py, PyAny>,
    /// Its `__dict__`, if it is of the plan's model and the plan's shortcuts hold.
    dict: Option<Bound<'py, PyDict>>,
}

impl<'a, 'py> Instance<'a, 'py> {
    pub fn new(object: &'a Bound<'py, PyAny>, plan: &Plan) -> PyResult<Self> {
        let is_model = plan.model.as_ref().is_some_and(|model| object.get_type().is(model));
        let dict =
            if is_model { Some(object.getattr(intern!(object.py(), "__dict__"))?) } else { None };
        Ok(Self { object, dict: dict.and_then(|dict| dict.cast_into_exact().ok()) })
    }

    /// What a shortcut leads to, if anything is there.
    fn take(&self, shortcut: Option<&Shortcut>) -> Outcome<Option<Bound<'py, PyAny>>> {
        let (Some(dict), Some(shortcut)) = (&self.dict, shortcut) else { return Ok(None) };
        match shortcut {
            Shortcut::Attribute(name) => Ok(dict.get_item(name)?),
            Shortcut::Forward(name) => related(dict, name),
            Shortcut::Prefetched(name) => prefetched(dict, name),
            Shortcut::Column(name) => Ok(dict.get_item(name)?.filter(is_key)),
        }
    }
}

impl Source {
    /// The value of a field, as `Field.get_attribute` gives it; `Unsure` where only that knows.
    pub fn get<'py>(
        &self,
        instance: &Instance<'_, 'py>,
        cx: &Context<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match self {
            Self::Whole => Ok(instance.object.clone()),
            Self::Path(path, shortcut) => match instance.take(shortcut.as_ref())? {
                Some(value) if is_plain(&value) || !value.is_callable() => Ok(value),
                _ => follow(path, instance.object, cx),
            },
            Self::Stock(shortcut) => instance.take(shortcut.as_ref())?.ok_or(Stop::Unsure),
        }
    }
}

/// DRF's `fields.get_attribute` for the values that are not callable.
fn follow<'py>(
    path: &[Py<PyString>],
    instance: &Bound<'py, PyAny>,
    cx: &Context<'_, 'py>,
) -> Outcome<Bound<'py, PyAny>> {
    let mut value = instance.clone();
    for name in path {
        let next = if let Ok(map) = value.cast_exact::<PyDict>() {
            map.get_item(name)?.ok_or(Stop::Unsure)?
        } else if cx.is_mapping(&value)? {
            return Err(Stop::Unsure);
        } else {
            match value.getattr(name) {
                Ok(next) => next,
                Err(error) if cx.is_missing_object(&error) => {
                    return Ok(cx.py.None().into_bound(cx.py));
                }
                // An AttributeError may mean a default or a skipped field; others are the user's.
                Err(error) if cx.is_missing_attribute(&error) => return Err(Stop::Unsure),
                Err(error) => return Err(error.into()),
            }
        };
        if !is_plain(&next) && next.is_callable() {
            return Err(Stop::Unsure);
        }
        value = next;
    }
    Ok(value)
}

/// Types met in most columns, none of them callable: spares the question.
fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    value.is_none()
        || value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyDateTime>()
        || value.is_exact_instance_of::<PyDate>()
        || value.is_exact_instance_of::<PyTime>()
        || value.is_exact_instance_of::<PyDict>()
        || value.is_exact_instance_of::<PyList>()
        || value.is_exact_instance_of::<PyTuple>()
}

/// Keys that are no objects with a `pk` of their own.
fn is_key(value: &Bound<'_, PyAny>) -> bool {
    value.is_none()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyString>()
        || crate::python::types::uuid(value.py())
            .is_ok_and(|uuid| crate::python::types::is_exactly(value, uuid))
}

/// `_state.fields_cache[name]`
fn related<'py>(
    dict: &Bound<'py, PyDict>,
    name: &Py<PyString>,
) -> Outcome<Option<Bound<'py, PyAny>>> {
    let py = dict.py();
    let Some(state) = dict.get_item(intern!(py, "_state"))? else { return Ok(None) };
    let cache = state.getattr(intern!(py, "fields_cache"))?;
    let Ok(cache) = cache.cast_exact::<PyDict>() else { return Ok(None) };
    Ok(cache.get_item(name)?)
}

/// The result list of a prefetched relation.
fn prefetched<'py>(
    dict: &Bound<'py, PyDict>,
    name: &Py<PyString>,
) -> Outcome<Option<Bound<'py, PyAny>>> {
    let py = dict.py();
    let Some(cache) = dict.get_item(intern!(py, "_prefetched_objects_cache"))? else {
        return Ok(None);
    };
    let Some(queryset) = cache.cast_exact::<PyDict>().ok().and_then(|c| c.get_item(name).ok()?)
    else {
        return Ok(None);
    };
    let results = queryset.getattr(intern!(py, "_result_cache"))?;
    Ok(results.is_exact_instance_of::<PyList>().then_some(results))
}
