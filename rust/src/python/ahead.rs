//! Rows written as JSON while those after them are still on their way from the database.
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyTzInfo;

use super::reader::Reader;
use crate::context::Context;
use crate::drivers::libpq::Arrivals;
use crate::error::{Outcome, Stop};
use crate::plan::Plan;
use crate::sinks::Style;
use crate::sources::grid::Grid;
use crate::sources::raw::Row;
use crate::sources::row::{Each, Pieces, Shape, Table};

/// Writes rows as they arrive, in the style in which such rows were rendered the last time.
///
/// No Python code of a field or of Django runs meanwhile: the connection is busy. A value that needs
/// any ends the writing, and everything is written when the renderer asks.
#[pyclass(module = "django_rustaccel._rust")]
pub struct Ahead {
    reader: Py<Reader>,
    shape: Py<Shape>,
    rows: Rows,
    zone: Option<Py<PyTzInfo>>,
    pieces: Option<Pieces>,
}

/// Whose rows they are.
enum Rows {
    List,
    /// Those of a relation to many of rows of this shape, by its number.
    Relation(Py<Shape>, usize),
}

impl Rows {
    fn each<'a>(&self, plan: &'a Plan) -> Outcome<Each<'a>> {
        match self {
            Self::List => Ok(Each::Object(plan)),
            Self::Relation(shape, number) => {
                Each::of(shape.get().relation(plan, *number).ok_or(Stop::Unsure)?)
            }
        }
    }
}

#[pymethods]
impl Ahead {
    /// Writes the rows that have arrived since the last call.
    ///
    /// # Errors
    /// An interruption by the user, which is no exception that rendering would raise again.
    fn write(&mut self, py: Python<'_>, arrivals: &Arrivals) -> PyResult<()> {
        let (Some(grid), Some(mut pieces)) = (arrivals.grid(), self.pieces.take()) else {
            return Ok(());
        };
        match self.more(py, grid, &mut pieces) {
            Ok(()) => self.pieces = Some(pieces),
            Err(Stop::Raised(error)) if !error.is_instance_of::<PyException>(py) => {
                return Err(*error);
            }
            Err(_) => {}
        }
        Ok(())
    }

    /// What writes the rows of a relation to many, which is known by its number; `None` if these are
    /// not written themselves, or its rows have a shape that cannot be.
    fn relation(&self, py: Python<'_>, number: usize, shape: Py<Shape>) -> Option<Self> {
        let style = self.pieces.as_ref()?.style;
        let rows = Rows::Relation(self.shape.clone_ref(py), number);
        let zone = self.zone.as_ref().map(|zone| zone.clone_ref(py));
        let pieces = Some(Pieces::new(style));
        let reader = self.reader.clone_ref(py);
        shape.get().is_flat().then_some(Self { reader, shape, rows, zone, pieces })
    }
}

impl Ahead {
    /// For the rows of a whole list; `None` if some of their parts lead to URLs.
    pub fn of_list(
        py: Python<'_>,
        reader: Py<Reader>,
        shape: Py<Shape>,
        style: Style,
    ) -> PyResult<Option<Self>> {
        if !shape.get().is_plain() {
            return Ok(None);
        }
        let zone = reader.get().framework.zone(py)?.map(Bound::unbind);
        let pieces = Some(Pieces::new(style));
        Ok(Some(Self { reader, shape, rows: Rows::List, zone, pieces }))
    }

    fn more(&self, py: Python<'_>, grid: &Grid, pieces: &mut Pieces) -> Outcome {
        let reader = self.reader.get();
        // No stock field is asked, so that no serializer need be kept: it may lead back to here.
        let nobody = py.None().into_bound(py);
        let mut cx = Context::new(&nobody, &reader.framework, &reader.paths);
        cx.is_native_only = true;
        cx.set_zone(self.zone.as_ref().map(|zone| zone.bind(py).clone()))?;
        let table = Table::without_rows(self.shape.clone_ref(py));
        let each = self.rows.each(&reader.plan)?;
        pieces.extend(grid.len(), |row, sink| {
            table.write_item(Row::Native(grid, row), each, &cx, sink)
        })
    }

    /// What has been written of a table of so many rows, once.
    pub fn take(&mut self, rows: usize) -> Option<Pieces> {
        self.pieces.take().filter(|pieces| pieces.len() <= rows)
    }
}
