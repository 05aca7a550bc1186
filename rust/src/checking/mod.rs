//! Fields of model instances that are certainly valid as they are: the door.
//!
//! Only "certainly valid" is ever said here. About everything else Django's own field decides, and
//! with it about the error.
mod column;
mod limit;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

use column::Column;

use crate::python::types::exactly;

/// Looks through instances of exactly one model.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Checker {
    model: Py<PyType>,
    columns: Vec<Column>,
    /// Names of methods that an instance must not have of its own.
    methods: Vec<Py<PyString>>,
}

#[pymethods]
impl Checker {
    #[new]
    fn new(
        model: Py<PyType>,
        columns: &Bound<'_, PyList>,
        methods: Vec<Py<PyString>>,
    ) -> PyResult<Self> {
        let columns = columns.iter().map(|column| Column::build(column.cast()?));
        Ok(Self { model, columns: columns.collect::<PyResult<_>>()?, methods })
    }

    /// The numbers of the columns of each instance that Django has to clean, for those instances that
    /// have any, and `None` for an instance that Django has to clean as a whole.
    fn uncertain(
        &self,
        py: Python<'_>,
        instances: &Bound<'_, PyList>,
    ) -> PyResult<Vec<(usize, Option<Vec<usize>>)>> {
        let mut found = Vec::new();
        for (index, instance) in instances.iter().enumerate() {
            match self.uncertain_columns(py, &instance)? {
                Some(columns) if columns.is_empty() => {}
                columns => found.push((index, columns)),
            }
        }
        Ok(found)
    }
}

impl Checker {
    fn uncertain_columns(
        &self,
        py: Python<'_>,
        instance: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Vec<usize>>> {
        if !instance.get_type().is(&self.model) {
            return Ok(None);
        }
        let dict = instance.getattr(intern!(py, "__dict__"))?;
        let Some(dict) = exactly::<PyDict>(&dict) else { return Ok(None) };
        if self.has_own_methods(dict)? {
            return Ok(None);
        }
        let mut uncertain = Vec::new();
        for (number, column) in self.columns.iter().enumerate() {
            if !column.is_certain(dict)? {
                uncertain.push(number);
            }
        }
        Ok(Some(uncertain))
    }

    fn has_own_methods(&self, dict: &Bound<'_, PyDict>) -> PyResult<bool> {
        for name in &self.methods {
            if dict.contains(name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
