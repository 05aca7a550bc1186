//! A cache as Django sees it.
//!
//! A store is locked only while no Python code can run: nothing is called, and what is dropped are
//! objects of built-in types. So whoever waits for the lock may hold on to the interpreter.
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyFloat, PyInt, PyString, PyTuple};

use super::cached::Value;
use crate::caching::store::{Entry, Key, Store};

/// Keys that Django does not warn of are no longer, and hold neither spaces nor control characters.
const LONGEST_KEY: usize = 250;

/// The entries that all caches of one location share.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct CacheStore {
    entries: Mutex<Store<Value>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[pymethods]
impl CacheStore {
    #[new]
    fn new(max_entries: usize, max_bytes: u64) -> PyResult<Self> {
        let entries = Store::new(max_entries, max_bytes)
            .ok_or_else(|| PyValueError::new_err("No cache is that large."))?;
        let (hits, misses) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { entries: Mutex::new(entries), hits, misses })
    }

    /// How often `get` found something and did not, and how many entries made room, since start;
    /// how many there are, and the bytes they take.
    fn counts(&self) -> (u64, u64, u64, usize, u64) {
        let entries = self.entries();
        let (hits, misses) = (self.hits.load(Relaxed), self.misses.load(Relaxed));
        (hits, misses, entries.evicted(), entries.len(), entries.bytes())
    }
}

impl CacheStore {
    /// Nothing panics while it holds the lock, so poisoned entries would still be good ones.
    fn entries(&self) -> MutexGuard<'_, Store<Value>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, if there is one that is not over.
    fn find(&self, py: Python<'_>, key: &[u8]) -> PyResult<Option<Value>> {
        let read = |entry: &Entry<Value>| (entry.value.clone_ref(py), entry.expires);
        let found = self.entries().look(key, read);
        let Some((value, expires)) = found else { return Ok(None) };
        if expires.is_finite() {
            let now = now(py)?;
            if expires <= now {
                self.entries().delete_over(key, now);
                return Ok(None);
            }
        }
        Ok(Some(value))
    }

    fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
    }
}

/// An argument whose absence is not `None`.
pub struct Given<'py>(Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = Infallible;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(Some(object.to_owned())))
    }
}

/// What a cache is told of its subclass and its settings.
struct Settings {
    store: Py<CacheStore>,
    /// What stands in front of a key; nothing when only Python can tell.
    prefix: Option<String>,
    /// In seconds, infinity for never; nothing when only Python can tell.
    timeout: Option<f64>,
    /// Django's name for the standard timeout.
    standard: Py<PyAny>,
}

/// The methods of a cache backend that touch single keys. What makes keys or reads timeouts in
/// ways of its own is called back as methods of the subclass.
#[pyclass(frozen, subclass, module = "django_rustaccel._rust")]
pub struct LocalCache {
    settings: Mutex<Option<Arc<Settings>>>,
}

type This<'a, 'py> = &'a Bound<'py, LocalCache>;
type Object<'a, 'py> = &'a Bound<'py, PyAny>;

#[pymethods]
impl LocalCache {
    #[new]
    #[pyo3(signature = (*_arguments, **_options))]
    fn new(_arguments: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Self {
        Self { settings: Mutex::new(None) }
    }

    /// Take settings, instead of those before.
    #[pyo3(name = "_configure")]
    fn configure(
        &self,
        store: Py<CacheStore>,
        prefix: Option<String>,
        timeout: Option<f64>,
        standard: Py<PyAny>,
    ) {
        let settings = Arc::new(Settings { store, prefix, timeout, standard });
        // What was there before is dropped after the lock is free.
        let _before = self.lock().replace(settings);
    }

    #[pyo3(signature = (key, default=None, version=None))]
    fn get<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        default: Option<Bound<'py, PyAny>>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let store = settings.store.get();
        let found = store.find(this.py(), &key)?;
        store.count(found.is_some());
        found.map_or(Ok(default), |value| value.into_object(this.py()).map(Some))
    }

    #[pyo3(signature = (key, value, timeout=Given(None), version=None))]
    fn set<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        value: Object<'_, 'py>,
        timeout: Given<'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<()> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let entry = settings.entry(this, value, timeout)?;
        settings.store.get().entries().set(key, entry);
        Ok(())
    }

    #[pyo3(signature = (key, value, timeout=Given(None), version=None))]
    fn add<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        value: Object<'_, 'py>,
        timeout: Given<'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<bool> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let entry = settings.entry(this, value, timeout)?;
        let now = now(this.py())?;
        Ok(settings.store.get().entries().add(key, entry, now))
    }

    #[pyo3(signature = (key, timeout=Given(None), version=None))]
    fn touch<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        timeout: Given<'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<bool> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let expires = settings.expires(this, timeout)?;
        let now = now(this.py())?;
        Ok(settings.store.get().entries().touch(&key, expires, now))
    }

    #[pyo3(signature = (key, version=None))]
    fn delete<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<bool> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        Ok(settings.store.get().entries().delete(&key))
    }

    #[pyo3(signature = (key, version=None))]
    fn has_key<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<bool> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        Ok(settings.store.get().find(this.py(), &key)?.is_some())
    }

    /// The sum may be anything that Python adds: what was added to is compared before the sum
    /// takes its place.
    #[pyo3(signature = (key, delta=Given(None), version=None))]
    fn incr<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        delta: Given<'py>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let store = settings.store.get();
        let delta = delta.0.unwrap_or_else(|| PyInt::new(py, 1).into_any());
        loop {
            let Some(seen) = store.find(py, &key)? else { return Err(not_found(&key)) };
            let sum = seen.clone_ref(py).into_object(py)?.add(&delta)?;
            let value = Value::of(&sum, this.as_any())?;
            let size = value.size(py)?;
            let is_seen = |present: &Value| present.is(&seen);
            if store.entries().exchange(key.clone(), value, size, is_seen) {
                return Ok(sum);
            }
        }
    }

    fn clear(&self) -> PyResult<()> {
        self.settings()?.store.get().entries().clear();
        Ok(())
    }
}

impl LocalCache {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Settings>>> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> PyResult<Arc<Settings>> {
        self.lock().clone().ok_or_else(|| PyRuntimeError::new_err("The cache was not configured."))
    }
}

impl Settings {
    fn key<'py>(
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

    fn entry<'py>(
        &self,
        this: This<'_, 'py>,
        value: Object<'_, 'py>,
        timeout: Given<'py>,
    ) -> PyResult<Entry<Value>> {
        let value = Value::of(value, this.as_any())?;
        let bytes = value.size(this.py())?;
        Ok(Entry { value, expires: self.expires(this, timeout)?, bytes })
    }

    fn expires<'py>(&self, this: This<'_, 'py>, timeout: Given<'py>) -> PyResult<f64> {
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

fn not_found(key: &[u8]) -> PyErr {
    PyValueError::new_err(format!("Key '{}' not found", String::from_utf8_lossy(key)))
}

/// What Python's clock says: tests turn that one.
fn now(py: Python<'_>) -> PyResult<f64> {
    static TIME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let time = TIME.get_or_try_init(py, || PyModule::import(py, "time").map(Bound::unbind))?;
    time.bind(py).call_method0(intern!(py, "time"))?.extract()
}
