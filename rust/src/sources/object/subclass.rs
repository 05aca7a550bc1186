//! Subclasses of the types that JSON has a form for, as far as they behave like those.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::Walk;
use super::level::Level;
use crate::error::{Outcome, Stop};
use crate::python::body;
use crate::python::reader::{Recording, Rows};
use crate::sinks::Sink;

impl<'py, S: Sink<'py>> Walk<'_, 'py, S> {
    pub(super) fn subclass(
        &mut self,
        value: &Bound<'py, PyAny>,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        if let Ok(text) = value.cast::<PyString>() {
            self.sink.string(text)
        } else if let Ok(number) = value.cast::<PyInt>() {
            self.integer(number)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.sink.float(number.value())
        } else if let Ok(list) = value.cast::<PyList>() {
            self.list_subclass(list, level)
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            inherited::<PyTuple>(
                value,
                &[intern!(value.py(), "__iter__"), intern!(value.py(), "__len__")],
            )?;
            self.tuple(tuple, level)
        } else if let Ok(map) = value.cast::<PyDict>() {
            self.dict_subclass(map, level)
        } else {
            self.replaced(value, level)
        }
    }

    fn list_subclass(&mut self, list: &Bound<'py, PyList>, level: &Level<'_, 'py>) -> Outcome {
        if write_lazy_list(list, self.sink)? {
            return Ok(());
        }
        inherited::<PyList>(
            list,
            &[intern!(list.py(), "__iter__"), intern!(list.py(), "__len__")],
        )?;
        self.list(list, level)
    }

    /// Stock takes the items of a dict subclass from its `items()`, unless it is empty as a dict.
    fn dict_subclass(&mut self, map: &Bound<'py, PyDict>, level: &Level<'_, 'py>) -> Outcome {
        body::look(map)?;
        inherited::<PyDict>(map, &[intern!(map.py(), "__len__")])?;
        if inherited::<PyDict>(map, &[intern!(map.py(), "items")]).is_ok() || map.is_empty() {
            return self.map(map, level);
        }
        let inside = level.enter(map)?;
        let items = map.as_mapping().items()?;
        if items.is_empty() {
            return Err(Stop::Refused);
        }
        self.sink.begin_map()?;
        for item in items {
            match item.cast_exact::<PyTuple>().map(PyTupleMethods::as_slice) {
                Ok([key, value]) => self.entry(key, value, &inside)?,
                _ => return Err(Stop::Refused),
            }
        }
        self.sink.end_map()
    }
}

/// Writes a list that nobody has looked at, and says whether `value` was one. Such a list tells
/// what it holds, and the serializer that was read for, under an attribute of its class.
fn write_lazy_list<'py, S: Sink<'py>>(value: &Bound<'py, PyAny>, sink: &mut S) -> Outcome<bool> {
    let Some(held) = value.getattr_opt(intern!(value.py(), "_rustaccel_rows"))? else {
        return Ok(false);
    };
    let (held, serializer): (Bound<'py, PyAny>, Bound<'py, PyAny>) = held.extract()?;
    match held.cast::<Recording>() {
        Ok(recording) => recording.get().write(held.py(), sink)?,
        Err(_) => held.cast::<Rows>().map_err(PyErr::from)?.get().write(&serializer, sink)?,
    }
    Ok(true)
}

/// Checks that a subclass of `T` leaves these methods alone, and that its truth is its length.
fn inherited<T: PyTypeInfo>(value: &Bound<'_, PyAny>, methods: &[&Bound<'_, PyString>]) -> Outcome {
    let (class, base) = (value.get_type(), T::type_object(value.py()));
    for method in methods {
        if !class.getattr(method)?.is(&base.getattr(method)?) {
            return Err(Stop::Refused);
        }
    }
    if class.hasattr(intern!(value.py(), "__bool__"))? { Err(Stop::Refused) } else { Ok(()) }
}
