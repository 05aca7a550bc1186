//! Histograms of requests as Python sees them.
use std::path::PathBuf;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::timing::histograms;

const NANOSECONDS: f64 = 1e9;

/// Histograms by key, with upper bounds in seconds, in a file that processes share if there is one.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Histograms {
    all: histograms::Histograms,
}

#[pymethods]
impl Histograms {
    #[new]
    #[allow(clippy::needless_pass_by_value)]
    fn new(path: Option<PathBuf>, bounds: Vec<f64>, capacity: usize) -> PyResult<Self> {
        let is_rising = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        let is_plain = bounds.iter().all(|bound| *bound > 0.0 && bound.is_finite());
        if !is_rising || !is_plain || bounds.is_empty() || bounds.len() > 64 {
            return Err(PyValueError::new_err("bounds are 1 to 64 rising numbers of seconds"));
        }
        if capacity == 0 || capacity > 1_000_000 {
            return Err(PyValueError::new_err("the capacity is 1 to 1,000,000 keys"));
        }
        let bounds = bounds.into_iter().map(nanoseconds).collect();
        Ok(Self { all: histograms::Histograms::new(path.as_deref(), bounds, capacity)? })
    }

    /// The number under which `key` is counted.
    fn slot(&self, key: &str) -> usize {
        self.all.slot(key)
    }

    /// Count so many seconds in a slot.
    fn observe(&self, slot: usize, seconds: f64) {
        self.all.observe(slot, nanoseconds(seconds));
    }

    /// By key, the counts up to each bound and above all, and the sum in seconds.
    #[allow(clippy::cast_precision_loss, reason = "a sum to 16 digits")]
    fn collect(&self) -> Vec<(String, Vec<u64>, f64)> {
        let found = self.all.collect().into_iter();
        found.map(|(key, each)| (key, each.counts, each.nanoseconds as f64 / NANOSECONDS)).collect()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * NANOSECONDS).round() as u64
}
