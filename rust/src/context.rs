//! What one call knows: the serializer it serves, the current zone, and stock fields met so far.
use std::cell::{Cell, OnceCell, RefCell};
use std::ptr;

use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType, PyTzInfo};

use crate::kinds::file::Files;
use crate::kinds::link::Links;
use crate::plan::Step;
use crate::python::types;
use crate::python::zone::Zone;

/// Names of the frameworks that native code has to know, handed in from Python.
pub struct Framework {
    /// `ObjectDoesNotExist`: a relation that leads nowhere.
    pub missing: Py<PyAny>,
    /// `SkipField`: a field that is left out.
    pub skip: Py<PyAny>,
    /// `PKOnlyObject`: a related key without its object.
    pub key_only: Py<PyAny>,
    /// `BaseManager`: what a relation to many objects gives.
    pub manager: Py<PyAny>,
    /// Returns the zone that `DateTimeField` converts to, or `None`.
    pub current_zone: Py<PyAny>,
    /// `Hyperlink`: a URL and the object it leads to.
    pub hyperlink: Py<PyAny>,
    /// Says what surrounds the value in the URLs of a field.
    pub url_template: Py<PyAny>,
    /// `FieldFile` and `ImageFieldFile`.
    pub file_classes: Py<PyTuple>,
    /// Makes a stand-in for the stock fields of files.
    pub file_field: Py<PyAny>,
    /// Says what stands before plain names in the URLs of a storage.
    pub url_prefix: Py<PyAny>,
}

impl Framework {
    pub fn build(names: &Bound<'_, PyDict>) -> PyResult<Self> {
        let name = |name: &str| names.as_any().get_item(name).map(Bound::unbind);
        Ok(Self {
            missing: name("missing")?,
            skip: name("skip")?,
            key_only: name("key_only")?,
            manager: name("manager")?,
            current_zone: name("current_zone")?,
            hyperlink: name("hyperlink")?,
            url_template: name("url_template")?,
            file_classes: names.as_any().get_item("file_classes")?.extract()?,
            file_field: name("file_field")?,
            url_prefix: name("url_prefix")?,
        })
    }

    pub fn zone<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTzInfo>>> {
        Ok(self.current_zone.bind(py).call0()?.extract()?)
    }
}

/// The number of a node, and which method of its stock field decided about a value.
pub type Fall = (usize, &'static str);

pub struct Context<'a, 'py> {
    pub py: Python<'py>,
    pub links: Links,
    pub files: Files,
    /// Whether a value that needs Python code is refused.
    pub is_native_only: bool,
    serializer: &'a Bound<'py, PyAny>,
    framework: &'a Framework,
    paths: &'a [Vec<Step>],
    fields: RefCell<Vec<Option<Bound<'py, PyAny>>>>,
    zone: OnceCell<Option<Zone<'py>>>,
    last_type: Cell<(*const PyType, bool)>,
    fallen: RefCell<Vec<Fall>>,
    stand_ins: RefCell<Vec<(usize, Bound<'py, PyAny>)>>,
    file_field: OnceCell<Bound<'py, PyAny>>,
}

impl<'a, 'py> Context<'a, 'py> {
    pub fn new(
        serializer: &'a Bound<'py, PyAny>,
        framework: &'a Framework,
        paths: &'a [Vec<Step>],
    ) -> Self {
        Self {
            py: serializer.py(),
            links: Links::default(),
            files: Files::default(),
            is_native_only: false,
            serializer,
            framework,
            paths,
            fields: RefCell::new(Vec::new()),
            zone: OnceCell::new(),
            last_type: Cell::new((ptr::null(), false)),
            fallen: RefCell::new(Vec::new()),
            stand_ins: RefCell::new(Vec::new()),
            file_field: OnceCell::new(),
        }
    }

    /// The stock field of a node, bound to this call's serializer.
    pub fn field(&self, id: usize) -> PyResult<Bound<'py, PyAny>> {
        if let Some(Some(field)) = self.fields.borrow().get(id) {
            return Ok(field.clone());
        }
        let mut field = self.serializer.clone();
        for step in &self.paths[id] {
            field = match step {
                Step::Field(name) => field.getattr(intern!(self.py, "fields"))?.get_item(name)?,
                Step::Attribute(name) => field.getattr(name)?,
            };
        }
        let mut fields = self.fields.borrow_mut();
        if fields.is_empty() {
            fields.resize(self.paths.len(), None);
        }
        fields[id] = Some(field.clone());
        Ok(field)
    }

    /// Remembers that a stock method decided about a value of this node.
    pub fn note_fall(&self, id: usize, method: &'static str) {
        let mut fallen = self.fallen.borrow_mut();
        if !fallen.contains(&(id, method)) {
            fallen.push((id, method));
        }
    }

    pub fn fallen(&self) -> Vec<Fall> {
        self.fallen.take()
    }

    /// The zone of `DateTimeField` without one of its own; `None` when dates stay naive.
    pub fn zone(&self) -> PyResult<Option<&Zone<'py>>> {
        if self.zone.get().is_none() {
            self.set_zone(self.framework.zone(self.py)?)?;
        }
        Ok(self.zone.get().and_then(Option::as_ref))
    }

    /// Says what the zone is, so that nobody need be asked.
    pub fn set_zone(&self, zone: Option<Bound<'py, PyTzInfo>>) -> PyResult<()> {
        let _ = self.zone.set(zone.map(Zone::new).transpose()?);
        Ok(())
    }

    /// A `Hyperlink` to an object.
    pub fn hyperlink(&self, url: &str, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.framework.hyperlink.bind(self.py).call1((url, object))
    }

    /// `PKOnlyObject(key)`
    pub fn key_only(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.framework.key_only.bind(self.py).call1((key,))
    }

    pub fn url_template(
        &self,
        field: &Bound<'py, PyAny>,
        text: &str,
        url: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.framework
            .url_template
            .bind(self.py)
            .call1((field, text, url))?
            .extract()
            .map_err(PyErr::from)
    }

    /// Whether a value is a file as Django's own classes make it.
    pub fn is_stock_file(&self, value: &Bound<'py, PyAny>) -> bool {
        let class = value.get_type();
        self.framework.file_classes.bind(self.py).iter_borrowed().any(|known| known.is(&class))
    }

    /// What stands in for the stock fields of files, without any of their serializer.
    pub fn file_field(&self) -> PyResult<&Bound<'py, PyAny>> {
        if let Some(known) = self.file_field.get() {
            return Ok(known);
        }
        let made = self.framework.file_field.bind(self.py).call1((self.serializer,))?;
        Ok(self.file_field.get_or_init(|| made))
    }

    /// What stands before plain names in the URLs of a storage; `None` where each has to be made.
    pub fn url_prefix(&self, storage: &Bound<'py, PyAny>) -> PyResult<Option<String>> {
        let asked = (self.file_field()?, storage);
        self.framework.url_prefix.bind(self.py).call1(asked)?.extract()
    }

    /// What makes stand-ins for the objects of one place in this call, begun by `make`.
    pub fn stand_ins(
        &self,
        place: usize,
        make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some((_, known)) = self.stand_ins.borrow().iter().find(|known| known.0 == place) {
            return Ok(known.clone());
        }
        let new = make()?;
        self.stand_ins.borrow_mut().push((place, new.clone()));
        Ok(new)
    }

    pub fn is_mapping(&self, value: &Bound<'py, PyAny>) -> PyResult<bool> {
        let class = value.get_type_ptr().cast_const().cast::<PyType>();
        let (last, answer) = self.last_type.get();
        if ptr::eq(last, class) {
            return Ok(answer);
        }
        let answer = value.is_instance(types::mapping(self.py)?)?;
        self.last_type.set((class, answer));
        Ok(answer)
    }

    pub fn is_missing_object(&self, error: &PyErr) -> bool {
        error.matches(self.py, &self.framework.missing).unwrap_or(false)
    }

    pub fn is_missing_attribute(&self, error: &PyErr) -> bool {
        error.is_instance_of::<PyAttributeError>(self.py)
            || error.is_instance_of::<PyKeyError>(self.py)
    }

    pub fn is_key_only(&self, value: &Bound<'_, PyAny>) -> bool {
        value.get_type().is(&self.framework.key_only)
    }

    pub fn is_manager(&self, value: &Bound<'py, PyAny>) -> bool {
        value.is_instance(self.framework.manager.bind(self.py)).unwrap_or(false)
    }

    pub fn is_skip(&self, error: &PyErr) -> bool {
        error.matches(self.py, &self.framework.skip).unwrap_or(false)
    }
}
