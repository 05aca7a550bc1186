//! One field of a model: the type of its values, and their limits.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDate, PyDateTime, PyDelta, PyDict, PyFloat, PyFrozenSet, PyInt, PyList,
    PyString, PyTime, PyTuple, PyType,
};

use super::limit::Limit;
use crate::python::types;

/// The type whose values `to_python` of a field returns as they are.
#[derive(Clone, Copy)]
enum Kind {
    Boolean,
    Bytes,
    Date,
    DateTime,
    Decimal,
    Duration,
    Float,
    Integer,
    Text,
    Time,
    Uuid,
    /// Only the field knows.
    Stock,
}

type Description<'py> = (
    Py<PyString>,
    String,
    Option<Py<PyType>>,
    bool,
    bool,
    Option<Py<PyFrozenSet>>,
    Bound<'py, PyList>,
);

pub struct Column {
    name: Py<PyString>,
    kind: Kind,
    /// A class whose members are as good as values of the kind.
    member: Option<Py<PyType>>,
    /// Whether `None`, and whether the empty text, is certainly valid.
    none: bool,
    empty: bool,
    /// What is certainly one of the choices.
    choices: Option<Py<PyFrozenSet>>,
    limits: Vec<Limit>,
}

impl Column {
    /// From `(name, kind, member, none, empty, choices, limits)`.
    pub fn build(description: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (name, kind, member, none, empty, choices, limits): Description<'_> =
            description.extract()?;
        let limits = limits.iter().map(|limit| Limit::build(&limit)).collect::<PyResult<_>>()?;
        Ok(Self { name, kind: Kind::named(&kind)?, member, none, empty, choices, limits })
    }

    /// Whether `clean_fields` would leave this attribute as it is and find nothing wrong with it.
    pub fn is_certain(&self, instance: &Bound<'_, PyDict>) -> PyResult<bool> {
        let Some(value) = instance.get_item(&self.name)? else { return Ok(false) };
        if value.is_none() {
            return Ok(self.none);
        }
        if !self.kind.holds(&value)? && !self.is_member(&value) {
            return Ok(false);
        }
        if self.is_empty(&value) {
            return Ok(self.empty);
        }
        Ok(self.is_choice(&value)? && self.is_within_limits(&value)?)
    }

    fn is_member(&self, value: &Bound<'_, PyAny>) -> bool {
        self.member.as_ref().is_some_and(|member| value.get_type().is(member))
    }

    /// Whether the value is an empty text; empty bytes are not among Django's `EMPTY_VALUES`.
    fn is_empty(&self, value: &Bound<'_, PyAny>) -> bool {
        matches!(self.kind, Kind::Text) && value.len().is_ok_and(|length| length == 0)
    }

    fn is_choice(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.choices.as_ref().map_or(Ok(true), |choices| choices.bind(value.py()).contains(value))
    }

    fn is_within_limits(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        for limit in &self.limits {
            if !limit.holds(value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Kind {
    fn named(name: &str) -> PyResult<Self> {
        Ok(match name {
            "boolean" => Self::Boolean,
            "bytes" => Self::Bytes,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "decimal" => Self::Decimal,
            "duration" => Self::Duration,
            "float" => Self::Float,
            "integer" => Self::Integer,
            "text" => Self::Text,
            "time" => Self::Time,
            "uuid" => Self::Uuid,
            "stock" => Self::Stock,
            _ => return Err(PyValueError::new_err(format!("unknown kind {name:?}"))),
        })
    }

    /// Whether the value is exactly of the type: what a subclass does is its own affair.
    fn holds(self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = value.py();
        Ok(match self {
            Self::Boolean => value.is_exact_instance_of::<PyBool>(),
            Self::Bytes => value.is_exact_instance_of::<PyBytes>(),
            Self::Date => value.is_exact_instance_of::<PyDate>(),
            Self::DateTime => value.is_exact_instance_of::<PyDateTime>(),
            Self::Decimal => {
                types::is_exactly(value, types::decimal(py)?)
                    && value.call_method0(pyo3::intern!(py, "is_finite"))?.is_truthy()?
            }
            Self::Duration => value.is_exact_instance_of::<PyDelta>(),
            Self::Float => value.is_exact_instance_of::<PyFloat>(),
            Self::Integer => value.is_exact_instance_of::<PyInt>(),
            Self::Text => value.is_exact_instance_of::<PyString>(),
            Self::Time => value.is_exact_instance_of::<PyTime>(),
            Self::Uuid => types::is_exactly(value, types::uuid(py)?),
            Self::Stock => false,
        })
    }
}
