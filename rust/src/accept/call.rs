//! What one call of `is_valid` knows.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::{After, Rows};
use crate::context::Context;
use crate::error::{Outcome, Stop};

/// Names of the frameworks that only this direction needs, handed in from Python.
pub struct Names {
    /// DRF's `ValidationError`.
    pub invalid: Py<PyAny>,
    /// Django's.
    pub django_invalid: Py<PyAny>,
    /// `get_error_detail`: from Django's to DRF's.
    pub error_detail: Py<PyAny>,
    /// `empty`: nothing was sent.
    pub empty: Py<PyAny>,
    /// Runs the validators and `validate` of a serializer.
    pub conclude: Py<PyAny>,
    /// Raises what a list makes of the errors of its rows.
    pub refuse_rows: Py<PyAny>,
    /// `uuid.SafeUUID.unknown`, which every UUID made of text has.
    pub safety: Py<PyAny>,
}

impl Names {
    pub fn build(framework: &Bound<'_, PyDict>) -> PyResult<Self> {
        let name = |name: &str| framework.as_any().get_item(name).map(Bound::unbind);
        Ok(Self {
            invalid: name("invalid")?,
            django_invalid: name("django_invalid")?,
            error_detail: name("error_detail")?,
            empty: name("empty")?,
            conclude: name("conclude")?,
            refuse_rows: name("refuse_rows")?,
            safety: name("safety")?,
        })
    }
}

pub struct Call<'a, 'py> {
    pub cx: Context<'a, 'py>,
    pub names: &'a Names,
    /// `root.partial`
    pub partial: bool,
    /// Answers of the database by the number of a node: what finds the object for a raw value, or
    /// `None`, for a relation; a container of the values taken for a unique field.
    pub tables: Option<&'a Bound<'py, PyDict>>,
}

/// What an exception means for one field.
pub enum Meaning<'py> {
    Skip,
    Invalid(Bound<'py, PyAny>),
}

impl<'py> Call<'_, 'py> {
    /// The table of a node, if this call has one.
    pub fn table(&self, id: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.tables.map_or(Ok(None), |tables| tables.get_item(id))
    }

    /// `field.run_validation(value)` of the stock field.
    pub fn run_stock(&self, id: usize, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.cx.field(id)?.call_method1(intern!(self.cx.py, "run_validation"), (value,))
    }

    /// What `Serializer.to_internal_value` makes of an exception, if it catches it.
    pub fn meaning(&self, error: &PyErr) -> PyResult<Option<Meaning<'py>>> {
        let py = self.cx.py;
        let value = error.value(py);
        if self.is_invalid(error)? {
            return value.getattr(intern!(py, "detail")).map(Meaning::Invalid).map(Some);
        }
        if value.is_instance(self.names.django_invalid.bind(py))? {
            let detail = self.names.error_detail.bind(py).call1((value,))?;
            return Ok(Some(Meaning::Invalid(detail)));
        }
        Ok(self.cx.is_skip(error).then_some(Meaning::Skip))
    }

    /// Whether this is DRF's `ValidationError`.
    pub fn is_invalid(&self, error: &PyErr) -> PyResult<bool> {
        error.value(self.cx.py).is_instance(self.names.invalid.bind(self.cx.py))
    }

    /// The validators and `validate` of a serializer.
    #[inline]
    pub fn conclude(
        &self,
        id: usize,
        values: Bound<'py, PyAny>,
        after: After,
    ) -> Outcome<Bound<'py, PyAny>> {
        if !after.run_validators && !after.validate {
            return Ok(values);
        }
        let conclude = self.names.conclude.bind(self.cx.py);
        Ok(conclude.call1((self.cx.field(id)?, values, after.run_validators))?)
    }

    /// The values of rows that are all valid.
    pub fn all_valid(&self, rows: Rows<'py>) -> Outcome<Bound<'py, PyList>> {
        if !rows.is_valid {
            self.names.refuse_rows.bind(self.cx.py).call1((&rows.values,))?;
        }
        Ok(rows.values)
    }

    /// `raise ValidationError(errors)`
    pub fn invalid(&self, errors: &Bound<'py, PyDict>) -> Stop {
        match self.names.invalid.bind(self.cx.py).call1((errors,)) {
            Ok(error) => PyErr::from_value(error).into(),
            Err(error) => error.into(),
        }
    }
}
