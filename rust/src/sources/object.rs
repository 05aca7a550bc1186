//! Any Python value, walked by the rules of CPython's JSON encoder: exact types first, in the order
//! in which responses are made of them, then subclasses of the same types, then the encoder's own
//! `default`. Where the outcome could differ from stock, the walk is refused as a whole.
#![allow(clippy::inline_always, reason = "the leaves of a document, met by the million")]
use std::cell::OnceCell;

use pyo3::Borrowed;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::spelled;
use crate::error::{Outcome, Stop};
use crate::python::body;
use crate::python::entries::{Entries, visit_item};
use crate::python::integer;
use crate::python::reader::{Recording, Rows};
use crate::python::types::{self, exactly};
use crate::sinks::{Sink, Style};

/// Far deeper than any response, far from the end of the smallest thread's stack.
const DEPTH_LIMIT: usize = 200;
/// Ancestors are compared from here on: a cycle that is wide need not be written 200 times over.
const CYCLES_FROM: usize = 8;

/// The class whose `default` says what becomes of values that JSON has no form for. An instance is
/// made when the first such value comes.
pub struct Encoder {
    class: Py<PyAny>,
    style: Style,
    /// `default` is DRF's own, so that what it spells may be spelled natively.
    is_stock: bool,
    default: OnceCell<Py<PyAny>>,
}

impl Encoder {
    /// `class` is a `json.JSONEncoder` that overrides `default` and nothing else.
    pub fn new(class: Py<PyAny>, style: Style, is_stock: bool) -> Self {
        Self { class, style, is_stock, default: OnceCell::new() }
    }

    /// `encoder.default(value)`
    fn replacement<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        if let Some(default) = self.default.get() {
            return default.bind(py).call1((value,));
        }
        let encoder = self.class.bind(py).call((), Some(&self.options(py)?))?;
        let default = encoder.getattr(intern!(py, "default"))?;
        // Full already if making the encoder came back here, and then as good.
        let _ = self.default.set(default.clone().unbind());
        default.call1((value,))
    }

    /// The arguments that `json.dumps` makes the encoder with.
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let options = PyDict::new(py);
        options.set_item("skipkeys", false)?;
        options.set_item("ensure_ascii", self.style.ensure_ascii)?;
        options.set_item("check_circular", true)?;
        options.set_item("allow_nan", self.style.allow_nan)?;
        options.set_item("sort_keys", false)?;
        options.set_item("indent", self.style.indent)?;
        options.set_item("separators", self.style.separators())?;
        options.set_item("default", py.None())?;
        Ok(options)
    }
}

/// Writes `value` with everything in it.
///
/// # Errors
/// `Refused` for what stock refuses or what cannot be undone: too deep, a cycle, an odd key, a value
/// without an encoder, an iterator (refused before it is consumed). `Raised` for what `default`
/// raises.
pub fn write<'py, S: Sink<'py>>(
    value: &Bound<'py, PyAny>,
    encoder: Option<&Encoder>,
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

struct Walk<'a, S> {
    encoder: Option<&'a Encoder>,
    sink: &'a mut S,
}

impl<'py, S: Sink<'py>> Walk<'_, S> {
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
        // SAFETY: `leaf_entry` runs no Python code.
        while let Some(rest) = unsafe { entries.visit(|key, value| self.leaf_entry(key, value)) }? {
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
    ) -> Outcome<Rest<'py>> {
        let Some(name) = exactly::<PyString>(&key) else {
            return Ok(Rest::Entry(key.to_owned(), value.to_owned()));
        };
        self.sink.name(name)?;
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
        let spells = self.encoder.is_some_and(|encoder| encoder.is_stock);
        if spells && spelled::write(value, self.sink)? {
            Ok(())
        } else if let Ok(text) = value.cast::<PyString>() {
            self.sink.string(text)
        } else if let Ok(number) = value.cast::<PyInt>() {
            self.integer(number)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.sink.float(number.value())
        } else if let Ok(list) = value.cast::<PyList>() {
            self.list_subclass(list, level)
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            inherited::<PyTuple>(value, &["__iter__", "__len__"])?;
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
        inherited::<PyList>(list, &["__iter__", "__len__"])?;
        self.list(list, level)
    }

    /// Stock takes the items of a dict subclass from its `items()`, unless it is empty as a dict.
    fn dict_subclass(&mut self, map: &Bound<'py, PyDict>, level: &Level<'_, 'py>) -> Outcome {
        body::look(map)?;
        inherited::<PyDict>(map, &["__len__"])?;
        if inherited::<PyDict>(map, &["items"]).is_ok() || map.is_empty() {
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
fn inherited<T: PyTypeInfo>(value: &Bound<'_, PyAny>, methods: &[&str]) -> Outcome {
    let (class, base) = (value.get_type(), T::type_object(value.py()));
    for method in methods {
        if !class.getattr(*method)?.is(&base.getattr(*method)?) {
            return Err(Stop::Refused);
        }
    }
    if class.hasattr(intern!(value.py(), "__bool__"))? { Err(Stop::Refused) } else { Ok(()) }
}
