//! Content codings as Python sees them.
use std::io;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::compression::load::Running;
use crate::compression::{Coding, Stream};

const LOWEST_LEVEL: i32 = 1;
/// Bytes from which other threads run meanwhile: compressing them takes some 10 us, and handing the
/// interpreter over and back 0.1 us when nobody waits.
const WORTH_LETTING_GO: usize = 1 << 10;

/// The coding among `offered` that an `Accept-Encoding` header prefers; `None` for none.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)]
pub fn negotiate(header: &str, offered: Vec<String>) -> PyResult<Option<&'static str>> {
    let offered = offered.iter().map(|name| coding(name)).collect::<PyResult<Vec<_>>>()?;
    Ok(crate::compression::negotiate::negotiate(header, &offered).map(Coding::name))
}

/// `body` in this coding, or `None` if that is not shorter.
///
/// When more than `at_once` bodies are being compressed, this one is at the fastest level.
#[pyfunction]
pub fn compress<'py>(
    py: Python<'py>,
    coding: &str,
    level: i32,
    padding: usize,
    body: &Bound<'py, PyBytes>,
    at_once: usize,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let (coding, data) = (self::coding(coding)?, body.as_bytes());
    let (_running, count) = Running::enter();
    let level = checked(coding, if count > at_once { LOWEST_LEVEL } else { level })?;
    let made = run(py, data.len(), || coding.compress(data, level, padding))?;
    Ok((made.len() < data.len()).then(|| PyBytes::new(py, &made)))
}

/// Compresses a body that comes in chunks; a reader can read every chunk as soon as it has come.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Compressor(Mutex<Box<dyn Stream>>);

#[pymethods]
impl Compressor {
    #[new]
    fn new(coding: &str, level: i32, padding: usize) -> PyResult<Self> {
        let coding = self::coding(coding)?;
        Ok(Self(Mutex::new(coding.stream(checked(coding, level)?, padding).map_err(failed)?)))
    }

    /// What to send for a chunk.
    fn feed<'py>(&self, py: Python<'py>, chunk: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        self.with(py, chunk.len(), |stream, output| stream.feed(chunk, output))
    }

    /// What to send at the end.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.with(py, 0, Stream::finish)
    }
}

impl Compressor {
    fn with<'py>(
        &self,
        py: Python<'py>,
        size: usize,
        work: impl FnOnce(&mut (dyn Stream + 'static), &mut Vec<u8>) -> io::Result<()> + Send,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let made = run(py, size, || {
            let mut output = Vec::new();
            let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            work(stream.as_mut(), &mut output).map(|()| output)
        })?;
        Ok(PyBytes::new(py, &made))
    }
}

/// Do the work on `size` bytes, letting other threads run if that is long.
fn run(
    py: Python<'_>,
    size: usize,
    work: impl FnOnce() -> io::Result<Vec<u8>> + Send,
) -> PyResult<Vec<u8>> {
    let made = if size < WORTH_LETTING_GO { work() } else { py.detach(work) };
    made.map_err(failed)
}

fn coding(name: &str) -> PyResult<Coding> {
    Coding::named(name)
        .ok_or_else(|| PyValueError::new_err(format!("unknown content coding: {name:?}")))
}

fn checked(coding: Coding, level: i32) -> PyResult<i32> {
    let levels = LOWEST_LEVEL..=coding.highest_level();
    let message = || format!("{} has levels {levels:?}, not {level}", coding.name());
    if levels.contains(&level) { Ok(level) } else { Err(PyValueError::new_err(message())) }
}

/// Only memory that runs out makes a compressor fail, and feeding one that is finished.
#[allow(clippy::needless_pass_by_value)]
fn failed(error: io::Error) -> PyErr {
    PyRuntimeError::new_err(format!("compression failed: {error}"))
}
