//! Rows as drivers give them: Python objects, or what a driver's library says of its cells.
#![allow(clippy::inline_always, reason = "a cell handed over in memory costs more than all else")]
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString, PyTuple};

use super::grid::Grid;
use crate::python::integer;
use crate::python::types::exactly;

/// The rows of one result.
pub enum Rows {
    Made(Vec<Py<PyTuple>>),
    Native(Py<Grid>),
}

/// One row of a result.
#[derive(Clone, Copy)]
pub enum Row<'a, 'py> {
    /// The objects that the driver made.
    Made(&'a [Bound<'py, PyAny>]),
    /// A row of a grid, by its number.
    Native(&'a Grid, usize),
}

/// One cell, before Django makes anything of it.
#[derive(Clone, Copy)]
pub enum Raw<'a, 'py> {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// Any object but `None`.
    Object(&'a Bound<'py, PyAny>),
}

impl Rows {
    /// From a list of tuples, or a grid.
    pub fn build(rows: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(grid) = rows.cast::<Grid>() {
            return Ok(Self::Native(grid.clone().unbind()));
        }
        let rows = rows.try_iter()?.map(|row| Ok(row?.cast_into::<PyTuple>()?.unbind()));
        Ok(Self::Made(rows.collect::<PyResult<_>>()?))
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Made(rows) => rows.len(),
            Self::Native(grid) => grid.get().len(),
        }
    }

    #[inline]
    pub fn get<'a, 'py>(&'a self, row: usize, py: Python<'py>) -> PyResult<Row<'a, 'py>> {
        match self {
            Self::Made(rows) => {
                let row = rows.get(row).ok_or_else(|| PyIndexError::new_err("no such row"))?;
                Ok(Row::Made(row.bind(py).as_slice()))
            }
            Self::Native(grid) => Ok(Row::Native(grid.get(), row)),
        }
    }
}

impl<'a, 'py> Row<'a, 'py> {
    /// A cell that a shape knows of; a row too short for its shape is a bug elsewhere.
    #[inline(always)]
    pub fn cell(self, index: usize) -> PyResult<Raw<'a, 'py>> {
        let cell = match self {
            Self::Made(row) => row.get(index).map(Raw::of),
            Self::Native(grid, row) => grid.cell(row, index),
        };
        cell.ok_or_else(|| PyIndexError::new_err("a row is shorter than its query"))
    }

    pub fn is_null(self, index: usize) -> PyResult<bool> {
        Ok(matches!(self.cell(index)?, Raw::Null))
    }
}

impl<'a, 'py> Raw<'a, 'py> {
    pub fn of(object: &'a Bound<'py, PyAny>) -> Self {
        if object.is_none() { Self::Null } else { Self::Object(object) }
    }

    /// A text, whoever has it.
    #[inline]
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Object(object) => exactly::<PyString>(object)?.to_str().ok(),
            _ => None,
        }
    }

    /// An integer of 64 bits.
    #[inline]
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            Self::Object(object) => integer::small(exactly::<PyInt>(object)?),
            _ => None,
        }
    }

    #[inline]
    pub fn float(self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(number),
            Self::Object(object) => Some(exactly::<PyFloat>(object)?.value()),
            _ => None,
        }
    }

    /// The object that the driver makes of the cell.
    pub fn to_object(self, py: Python<'py>) -> Bound<'py, PyAny> {
        match self {
            Self::Null => py.None().into_bound(py),
            Self::Boolean(answer) => PyBool::new(py, answer).to_owned().into_any(),
            Self::Integer(number) => PyInt::new(py, number).into_any(),
            Self::Float(number) => PyFloat::new(py, number).into_any(),
            Self::Text(text) => PyString::new(py, text).into_any(),
            Self::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
            Self::Object(object) => object.clone(),
        }
    }
}
