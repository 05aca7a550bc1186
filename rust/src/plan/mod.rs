//! What to read, how to spell it and where the stock method is: compiled once per serializer.
mod build;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::kinds::Kind;
use crate::sinks::Key;

pub use build::Builder;

/// One serializer: its readable fields in order.
pub struct Plan {
    pub entries: Vec<Entry>,
}

/// One field of a serializer: its key in the output, where its value is, and what the value is.
pub struct Entry {
    pub key: Key,
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

/// Where a model instance has a value that its descriptors would reach slowly.
pub struct Shortcut {
    /// Exactly this class: a subclass may have other descriptors.
    pub model: Py<PyAny>,
    pub place: Place,
}

pub enum Place {
    /// `_state.fields_cache[name]`
    Forward(Py<PyString>),
    /// `_prefetched_objects_cache[name]`
    Prefetched(Py<PyString>),
    /// The column of a foreign key: the related key without the related object.
    Column(Py<PyString>),
}
