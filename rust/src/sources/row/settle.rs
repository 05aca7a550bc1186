//! URLs depend on the time of reading (script prefix, language, active URL configuration): what
//! does so is worked out for rows that wait for somebody to look at them.
use pyo3::prelude::*;

use super::{Each, Item, Layout, Place, Table};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::kinds::file::File;
use crate::kinds::{Kind, link};
use crate::plan::Plan;
use crate::sources::cell::Cell;
use crate::sources::raw::{Raw, Row};

impl Table {
    pub fn has_urls(&self) -> bool {
        !self.shape.get().is_plain() || self.children.iter().any(|child| child.table.has_urls())
    }

    /// Whether every URL can be made without its stock field from now on.
    pub fn settle(&self, plan: &Plan, cx: &Context<'_, '_>) -> Outcome<bool> {
        self.settle_each(Each::Object(plan), cx)
    }

    fn settle_each(&self, each: Each<'_>, cx: &Context<'_, '_>) -> Outcome<bool> {
        match (&self.shape.get().0, each) {
            (Item::Object(layout), Each::Object(plan)) => Ok(self
                .all_rows(cx.py, |row| layout.settle(plan, row, cx))?
                && self.settle_children(layout, plan, cx)?),
            (Item::Link(linked), Each::Value(node)) => {
                let link = link::of(&node.kind)?;
                self.all_rows(cx.py, |row| Ok(linked.settle(link, row, cx)?))
            }
            _ => Ok(true),
        }
    }

    fn all_rows<'py>(
        &self,
        py: Python<'py>,
        mut settle: impl FnMut(Row<'_, 'py>) -> Outcome<bool>,
    ) -> Outcome<bool> {
        for row in 0..self.len() {
            if !settle(self.rows.get(row, py)?)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn settle_children(&self, layout: &Layout, plan: &Plan, cx: &Context<'_, '_>) -> Outcome<bool> {
        for (entry, place) in plan.entries.iter().zip(&layout.places) {
            let settled = match (place, &entry.node.kind) {
                (Place::Many { child, .. }, kind) => {
                    self.children[*child].table.settle_each(Each::of(kind)?, cx)?
                }
                (Place::Joined { layout, .. }, Kind::Nested(plan)) => {
                    self.settle_children(layout, plan, cx)?
                }
                _ => true,
            };
            if !settled {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Layout {
    fn settle<'py>(&self, plan: &Plan, row: Row<'_, 'py>, cx: &Context<'_, 'py>) -> Outcome<bool> {
        for &index in &self.with_urls {
            let kind = &plan.entries.get(index).ok_or(Stop::Unsure)?.node.kind;
            let settled = match (&self.places[index], kind) {
                (Place::Link(linked), kind) => linked.settle(link::of(kind)?, row, cx)?,
                (Place::Joined { key, .. }, _) if row.is_null(*key)? => true,
                (Place::Joined { layout, .. }, Kind::Nested(plan)) => {
                    layout.settle(plan, row, cx)?
                }
                (Place::Cell(cell) | Place::Optional { cell, .. }, kind) => {
                    settle_cell(cell, kind, row, cx)?
                }
                _ => true,
            };
            if !settled {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether the URL of a file is certain: see [`File::settle`].
fn settle_cell<'py>(
    cell: &Cell,
    kind: &Kind,
    row: Row<'_, 'py>,
    cx: &Context<'_, 'py>,
) -> PyResult<bool> {
    match (cell.raw(row)?, kind) {
        (Raw::Null, _) => Ok(true),
        (raw, Kind::File(_)) => cell.decode(raw).map_or(Ok(false), |name| File::settle(&name, cx)),
        _ => Ok(false),
    }
}
