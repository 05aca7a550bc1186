//! A cache as Django sees it.
//!
//! A store is locked only while no Python code can run: nothing is called, and what is dropped are
//! objects of built-in types. So whoever waits for the lock may hold on to the interpreter.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyTuple};

use super::cache_settings::{Given, Settings, now};
use super::cached::Value;
use crate::caching::store::{Entry, Store};

/// The entries that all caches of one location share.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct CacheStore {
    #[pyo3(get)]
    max_entries: usize,
    #[pyo3(get)]
    max_bytes: u64,
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
        Ok(Self { max_entries, max_bytes, entries: Mutex::new(entries), hits, misses })
    }

    /// How often `get` found something and did not, and how many entries made room, since start;
    /// how many there are, and the bytes they take.
    fn counts(&self) -> (u64, u64, u64, usize, u64) {
        let entries = self.entries();
        let (hits, misses) = (self.hits.load(Relaxed), self.misses.load(Relaxed));
        (hits, misses, entries.evicted(), entries.len(), entries.bytes())
    }

    /// Forget one entry, by its whole key in UTF-8; whether there was one.
    fn forget(&self, key: &[u8]) -> bool {
        self.entries().delete(key)
    }

    /// Forget all.
    fn forget_all(&self) {
        self.entries().clear();
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

/// The methods of a cache backend that touch single keys. What makes keys or reads timeouts in
/// ways of its own is called back as methods of the subclass.
#[pyclass(frozen, subclass, module = "django_rustaccel._rust")]
pub struct LocalCache {
    settings: Mutex<Option<Arc<Settings>>>,
}

pub type This<'a, 'py> = &'a Bound<'py, LocalCache>;
pub type Object<'a, 'py> = &'a Bound<'py, PyAny>;

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
        compress: Option<usize>,
    ) {
        let settings = Arc::new(Settings { store, prefix, timeout, standard, compress });
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

    /// `add`, and keep the value for `stale` seconds more, for those who take old ones.
    #[pyo3(name = "_add")]
    fn add_stale<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        value: Object<'_, 'py>,
        timeout: Given<'py>,
        version: Option<Object<'_, 'py>>,
        stale: f64,
    ) -> PyResult<bool> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let entry = Entry { stale, ..settings.entry(this, value, timeout)? };
        let now = now(this.py())?;
        Ok(settings.store.get().entries().add(key, entry, now))
    }

    /// The value, be it over or only stale.
    fn _get_stale<'py>(
        this: This<'_, 'py>,
        key: Object<'_, 'py>,
        default: Option<Bound<'py, PyAny>>,
        version: Option<Object<'_, 'py>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let settings = this.get().settings()?;
        let key = settings.key(this, key, version)?;
        let now = now(this.py())?;
        let read = |entry: &Entry<Value>| {
            (!entry.is_of_no_use(now)).then(|| entry.value.clone_ref(this.py()))
        };
        let found = settings.store.get().entries().look(&key, read).flatten();
        found.map_or(Ok(default), |value| value.into_object(this.py()).map(Some))
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
            let value = Value::of(&sum, this.as_any(), settings.compress)?;
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

fn not_found(key: &[u8]) -> PyErr {
    PyValueError::new_err(format!("Key '{}' not found", String::from_utf8_lossy(key)))
}
