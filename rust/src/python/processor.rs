//! The processor and the memory as Python sees them.
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::hashing::memory;
use crate::processor as found;

/// The processor's instructions by name, the ones that each part takes, and the bytes of memory that
/// this machine or container has, `None` where the system does not tell.
#[pyfunction]
pub fn processor(py: Python<'_>) -> PyResult<(Bound<'_, PyDict>, Bound<'_, PyDict>, Option<u64>)> {
    let features = PyDict::new(py);
    for (name, is_there) in found::features() {
        features.set_item(name, is_there)?;
    }
    let chosen = PyDict::new(py);
    for (part, name) in found::chosen() {
        chosen.set_item(part, name)?;
    }
    Ok((features, chosen, memory::bytes()))
}
