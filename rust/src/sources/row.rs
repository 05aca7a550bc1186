//! Values of database rows: the cells a driver returned, before Django makes anything of them.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::cell::{Cell, Row, cell};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::kinds::Kind;
use crate::plan::{Entry, Plan};
use crate::sinks::Sink;

/// The result of one query, and the results of the queries for its relations to many.
pub struct Table {
    rows: Vec<Py<PyTuple>>,
    shape: Py<Shape>,
    children: Vec<Related>,
}

/// What the rows of a query stand for: depends on its columns only, so that it is made once for
/// all queries alike.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Shape(Item);

enum Item {
    Object(Layout),
    /// One value: the key or slug of a related object.
    Value(Cell),
}

#[pymethods]
impl Shape {
    /// From `("object", places)` or `("value", cell)`.
    #[new]
    fn new(what: &str, content: &Bound<'_, PyAny>) -> PyResult<Self> {
        match what {
            "object" => Ok(Self(Item::Object(Layout::build(content)?))),
            "value" => Ok(Self(Item::Value(Cell::build(content)?))),
            _ => Err(PyValueError::new_err(format!("unknown shape {what:?}"))),
        }
    }
}

/// Where the fields of a serializer are in a row, in the order of its plan.
struct Layout(Vec<Place>);

enum Place {
    Cell(Cell),
    /// A cell of a joined object: left out, with its key, when there is none.
    Optional {
        key: usize,
        cell: Cell,
    },
    /// A joined object: absent when the cell with its key is `NULL`.
    Joined {
        key: usize,
        layout: Layout,
    },
    /// The rows of a child table that carry this row's key.
    Many {
        key: usize,
        child: usize,
    },
}

/// A table and which of its rows belong to which key.
struct Related {
    table: Table,
    groups: Py<PyDict>,
    members: Vec<Vec<usize>>,
}

impl Table {
    /// From `(rows, shape, [(index of the key, table), …])`.
    pub fn build(table: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (rows, shape, children): (Bound<'_, PyAny>, Py<Shape>, Bound<'_, PyList>) =
            table.extract()?;
        let rows = rows.try_iter()?.map(|row| Ok(row?.cast_into::<PyTuple>()?.unbind()));
        Ok(Self {
            rows: rows.collect::<PyResult<_>>()?,
            shape,
            children: children
                .iter()
                .map(|child| Related::build(&child))
                .collect::<PyResult<_>>()?,
        })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The whole table as a list of objects.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        plan: &Plan,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        sink.begin_list(self.rows.len())?;
        for row in &self.rows {
            self.write_item(row.bind(cx.py), Some(plan), cx, sink)?;
        }
        sink.end_list()
    }

    fn write_item<'py, S: Sink<'py>>(
        &self,
        row: &Bound<'py, PyTuple>,
        plan: Option<&Plan>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let row = row.as_slice();
        match (&self.shape.get().0, plan) {
            (Item::Object(layout), Some(plan)) => self.write_object(row, plan, layout, cx, sink),
            (Item::Value(cell), _) => cell.write_plain(row, sink),
            (Item::Object(_), None) => Err(Stop::Unsure),
        }
    }

    fn write_object<'py, S: Sink<'py>>(
        &self,
        row: &Row<'py>,
        plan: &Plan,
        layout: &Layout,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        sink.begin_map_like(&plan.template)?;
        for (entry, place) in plan.entries.iter().zip(&layout.0) {
            if let Place::Optional { key, .. } = place
                && cell(row, *key)?.is_none()
            {
                continue;
            }
            sink.key(&entry.key)?;
            self.write_entry(row, entry, place, cx, sink)?;
        }
        sink.end_map()
    }

    fn write_entry<'py, S: Sink<'py>>(
        &self,
        row: &Row<'py>,
        entry: &Entry,
        place: &Place,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match (place, &entry.node.kind) {
            (Place::Joined { key, .. }, _) if cell(row, *key)?.is_none() => sink.null(),
            (Place::Joined { layout, .. }, Kind::Nested(plan)) => {
                self.write_object(row, plan, layout, cx, sink)
            }
            (Place::Many { key, child }, kind) => {
                let plan = if let Kind::Many(plan) = kind { Some(plan) } else { None };
                self.children[*child].write(cell(row, *key)?, plan, cx, sink)
            }
            (Place::Cell(cell) | Place::Optional { cell, .. }, kind) => match kind {
                Kind::OwnKey(None) | Kind::Slug(_) | Kind::AsIs => cell.write_plain(row, sink),
                Kind::OwnKey(Some(node)) => cell.write(row, node, cx, sink),
                _ => cell.write(row, &entry.node, cx, sink),
            },
            (Place::Joined { .. }, _) => Err(Stop::Unsure),
        }
    }
}

impl Related {
    fn build(child: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (key, table): (usize, Bound<'_, PyAny>) = child.extract()?;
        let (py, table) = (child.py(), Table::build(&table)?);
        let groups = PyDict::new(py);
        let mut members: Vec<Vec<usize>> = Vec::new();
        for (index, row) in table.rows.iter().enumerate() {
            let key = row.bind(py).get_item(key)?;
            if let Some(group) = groups.get_item(&key)? {
                members[group.extract::<usize>()?].push(index);
            } else {
                groups.set_item(key, members.len())?;
                members.push(vec![index]);
            }
        }
        Ok(Self { table, groups: groups.unbind(), members })
    }

    fn write<'py, S: Sink<'py>>(
        &self,
        key: &Bound<'py, PyAny>,
        plan: Option<&Plan>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let rows: &[usize] = match self.groups.bind(cx.py).get_item(key)? {
            Some(group) => &self.members[group.extract::<usize>()?],
            None => &[],
        };
        sink.begin_list(rows.len())?;
        for &row in rows {
            self.table.write_item(self.table.rows[row].bind(cx.py), plan, cx, sink)?;
        }
        sink.end_list()
    }
}

impl Layout {
    fn build(places: &Bound<'_, PyAny>) -> PyResult<Self> {
        let places = places.try_iter()?.map(|place| Place::build(&place?));
        Ok(Self(places.collect::<PyResult<_>>()?))
    }
}

impl Place {
    fn build(place: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (how, content): (Bound<'_, PyString>, Bound<'_, PyAny>) = place.extract()?;
        match how.to_str()? {
            "cell" => Ok(Self::Cell(Cell::build(&content)?)),
            "optional" => {
                let (key, cell): (usize, Bound<'_, PyAny>) = content.extract()?;
                Ok(Self::Optional { key, cell: Cell::build(&cell)? })
            }
            "joined" => {
                let (key, places): (usize, Bound<'_, PyAny>) = content.extract()?;
                Ok(Self::Joined { key, layout: Layout::build(&places)? })
            }
            "many" => {
                let (key, child) = content.extract()?;
                Ok(Self::Many { key, child })
            }
            how => Err(PyValueError::new_err(format!("unknown place {how:?}"))),
        }
    }
}
