//! The other direction: what a client sent becomes what a serializer calls validated data.
//!
//! Native code only ever accepts. A value it is not sure of goes to `run_validation` of its stock
//! field, which makes every error with its text and code.
mod build;
mod call;
mod json_row;
mod row;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::kinds::rule::Rule;

pub use build::Builder;
pub use call::{Call, Names};
pub use json_row::{JsonRow, Origin};
pub use row::{Dict, Row, Rows, Sent};

/// One serializer: its writable fields in order.
pub struct Plan {
    /// The number under which the serializer itself can be found.
    pub id: usize,
    pub entries: Vec<Entry>,
    /// A dict with the keys of the validated data, to copy: it has room for every key already.
    pub template: Option<Py<PyDict>>,
    pub after: After,
}

/// Which Python code runs when all fields have their values.
#[derive(Clone, Copy)]
pub struct After {
    /// `run_validators`: there are some, or a read-only field has a default.
    pub run_validators: bool,
    /// `validate` is overridden.
    pub validate: bool,
}

/// One field of a serializer.
pub struct Entry {
    /// Its key in the data and in the errors.
    pub name: Py<PyString>,
    /// `source_attrs`: where its value goes.
    pub target: Vec<Py<PyString>>,
    /// `validate_<name>`, if the serializer has it.
    pub method: Option<Py<PyString>>,
    pub get: Get,
    pub missing: Missing,
    pub node: Node,
}

/// `Field.get_value`
#[derive(Clone, Copy, PartialEq)]
pub enum Get {
    Key,
    /// `HiddenField`: whatever was sent, nothing was.
    Nothing,
    /// The method is overridden.
    Stock,
}

/// What becomes of a field that was not sent, if the call is not partial.
pub enum Missing {
    Skip,
    /// A default that nobody can change.
    Value(Py<PyAny>),
    /// A default that is a plain function.
    Made(Py<PyAny>),
    Stock,
}

/// A rule, and the number under which its stock field can be found.
pub struct Node {
    pub id: usize,
    pub rule: Rule,
    pub allow_null: bool,
    pub checks: Vec<crate::kinds::check::Check>,
    pub validators: Validators,
}

/// Which validators run as Python code.
#[derive(Clone, Copy, PartialEq)]
pub enum Validators {
    /// None: the checks are all of them.
    Native,
    /// Besides the checks only those that ask the database whether a value is taken, which a table
    /// of this call may answer.
    Unique,
    Stock,
}
