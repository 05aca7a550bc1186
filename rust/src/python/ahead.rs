//! Rows written as JSON while those after them are still on their way from the database.
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyTzInfo;

use super::reader::Reader;
use crate::context::Context;
use crate::drivers::libpq::Arrivals;
use crate::error::{Outcome, Stop};
use crate::sinks::{JsonSink, Style, spare};
use crate::sources::grid::Grid;
use crate::sources::raw::Row;
use crate::sources::row::{Shape, Table};

/// What is written at the most; rows after it wait for the renderer.
const MOST: usize = 1 << 20;

/// Writes rows as they arrive, in the style in which such rows were rendered the last time.
///
/// No Python code of a field or of Django runs meanwhile: the connection is busy. A value that needs
/// any ends the writing, and everything is written when the renderer asks.
#[pyclass(module = "django_rustaccel._rust")]
pub struct Ahead {
    reader: Py<Reader>,
    table: Table,
    zone: Option<Py<PyTzInfo>>,
    written: Option<Written>,
}

/// The beginning of a list: a bracket, and rows with what separates each from the next.
pub struct Written {
    pub style: Style,
    pub text: Vec<u8>,
    pub rows: usize,
}

impl Drop for Written {
    fn drop(&mut self) {
        spare::give_back(std::mem::take(&mut self.text));
    }
}

#[pymethods]
impl Ahead {
    /// Writes the rows that have arrived since the last call.
    ///
    /// # Errors
    /// An interruption by the user, which is no exception that rendering would raise again.
    fn write(&mut self, py: Python<'_>, arrivals: &Arrivals) -> PyResult<()> {
        let (Some(grid), Some(written)) = (arrivals.grid(), self.written.take()) else {
            return Ok(());
        };
        match self.more(py, grid, written) {
            Ok(written) => self.written = Some(written),
            Err(Stop::Raised(error)) if !error.is_instance_of::<PyException>(py) => {
                return Err(*error);
            }
            Err(_) => {}
        }
        Ok(())
    }
}

impl Ahead {
    /// For rows of a shape; `None` if some of their parts come from other rows or lead to URLs.
    pub fn new(
        py: Python<'_>,
        reader: Py<Reader>,
        shape: Py<Shape>,
        style: Style,
    ) -> PyResult<Option<Self>> {
        if !shape.get().is_flat() {
            return Ok(None);
        }
        let zone = reader.get().framework.zone(py)?.map(Bound::unbind);
        let mut text = spare::take();
        text.push(b'[');
        let written = Some(Written { style, text, rows: 0 });
        Ok(Some(Self { reader, table: Table::without_rows(shape), zone, written }))
    }

    fn more(&self, py: Python<'_>, grid: &Grid, mut written: Written) -> Outcome<Written> {
        if written.text.len() > MOST {
            return Ok(written);
        }
        let reader = self.reader.get();
        // No stock field is asked, so that no serializer need be kept: it may lead back to here.
        let nobody = py.None().into_bound(py);
        let mut cx = Context::new(&nobody, &reader.framework, &reader.paths);
        cx.is_native_only = true;
        cx.set_zone(self.zone.as_ref().map(|zone| zone.bind(py).clone()))?;
        let mut sink = JsonSink::onto(std::mem::take(&mut written.text), written.style);
        for row in written.rows..grid.len() {
            self.table.write_row(Row::Native(grid, row), &reader.plan, &cx, &mut sink)?;
        }
        written.text = sink.into_items();
        written.rows = grid.len();
        Ok(written)
    }

    /// What has been written, once.
    pub fn take(&mut self) -> Option<Written> {
        self.written.take()
    }
}
