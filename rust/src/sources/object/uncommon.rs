//! Values that JSON has no form of its own for: the encoder gives them one.
use pyo3::Borrowed;
use pyo3::prelude::*;

use super::level::Level;
use super::{Rest, Walk};
use crate::error::{Outcome, Stop};
use crate::python::entries::Entries;
use crate::python::types;
use crate::sinks::{Key, Sink};
use crate::sources::form::{Attributes, Form, Way};
use crate::sources::spelled;

impl<'py, S: Sink<'py>> Walk<'_, 'py, S> {
    #[inline(never)]
    pub(super) fn uncommon(
        &mut self,
        value: &Bound<'py, PyAny>,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        let Some(encoder) = self.encoder else { return self.subclass(value, level) };
        if encoder.spells() && spelled::write(value, self.sink)? {
            return Ok(());
        }
        match encoder.form(value)? {
            None => self.subclass(value, level),
            Some(form) => self.formed(value, &form, level),
        }
    }

    /// Writes a value in the form that its class has.
    fn formed(
        &mut self,
        value: &Bound<'py, PyAny>,
        form: &Bound<'py, Form>,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        let stand_in = match &form.get().0 {
            Way::Inherited => return self.subclass(value, level),
            Way::Unknown => return self.replaced(value, level),
            Way::Tuple => return self.tuple(value.cast().map_err(PyErr::from)?, level),
            Way::Object(attributes) => return self.attributes(value, attributes, level),
            Way::Attribute(name) => value.getattr(name)?,
            Way::Function(function) => function.bind(value.py()).call1((value,))?,
        };
        self.value(&stand_in, &level.enter(value)?)
    }

    fn attributes(
        &mut self,
        value: &Bound<'py, PyAny>,
        attributes: &Attributes,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        let inside = level.enter(value)?;
        let dict = attributes.dict_of(value);
        let mut entries = dict.as_ref().map(Entries::of);
        self.sink.begin_map()?;
        for key in &attributes.keys {
            self.sink.key(key)?;
            match self.next_entry(&mut entries, key)? {
                Some(Rest::Nothing) => {}
                Some(Rest::Value(value)) => self.branch(&value, &inside)?,
                _ => {
                    // The dict is not in the order of the names, or has not all of them.
                    entries = None;
                    self.value(&value.getattr(&key.name)?, &inside)?;
                }
            }
        }
        self.sink.end_map()
    }

    /// Writes the value of the next entry as far as that needs no Python code; `None` if the entry has
    /// another key.
    fn next_entry(
        &mut self,
        entries: &mut Option<Entries<'_, 'py>>,
        key: &Key,
    ) -> Outcome<Option<Rest<'py>>> {
        let Some(entries) = entries else { return Ok(None) };
        let look = |name: Borrowed<'_, 'py, PyAny>, value: Borrowed<'_, 'py, PyAny>| {
            if !name.is(&key.name) {
                return Ok(None);
            }
            let is_leaf = self.leaf(&value)?;
            Ok(Some(if is_leaf { Rest::Nothing } else { Rest::Value(value.to_owned()) }))
        };
        // SAFETY: `leaf` runs no Python code.
        unsafe { entries.visit(look) }?.unwrap_or(Ok(None))
    }

    pub(super) fn replaced(
        &mut self,
        value: &Bound<'py, PyAny>,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        let encoder = self.encoder.ok_or(Stop::Refused)?;
        // Whoever renders this value again after a refusal must find it whole.
        if types::is_iterator(value) {
            return Err(Stop::Refused);
        }
        let inside = level.enter(value)?;
        self.value(&encoder.replacement(value)?, &inside)
    }
}
