//! Values of database rows: the cells a driver returned, before Django makes anything of them.
mod pieces;
mod related;
mod settle;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

pub use self::pieces::Pieces;
use self::related::Related;
use super::cell::Cell;
use super::linked::Linked;
use super::raw::{Row, Rows};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::kinds::{Kind, link};
use crate::plan::{Entry, Node, Plan};
use crate::sinks::Sink;

/// The result of one query, and the results of the queries for its relations to many.
pub struct Table {
    rows: Rows,
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
    /// The URL of a related object.
    Link(Linked),
}

/// What a plan says of each row of a table.
#[derive(Clone, Copy)]
pub enum Each<'a> {
    Object(&'a Plan),
    Value(&'a Node),
}

impl<'a> Each<'a> {
    pub fn of(kind: &'a Kind) -> Outcome<Self> {
        match kind {
            Kind::Many(plan) => Ok(Self::Object(plan)),
            Kind::ManyRelated(child) => Ok(Self::Value(child)),
            _ => Err(Stop::Unsure),
        }
    }
}

#[pymethods]
impl Shape {
    /// From `("object", places)`, `("value", cell)` or `("link", linked)`.
    #[new]
    fn new(what: &str, content: &Bound<'_, PyAny>) -> PyResult<Self> {
        match what {
            "object" => Ok(Self(Item::Object(Layout::build(content)?))),
            "value" => Ok(Self(Item::Value(Cell::build(content)?))),
            "link" => Ok(Self(Item::Link(Linked::build(content)?))),
            _ => Err(PyValueError::new_err(format!("unknown shape {what:?}"))),
        }
    }
}

/// Where the fields of a serializer are in a row, in the order of its plan.
struct Layout {
    places: Vec<Place>,
    /// The places with URLs in the row itself.
    with_urls: Vec<usize>,
    /// The places with relations to many, those of joined objects among them.
    with_many: Vec<usize>,
}

enum Place {
    Cell(Cell),
    /// A cell of a joined object: left out, with its key, when there is none.
    Optional {
        key: usize,
        cell: Cell,
    },
    Link(Linked),
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

impl Table {
    /// From `(rows, shape, [(index of the key, table, what was written ahead), …])`.
    pub fn build(table: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (rows, shape, children): (Bound<'_, PyAny>, Py<Shape>, Bound<'_, PyList>) =
            table.extract()?;
        Ok(Self {
            rows: Rows::build(&rows)?,
            shape,
            children: children
                .iter()
                .map(|child| Related::build(&child))
                .collect::<PyResult<_>>()?,
        })
    }

    /// For rows that are somewhere else.
    pub fn without_rows(shape: Py<Shape>) -> Self {
        Self { rows: Rows::Made(Vec::new()), shape, children: Vec::new() }
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
        self.write_from(0, plan, cx, sink)?;
        sink.end_list()
    }

    /// The rows from one on, as items of a list.
    pub fn write_from<'py, S: Sink<'py>>(
        &self,
        first: usize,
        plan: &Plan,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        for row in first..self.len() {
            self.write_item(self.rows.get(row, cx.py)?, Each::Object(plan), cx, sink)?;
        }
        Ok(())
    }

    /// A row of this table's shape. A table without children leaves gaps in their places.
    pub fn write_item<'py, S: Sink<'py>>(
        &self,
        row: Row<'_, 'py>,
        each: Each<'_>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match (&self.shape.get().0, each) {
            (Item::Object(layout), Each::Object(plan)) => {
                self.write_object(row, plan, layout, cx, sink)
            }
            (Item::Value(cell), Each::Value(_)) => cell.write_plain(row, cx, sink),
            (Item::Link(linked), Each::Value(node)) => {
                linked.write(link::of(&node.kind)?, row, cx, sink)
            }
            _ => Err(Stop::Unsure),
        }
    }

    fn write_object<'py, S: Sink<'py>>(
        &self,
        row: Row<'_, 'py>,
        plan: &Plan,
        layout: &Layout,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        sink.begin_map_like(&plan.template)?;
        for (entry, place) in plan.entries.iter().zip(&layout.places) {
            if let Place::Optional { key, .. } = place
                && row.is_null(*key)?
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
        row: Row<'_, 'py>,
        entry: &Entry,
        place: &Place,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match (place, &entry.node.kind) {
            (Place::Joined { key, .. }, _) if row.is_null(*key)? => sink.null(),
            (Place::Joined { layout, .. }, Kind::Nested(plan)) => {
                self.write_object(row, plan, layout, cx, sink)
            }
            (Place::Many { key, child }, kind) => {
                let Some(child) = self.children.get(*child) else { return sink.gap() };
                child.write(row.cell(*key)?, Each::of(kind)?, cx, sink)
            }
            (Place::Link(linked), kind) => linked.write(link::of(kind)?, row, cx, sink),
            (Place::Cell(cell) | Place::Optional { cell, .. }, kind) => match kind {
                Kind::OwnKey(None) | Kind::Slug(_) | Kind::AsIs => cell.write_plain(row, cx, sink),
                Kind::OwnKey(Some(node)) => cell.write(row, node, cx, sink),
                _ => cell.write(row, &entry.node, cx, sink),
            },
            (Place::Joined { .. }, _) => Err(Stop::Unsure),
        }
    }
}

impl Layout {
    fn build(places: &Bound<'_, PyAny>) -> PyResult<Self> {
        let places = places.try_iter()?.map(|place| Place::build(&place?));
        let places: Vec<Place> = places.collect::<PyResult<_>>()?;
        let which = |has: fn(&Place) -> bool| {
            let with = places.iter().enumerate().filter(|(_, place)| has(place));
            with.map(|(index, _)| index).collect()
        };
        let (with_urls, with_many) = (which(Place::has_urls), which(Place::has_many));
        Ok(Self { places, with_urls, with_many })
    }
}

impl Place {
    fn has_urls(&self) -> bool {
        match self {
            Self::Link(_) => true,
            Self::Cell(cell) | Self::Optional { cell, .. } => cell.is_url(),
            Self::Joined { layout, .. } => !layout.with_urls.is_empty(),
            Self::Many { .. } => false,
        }
    }

    fn has_many(&self) -> bool {
        match self {
            Self::Many { .. } => true,
            Self::Joined { layout, .. } => !layout.with_many.is_empty(),
            Self::Cell(_) | Self::Optional { .. } | Self::Link(_) => false,
        }
    }

    fn build(place: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (how, content): (Bound<'_, PyString>, Bound<'_, PyAny>) = place.extract()?;
        match how.to_str()? {
            "cell" => Ok(Self::Cell(Cell::build(&content)?)),
            "optional" => {
                let (key, cell): (usize, Bound<'_, PyAny>) = content.extract()?;
                Ok(Self::Optional { key, cell: Cell::build(&cell)? })
            }
            "link" => Ok(Self::Link(Linked::build(&content)?)),
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
