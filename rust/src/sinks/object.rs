//! Python objects out of a walk: plain `dict`, `list` and scalars.
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString};

use super::{Key, Sink};
use crate::error::Outcome;

/// Values wait on a stack until their container closes and is made in one go.
pub struct ObjectSink<'py> {
    py: Python<'py>,
    values: Vec<Bound<'py, PyAny>>,
    keys: Vec<Bound<'py, PyString>>,
    open: Vec<Frame<'py>>,
}

/// Where the values and keys of an open container begin, and the dict it is likely to be like.
struct Frame<'py> {
    values: usize,
    keys: usize,
    template: Option<Bound<'py, PyDict>>,
}

impl<'py> ObjectSink<'py> {
    pub fn new(py: Python<'py>) -> Self {
        Self { py, values: Vec::with_capacity(64), keys: Vec::with_capacity(64), open: Vec::new() }
    }

    /// The finished value; `None` when nothing was written.
    pub fn take_value(&mut self) -> Option<Bound<'py, PyAny>> {
        self.values.pop()
    }

    fn put(&mut self, value: Bound<'py, PyAny>) {
        self.values.push(value);
    }

    fn begin(&mut self, template: Option<Bound<'py, PyDict>>) {
        self.open.push(Frame { values: self.values.len(), keys: self.keys.len(), template });
    }

    fn close_map(&mut self) -> Outcome {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let keys = self.keys.drain(frame.keys..);
        // A copy has room for every key already; a skipped field makes it the wrong dict.
        let map = match frame.template.filter(|template| template.len() == keys.len()) {
            Some(template) => template.copy()?,
            None => PyDict::new(self.py),
        };
        for (key, value) in keys.zip(self.values.drain(frame.values..)) {
            map.set_item(key, value)?;
        }
        self.put(map.into_any());
        Ok(())
    }

    fn close_list(&mut self) -> Outcome {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let list = PyList::new(self.py, self.values.drain(frame.values..))?;
        self.put(list.into_any());
        Ok(())
    }
}

impl<'py> Sink<'py> for ObjectSink<'py> {
    fn null(&mut self) -> Outcome {
        self.put(self.py.None().into_bound(self.py));
        Ok(())
    }
    fn boolean(&mut self, value: bool) -> Outcome {
        self.put(pyo3::types::PyBool::new(self.py, value).to_owned().into_any());
        Ok(())
    }
    fn integer(&mut self, value: i64) -> Outcome {
        self.put(value.into_pyobject(self.py).map_err(PyErr::from)?.into_any());
        Ok(())
    }
    fn big_integer(&mut self, value: &Bound<'py, PyInt>) -> Outcome {
        self.put(value.clone().into_any());
        Ok(())
    }
    fn float(&mut self, value: f64) -> Outcome {
        self.put(pyo3::types::PyFloat::new(self.py, value).into_any());
        Ok(())
    }
    fn text(&mut self, value: &str) -> Outcome {
        self.put(PyString::new(self.py, value).into_any());
        Ok(())
    }
    fn plain(&mut self, value: &str) -> Outcome {
        self.text(value)
    }
    fn string(&mut self, value: &Bound<'py, PyString>) -> Outcome {
        self.put(value.clone().into_any());
        Ok(())
    }
    fn object(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        self.put(value.clone());
        Ok(())
    }
    fn link(
        &mut self,
        _url: &str,
        hyperlink: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> Outcome {
        self.put(hyperlink()?);
        Ok(())
    }
    fn begin_map(&mut self) -> Outcome {
        self.begin(None);
        Ok(())
    }
    fn begin_map_like(&mut self, template: &Py<PyDict>) -> Outcome {
        self.begin(Some(template.bind(self.py).clone()));
        Ok(())
    }
    fn key(&mut self, key: &Arc<Key>) -> Outcome {
        self.keys.push(key.name.bind(self.py).clone());
        Ok(())
    }
    fn name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        self.keys.push(name.clone());
        Ok(())
    }
    fn end_map(&mut self) -> Outcome {
        self.close_map()
    }
    fn begin_list(&mut self, _length: usize) -> Outcome {
        self.begin(None);
        Ok(())
    }
    fn end_list(&mut self) -> Outcome {
        self.close_list()
    }
}
