//! Rate limits as Python sees them.
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::limiting::clock::Clock;
use crate::limiting::rate::{Algorithm, Rate, Verdict};
use crate::limiting::table::{MOST, Table};
use crate::limiting::{Limiter, unlimited};

/// More than any limit, and small enough to be multiplied.
const MOST_COST: u64 = 1 << 40;
/// Nanoseconds of the longest period, or of `burst` shares of it: 18 years.
const LONGEST: u128 = 1 << 59;

/// Memory for the states of keys.
#[pyclass(frozen, weakref, module = "django_rustaccel._rust")]
pub struct LimitTable(Arc<Table>);

#[pymethods]
impl LimitTable {
    /// For so many keys, in this process or in the file at `path`.
    ///
    /// Raises `OSError` when there is no such memory or file.
    #[new]
    #[pyo3(signature = (capacity, path=None))]
    fn new(capacity: usize, path: Option<PathBuf>) -> PyResult<Self> {
        if capacity == 0 || capacity > MOST {
            return Err(PyValueError::new_err(format!("capacity must be between 1 and {MOST}")));
        }
        let table = match path {
            None => Table::private(capacity)?,
            Some(path) => Table::shared(&path, capacity)?,
        };
        Ok(Self(Arc::new(table)))
    }

    /// Keys that there is memory for, in whole buckets.
    #[getter]
    fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Keys that are remembered now, by the clock of the machine; estimated in a large table.
    fn remembered(&self, py: Python<'_>) -> usize {
        py.detach(|| self.0.remembered(Clock::System.now()))
    }
}

/// What is said of one call.
#[pyclass(frozen, eq, get_all, module = "django_rustaccel._rust")]
#[derive(PartialEq)]
pub struct Decision {
    allowed: bool,
    limit: u64,
    remaining: u64,
    retry_after: f64,
    reset_after: f64,
}

#[pymethods]
impl Decision {
    #[new]
    fn new(allowed: bool, limit: u64, remaining: u64, retry_after: f64, reset_after: f64) -> Self {
        Self { allowed, limit, remaining, retry_after, reset_after }
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        ("allowed", "limit", "remaining", "retry_after", "reset_after")
    }

    /// For `pickle` and `copy`.
    fn __getnewargs__(&self) -> (bool, u64, u64, f64, f64) {
        (self.allowed, self.limit, self.remaining, self.retry_after, self.reset_after)
    }

    fn __bool__(&self) -> bool {
        self.allowed
    }

    fn __repr__(&self) -> String {
        format!(
            "Decision(allowed={}, limit={}, remaining={}, retry_after={:.3}, reset_after={:.3})",
            if self.allowed { "True" } else { "False" },
            self.limit,
            self.remaining,
            self.retry_after,
            self.reset_after,
        )
    }
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Self {
            allowed: verdict.allowed,
            limit: verdict.limit,
            remaining: verdict.remaining,
            retry_after: verdict.retry_after.map_or(f64::INFINITY, seconds),
            reset_after: seconds(verdict.reset_after),
        }
    }
}

/// Rates over a table.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct RateLimiter(Limiter);

#[pymethods]
impl RateLimiter {
    /// `rates` are (limit, seconds, burst). Raises `ValueError` for what the algorithm does not take.
    #[new]
    #[allow(clippy::needless_pass_by_value)]
    fn new(
        table: &LimitTable,
        algorithm: &str,
        rates: Vec<(u64, u64, u64)>,
        prefix: &str,
    ) -> PyResult<Self> {
        let algorithm = Algorithm::named(algorithm)
            .ok_or_else(|| PyValueError::new_err(format!("unknown algorithm: {algorithm:?}")))?;
        let rates =
            rates.iter().map(|rate| self::rate(algorithm, *rate)).collect::<PyResult<Vec<_>>>()?;
        Ok(Self(Limiter::new(Arc::clone(&table.0), &rates, prefix)))
    }

    /// Count a call if it may pass. `now` are nanoseconds of a clock of the caller's.
    #[pyo3(signature = (key, cost=1, now=None))]
    fn hit(&self, key: &Bound<'_, PyString>, cost: u64, now: Option<u64>) -> Decision {
        let key = key.to_string_lossy();
        self.0.hit(key.as_bytes(), cost.min(MOST_COST), clock(now)).into()
    }

    /// What `hit` would say, and what remains before it.
    #[pyo3(signature = (key, cost=1, now=None))]
    fn peek(&self, key: &Bound<'_, PyString>, cost: u64, now: Option<u64>) -> Decision {
        let key = key.to_string_lossy();
        self.0.peek(key.as_bytes(), cost.min(MOST_COST), clock(now), unlimited()).into()
    }

    /// Forget what the key has done.
    fn reset(&self, key: &Bound<'_, PyString>) {
        self.0.reset(key.to_string_lossy().as_bytes());
    }
}

fn clock(now: Option<u64>) -> Clock {
    now.map_or(Clock::System, Clock::At)
}

#[allow(clippy::cast_precision_loss, reason = "nobody waits for the 53rd bit of a nanosecond")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

fn rate(algorithm: Algorithm, (limit, period, burst): (u64, u64, u64)) -> PyResult<Rate> {
    let most = algorithm.most();
    if limit > most || burst > most {
        return Err(PyValueError::new_err(format!("the limit must be at most {most}")));
    }
    let period = period.saturating_mul(1_000_000_000);
    let whole = u128::from(period) * u128::from(burst) / u128::from(limit.max(1));
    if period == 0 || u128::from(period).max(whole) > LONGEST {
        return Err(PyValueError::new_err("the period must be between a second and 18 years"));
    }
    Ok(Rate { limit, period, burst, algorithm })
}
