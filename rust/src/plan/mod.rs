//! What to read, how to spell it and where the stock method is: compiled once per serializer.
mod build;

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::kinds::Kind;
use crate::sinks::Key;

pub use build::{Builder, build_path};

/// One serializer: its readable fields in order.
pub struct Plan {
    pub entries: Vec<Entry>,
    /// A dict with every key: objects made as copies of it need not grow.
    pub template: Py<PyDict>,
    /// The model whose instances keep their columns and caches where the plan expects them. Exactly
    /// this class: a subclass may have other descriptors.
    pub model: Option<Py<PyAny>>,
}

/// One field of a serializer: its key in the output, where its value is, and what the value is.
pub struct Entry {
    pub key: Arc<Key>,
    pub source: Source,
    pub node: Node,
}

/// A kind, and the number under which its stock field can be found.
pub struct Node {
    pub id: usize,
    pub kind: Kind,
}

/// How to get from a serializer to the stock field of a node, one step at a time.
pub enum Step {
    /// `.fields[name]`
    Field(Py<PyString>),
    /// An attribute: `.child`, `.child_relation`, `.pk_field`.
    Attribute(Py<PyString>),
}

/// Where an instance keeps the value of a field.
pub enum Source {
    /// `source="*"`: the instance itself.
    Whole,
    /// Attributes (or mapping keys) to follow, and a shorter way for instances of one model.
    Path(Vec<Py<PyString>>, Option<Shortcut>),
    /// Only `Field.get_attribute` knows.
    Stock(Option<Shortcut>),
}

/// Where an instance of the plan's model has a value that its descriptors would reach slowly.
pub enum Shortcut {
    /// `_state.fields_cache[name]`
    Forward(Py<PyString>),
    /// `_prefetched_objects_cache[name]`
    Prefetched(Py<PyString>),
    /// The column of a foreign key: the related key without the related object.
    Column(Py<PyString>),
    /// `__dict__[name]`, which a plain column descriptor would return.
    Attribute(Py<PyString>),
}
