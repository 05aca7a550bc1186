//! Any Python value, walked by the rules of CPython's JSON encoder: exact types first, in the order
//! in which responses are made of them, then subclasses of the same types, then the encoder's own
//! `default`. Where the outcome could differ from stock, the walk is refused as a whole.
#![allow(clippy::inline_always, reason = "the leaves of a document, met by the million")]
use pyo3::Borrowed;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::encoder::Encoder;
use super::form::{Attributes, Form, Way};
use super::spelled;
use crate::error::{Outcome, Stop};
use crate::python::body;
use crate::python::entries::{Entries, visit_item};
use crate::python::integer;
use crate::python::reader::{Recording, Rows};
use crate::python::types::{self, exactly};
use crate::sinks::{Key, Sink};

/// Far deeper than any response, far from the end of the smallest thread's stack.
const DEPTH_LIMIT: usize = 200;
/// A dict with more entries is no row of many, but a table of its own.
const LARGEST_RECORD: usize = 64;
/// Ancestors are compared from here on: a cycle that is wide need not be written 200 times over.
const CYCLES_FROM: usize = 8;

/// Writes `value` with everything in it.
///
/// # Errors
/// `Refused` for what stock refuses or what cannot be undone: too deep, a cycle, an odd key, a value
/// without an encoder, an iterator (refused before it is consumed). `Raised` for what `default`
/// raises.
pub fn write<'py, S: Sink<'py>>(
    value: &Bound<'py, PyAny>,
    encoder: Option<&Encoder<'_, 'py>>,
    sink: &mut S,
) -> Outcome {
    Walk { encoder, sink }.value(value, &Level::Top)
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

/// The containers that are open around a value.
enum Level<'a, 'py> {
    Top,
    Inside { container: &'a Bound<'py, PyAny>, above: &'a Level<'a, 'py>, depth: usize },
}

impl<'a, 'py> Level<'a, 'py> {
    fn enter(&'a self, container: &'a Bound<'py, PyAny>) -> Outcome<Self> {
        let depth = self.depth() + 1;
        if depth > DEPTH_LIMIT || (depth > CYCLES_FROM && self.has(container)) {
            return Err(Stop::Refused);
        }
        Ok(Self::Inside { container, above: self, depth })
    }

    fn depth(&self) -> usize {
        match self {
            Self::Top => 0,
            Self::Inside { depth, .. } => *depth,
        }
    }

    fn has(&self, value: &Bound<'py, PyAny>) -> bool {
        let mut level = self;
        while let Self::Inside { container, above, .. } = level {
            if container.is(value) {
                return true;
            }
            level = above;
        }
        false
    }
}

/// What of a dict's entry is still to be written.
enum Rest<'py> {
    Nothing,
    Value(Bound<'py, PyAny>),
    Entry(Bound<'py, PyAny>, Bound<'py, PyAny>),
}

struct Walk<'a, 'py, S> {
    encoder: Option<&'a Encoder<'a, 'py>>,
    sink: &'a mut S,
}

impl<'py, S: Sink<'py>> Walk<'_, 'py, S> {
    fn value(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
        if self.leaf(value)? { Ok(()) } else { self.branch(value, level) }
    }

    /// Writes a value of the commonest scalar classes and says whether it was one. This runs no
    /// Python code, so that the value may be borrowed from a container.
    #[inline(always)]
    fn leaf(&mut self, value: &Bound<'py, PyAny>) -> Outcome<bool> {
        if let Some(text) = exactly::<PyString>(value) {
            self.sink.string(text)?;
        } else if let Some(number) = exactly::<PyInt>(value) {
            let Some(small) = integer::small(number) else { return Ok(false) };
            self.sink.integer(small)?;
        } else if value.is_none() {
            self.sink.null()?;
        } else if let Some(answer) = exactly::<PyBool>(value) {
            self.sink.boolean(answer.is_true())?;
        } else if let Some(number) = exactly::<PyFloat>(value) {
            self.sink.float(number.value())?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn branch(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
        if let Some(map) = exactly::<PyDict>(value) {
            self.map(map, level)
        } else if let Some(list) = exactly::<PyList>(value) {
            self.list(list, level)
        } else if let Some(tuple) = exactly::<PyTuple>(value) {
            self.tuple(tuple, level)
        } else {
            self.uncommon(value, level)
        }
    }

    fn list(&mut self, list: &Bound<'py, PyList>, level: &Level<'_, 'py>) -> Outcome {
        let inside = level.enter(list)?;
        self.sink.begin_list(list.len())?;
        let mut index = 0;
        // What `default` runs may change the list: its length is asked again for every item.
        loop {
            let look =
                |item: Borrowed<'_, 'py, PyAny>| Ok((!self.leaf(&item)?).then(|| item.to_owned()));
            // SAFETY: `leaf` runs no Python code.
            let Some(looked) = (unsafe { visit_item(list, index, look) }) else { break };
            let rest: Outcome<_> = looked;
            if let Some(item) = rest? {
                self.branch(&item, &inside)?;
            }
            index += 1;
        }
        self.sink.end_list()
    }

    fn tuple(&mut self, tuple: &Bound<'py, PyTuple>, level: &Level<'_, 'py>) -> Outcome {
        let inside = level.enter(tuple)?;
        self.sink.begin_list(tuple.len())?;
        for item in tuple.iter_borrowed() {
            self.value(&item, &inside)?;
        }
        self.sink.end_list()
    }

    fn map(&mut self, map: &Bound<'py, PyDict>, level: &Level<'_, 'py>) -> Outcome {
        let inside = level.enter(map)?;
        let mut entries = Entries::of(map);
        self.sink.begin_map()?;
        let is_record = map.len() <= LARGEST_RECORD;
        loop {
            let look = |key: Borrowed<'_, 'py, PyAny>, value: Borrowed<'_, 'py, PyAny>| {
                self.leaf_entry(key, value, is_record)
            };
            // SAFETY: `leaf_entry` runs no Python code.
            let Some(rest) = unsafe { entries.visit(look) }? else { break };
            match rest? {
                Rest::Nothing => {}
                Rest::Value(value) => self.branch(&value, &inside)?,
                Rest::Entry(key, value) => self.entry(&key, &value, &inside)?,
            }
        }
        self.sink.end_map()
    }

    /// Writes as much of an entry as can be written without running Python code.
    #[inline(always)]
    fn leaf_entry(
        &mut self,
        key: Borrowed<'_, 'py, PyAny>,
        value: Borrowed<'_, 'py, PyAny>,
        is_record: bool,
    ) -> Outcome<Rest<'py>> {
        let Some(name) = exactly::<PyString>(&key) else {
            return Ok(Rest::Entry(key.to_owned(), value.to_owned()));
        };
        if is_record {
            self.sink.name(name)?;
        } else {
            self.sink.rare_name(name)?;
        }
        Ok(if self.leaf(&value)? { Rest::Nothing } else { Rest::Value(value.to_owned()) })
    }

    fn entry(
        &mut self,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        level: &Level<'_, 'py>,
    ) -> Outcome {
        match key.cast::<PyString>() {
            Ok(name) => self.sink.name(name)?,
            Err(_) => self.sink.name(&coerced(key)?)?,
        }
        self.value(value, level)
    }

    fn integer(&mut self, number: &Bound<'py, PyInt>) -> Outcome {
        match integer::small(number) {
            Some(small) => self.sink.integer(small),
            None => self.sink.big_integer(number),
        }
    }

    #[inline(never)]
    fn uncommon(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
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

    fn subclass(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
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

    fn replaced(&mut self, value: &Bound<'py, PyAny>, level: &Level<'_, 'py>) -> Outcome {
        let encoder = self.encoder.ok_or(Stop::Refused)?;
        // Whoever renders this value again after a refusal must find it whole.
        if types::is_iterator(value) {
            return Err(Stop::Refused);
        }
        let inside = level.enter(value)?;
        self.value(&encoder.replacement(value)?, &inside)
    }
}

/// The name that stock makes of a key that is no `str`; non-finite floats and odd types are left
/// to it.
fn coerced<'py>(key: &Bound<'py, PyAny>) -> Outcome<Bound<'py, PyString>> {
    let py = key.py();
    if let Ok(number) = key.cast::<PyFloat>() {
        let repr = PyFloat::new(py, number.value()).repr()?;
        return if number.value().is_finite() { Ok(repr) } else { Err(Stop::Refused) };
    }
    if let Ok(answer) = key.cast::<PyBool>() {
        let name = if answer.is_true() { intern!(py, "true") } else { intern!(py, "false") };
        return Ok(name.clone());
    }
    if key.is_none() {
        return Ok(intern!(py, "null").clone());
    }
    Ok(integer::digits(key.cast::<PyInt>().map_err(|_| Stop::Refused)?)?)
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
