//! Values of Python objects: attributes, mapping keys and the caches of model instances.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTime, PyTuple,
};

use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::{Place, Shortcut, Source};

impl Source {
    /// The value of a field, as `Field.get_attribute` gives it; `Unsure` where only that knows.
    pub fn get<'py>(
        &self,
        instance: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match self {
            Self::Whole => Ok(instance.clone()),
            Self::Path(path, shortcut) => match take(shortcut.as_ref(), instance)? {
                Some(value) => Ok(value),
                None => follow(path, instance, cx),
            },
            Self::Stock(shortcut) => take(shortcut.as_ref(), instance)?.ok_or(Stop::Unsure),
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
                Err(error) => return Err(Stop::Raised(error)),
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

fn take<'py>(
    shortcut: Option<&Shortcut>,
    instance: &Bound<'py, PyAny>,
) -> Outcome<Option<Bound<'py, PyAny>>> {
    let py = instance.py();
    let Some(shortcut) = shortcut.filter(|shortcut| instance.get_type().is(&shortcut.model)) else {
        return Ok(None);
    };
    let Ok(dict) = instance.getattr(intern!(py, "__dict__"))?.cast_into_exact::<PyDict>() else {
        return Ok(None);
    };
    match &shortcut.place {
        Place::Forward(name) => cached(dict.get_item(intern!(py, "_state"))?, "fields_cache", name),
        Place::Prefetched(name) => prefetched(&dict, name),
        Place::Column(name) => Ok(dict.get_item(name)?.filter(is_key)),
    }
}

/// Keys that are no objects with a `pk` of their own.
fn is_key(value: &Bound<'_, PyAny>) -> bool {
    value.is_none()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyString>()
        || crate::python::types::uuid(value.py())
            .is_ok_and(|uuid| crate::python::types::is_exactly(value, uuid))
}

fn cached<'py>(
    state: Option<Bound<'py, PyAny>>,
    attribute: &str,
    name: &Py<PyString>,
) -> Outcome<Option<Bound<'py, PyAny>>> {
    let Some(state) = state else { return Ok(None) };
    let Ok(cache) = state.getattr(attribute)?.cast_into_exact::<PyDict>() else { return Ok(None) };
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
