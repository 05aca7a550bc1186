//! Lists of numbers as Python sees them: the smallest example of work that lets other threads run.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::numbers::Summary;

/// Mean, standard deviation, minimum, median and maximum of a list of numbers.
///
/// Raises `ValueError` for an empty list, and for numbers that are not finite.
#[pyfunction]
pub fn summarize(py: Python<'_>, mut numbers: Vec<f64>) -> PyResult<(f64, f64, f64, f64, f64)> {
    // The numbers were copied out of Python's objects: from here on nobody needs the interpreter.
    let summary = py.detach(|| Summary::of(&mut numbers));
    let why = "summarize takes a list of at least one number, all of them finite";
    let found = summary.ok_or_else(|| PyValueError::new_err(why))?;
    Ok((found.mean, found.deviation, found.minimum, found.median, found.maximum))
}
