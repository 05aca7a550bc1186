//! How a cache makes keys, values and ends of what it is given.
use std::convert::Infallible;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyString};

use super::cached::Value;
use super::caching::{CacheStore, Object, This};
use crate::caching::store::{Entry, Key};

/// Keys that Django does not warn of are no longer, and hold neither spaces nor control characters.
const LONGEST_KEY: usize = 250;

/// An argument whose absence is not `None`.
pub struct Given<'py>(pub Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = Infallible;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(Some(object.to_owned())))
    }
}

/// What a cache is told of its subclass and its settings.
pub struct Settings {
    pub store: Py<CacheStore>,
    /// What stands in front of a key; nothing when only Python can tell.
    pub prefix: Option<String>,
    /// In seconds, infinity for never; nothing when only Python can tell.
    pub timeout: Option<f64>,
    /// Django's name for the standard timeout.
    pub standard: Py<PyAny>,
    /// From how many bytes on values are compressed; nothing for never.
    pub compress: Option<usize>,
}

impl Settings {
    pub fn key<'py>(
        &self,
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<Key> {
        let plain = if version.is_none() { self.plain_key(key) } else { None };
        plain.map_or_else(|| made_key(this, key, version), Ok)
    }

    /// The key as Django's own function makes it, if there is nothing to warn of.
    fn plain_key(&self, key: Object<'_, '_>) -> Option<Key> {
        let key = key.cast_exact::<PyString>().ok()?.to_str().ok()?;
        let whole = [self.prefix.as_ref()?.as_bytes(), key.as_bytes()].concat();
        let is_plain = |byte: &u8| *byte > b' ' && *byte != 0x7F;
        (whole.len() <= LONGEST_KEY && whole.iter().all(is_plain)).then(|| whole.into())
    }

    pub fn entry<'py>(
        &self,
        this: This<'_, 'py>,
        value: Object<'_, 'py>,
        timeout: Given<'py>,
    ) -> PyResult<Entry<Value>> {
        let value = Value::of(value, this.as_any(), self.compress)?;
        let bytes = value.size(this.py())?;
        Ok(Entry { value, expires: self.expires(this, timeout)?, stale: 0.0, bytes })
    }

    pub fn expires<'py>(&self, this: This<'_, 'py>, timeout: Given<'py>) -> PyResult<f64> {
        let py = this.py();
        match self.seconds(&timeout) {
            Some(seconds) if seconds.is_finite() => Ok(now(py)? + seconds),
            Some(never) => Ok(never),
            None => {
                let timeout = timeout.0.unwrap_or_else(|| self.standard.bind(py).clone());
                let name = intern!(py, "get_backend_timeout");
                let end: Option<f64> = this.call_method1(name, (timeout,))?.extract()?;
                Ok(end.unwrap_or(f64::INFINITY))
            }
        }
    }

    /// As `BaseCache.get_backend_timeout` reads a timeout; nothing for what it may not take.
    fn seconds(&self, timeout: &Given<'_>) -> Option<f64> {
        let own = self.timeout?;
        let Some(given) = timeout.0.as_ref().filter(|given| !given.is(&self.standard)) else {
            return Some(own);
        };
        if given.is_none() {
            return Some(f64::INFINITY);
        }
        let is_number =
            given.is_exact_instance_of::<PyInt>() || given.is_exact_instance_of::<PyFloat>();
        let seconds: f64 = is_number.then(|| given.extract().ok()).flatten()?;
        // None at all: over at once, however coarse the clock is.
        Some(if seconds == 0.0 { -1.0 } else { seconds })
    }
}

/// The key that Django, or who overrides it, makes and warns of.
fn made_key<'py>(
    this: This<'_, 'py>,
    key: Object<'_, 'py>,
    version: Option<Object<'_, 'py>>,
) -> PyResult<Key> {
    let name = intern!(this.py(), "make_and_validate_key");
    let made = this.call_method1(name, (key, version))?.str()?;
    if let Ok(text) = made.to_str() {
        return Ok(text.as_bytes().into());
    }
    let bytes = made.call_method1("encode", ("utf-8", "surrogatepass"))?;
    Ok(bytes.extract::<Vec<u8>>()?.into())
}

/// What Python's clock says: tests turn that one.
pub fn now(py: Python<'_>) -> PyResult<f64> {
    static TIME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let time = TIME.get_or_try_init(py, || PyModule::import(py, "time").map(Bound::unbind))?;
    time.bind(py).call_method0(intern!(py, "time"))?.extract()
}
