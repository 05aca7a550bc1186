//! Python objects out of a walk: plain `dict`, `list` and scalars.
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString};

use super::{Key, Sink};
use crate::error::Outcome;

enum Frame<'py> {
    Map(Bound<'py, PyDict>, Option<Bound<'py, PyString>>),
    List(Bound<'py, PyList>),
}

pub struct ObjectSink<'py> {
    py: Python<'py>,
    open: Vec<Frame<'py>>,
    result: Option<Bound<'py, PyAny>>,
}

impl<'py> ObjectSink<'py> {
    pub fn new(py: Python<'py>) -> Self {
        Self { py, open: Vec::new(), result: None }
    }

    /// The finished value; `None` when nothing was written.
    pub fn into_value(self) -> Option<Bound<'py, PyAny>> {
        self.result
    }

    fn put(&mut self, value: Bound<'py, PyAny>) -> Outcome {
        match self.open.last_mut() {
            Some(Frame::Map(map, key)) => {
                if let Some(key) = key.take() {
                    map.set_item(key, value)?;
                }
            }
            Some(Frame::List(list)) => list.append(value)?,
            None => self.result = Some(value),
        }
        Ok(())
    }

    fn close(&mut self) -> Outcome {
        match self.open.pop() {
            Some(Frame::Map(map, _)) => self.put(map.into_any()),
            Some(Frame::List(list)) => self.put(list.into_any()),
            None => Ok(()),
        }
    }
}

impl<'py> Sink<'py> for ObjectSink<'py> {
    fn null(&mut self) -> Outcome {
        self.put(self.py.None().into_bound(self.py))
    }
    fn boolean(&mut self, value: bool) -> Outcome {
        self.put(pyo3::types::PyBool::new(self.py, value).to_owned().into_any())
    }
    fn integer(&mut self, value: i64) -> Outcome {
        self.put(value.into_pyobject(self.py).map_err(PyErr::from)?.into_any())
    }
    fn big_integer(&mut self, value: &Bound<'py, PyInt>) -> Outcome {
        self.put(value.clone().into_any())
    }
    fn float(&mut self, value: f64) -> Outcome {
        self.put(pyo3::types::PyFloat::new(self.py, value).into_any())
    }
    fn text(&mut self, value: &str) -> Outcome {
        self.put(PyString::new(self.py, value).into_any())
    }
    fn plain(&mut self, value: &str) -> Outcome {
        self.text(value)
    }
    fn string(&mut self, value: &Bound<'py, PyString>) -> Outcome {
        self.put(value.clone().into_any())
    }
    fn object(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        self.put(value.clone())
    }
    fn begin_map(&mut self) -> Outcome {
        self.open.push(Frame::Map(PyDict::new(self.py), None));
        Ok(())
    }
    fn key(&mut self, key: &Key) -> Outcome {
        if let Some(Frame::Map(_, slot)) = self.open.last_mut() {
            *slot = Some(key.name.bind(self.py).clone());
        }
        Ok(())
    }
    fn name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        if let Some(Frame::Map(_, slot)) = self.open.last_mut() {
            *slot = Some(name.clone());
        }
        Ok(())
    }
    fn end_map(&mut self) -> Outcome {
        self.close()
    }
    fn begin_list(&mut self, _length: usize) -> Outcome {
        self.open.push(Frame::List(PyList::empty(self.py)));
        Ok(())
    }
    fn end_list(&mut self) -> Outcome {
        self.close()
    }
}
