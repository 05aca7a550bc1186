//! The compiled half of django-rustaccel: a contents page.
mod error;
mod sinks;

use pyo3::prelude::*;

#[pymodule]
mod _rust {}
