//! `ListField`, `DictField` and `HStoreField`.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::Node;
use crate::sinks::Sink;

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
