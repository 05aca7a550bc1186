//! `JSONField`: any value that `json.dumps` takes, as it is.
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::error::{Outcome, Stop};
use crate::python::integer;
use crate::python::types::exactly;
use crate::sources::Given;

/// Deeper values are left to stock, which knows how much stack Python has, and what a cycle is.
const DEPTH_LIMIT: usize = 100;

pub fn accept<'py>(given: &Given<'_, 'py>, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
    let value = given.to_object(py)?;
    if is_json(&value, 0) { Ok(value) } else { Err(Stop::Unsure) }
}

fn is_json(value: &Bound<'_, PyAny>, depth: usize) -> bool {
    if value.is_none() || value.is_exact_instance_of::<PyString>() {
        return true;
    }
    if let Some(number) = exactly::<PyInt>(value) {
        return integer::small(number).is_some();
    }
    if let Some(number) = exactly::<PyFloat>(value) {
        return number.value().is_finite();
    }
    value.is_exact_instance_of::<PyBool>() || depth < DEPTH_LIMIT && is_container(value, depth + 1)
}

fn is_container(value: &Bound<'_, PyAny>, depth: usize) -> bool {
    if let Some(list) = exactly::<PyList>(value) {
        return list.iter().all(|item| is_json(&item, depth));
    }
    exactly::<PyDict>(value).is_some_and(|map| {
        map.iter()
            .all(|(key, item)| key.is_exact_instance_of::<PyString>() && is_json(&item, depth))
    })
}
