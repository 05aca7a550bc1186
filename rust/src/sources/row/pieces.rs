//! Rows that were written as JSON before anybody asked for them.
use std::mem;

use super::{Each, Item, Layout, Place, Shape, Table};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::kinds::Kind;
use crate::plan::Plan;
use crate::sinks::{JsonSink, Sink, Style, spare};
use crate::sources::raw::Row;

/// What is written at the most; rows after it wait for the renderer.
const MOST: usize = 1 << 20;

/// The beginning of a list: a bracket, and rows with what separates each from the next.
pub struct Pieces {
    pub style: Style,
    text: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
    /// Where the rows of relations to many belong, from left to right.
    gaps: Vec<usize>,
}

impl Drop for Pieces {
    fn drop(&mut self) {
        spare::give_back(mem::take(&mut self.text));
    }
}

impl Pieces {
    pub fn new(style: Style) -> Self {
        let mut text = spare::take();
        text.push(b'[');
        Self { style, text, ends: Vec::new(), gaps: Vec::new() }
    }

    /// How many rows they are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Goes on to as many rows, which `write` writes; after an error they are of no more use.
    pub fn extend<'py>(
        &mut self,
        rows: usize,
        mut write: impl FnMut(usize, &mut JsonSink<'_, 'py>) -> Outcome,
    ) -> Outcome {
        let mut sink = JsonSink::onto(mem::take(&mut self.text), self.style);
        for row in self.len()..rows {
            if sink.length() > MOST {
                break;
            }
            write(row, &mut sink)?;
            self.ends.push(sink.length());
        }
        let (text, mut gaps) = sink.into_items();
        self.text = text;
        self.gaps.append(&mut gaps);
        Ok(())
    }

    /// One row.
    pub fn row(&self, row: usize) -> Option<&[u8]> {
        let end = *self.ends.get(row)?;
        let start = if row == 0 { 1 } else { self.ends[row - 1] };
        self.text.get(start..end)
    }
}

/// What of pieces has been written into a sink.
struct Progress<'a> {
    pieces: &'a Pieces,
    position: usize,
    gap: usize,
}

impl Progress<'_> {
    fn write_to<'py>(&mut self, end: usize, sink: &mut impl Sink<'py>) {
        sink.piece(&self.pieces.text[self.position..end]);
        self.position = end;
    }

    fn write_to_gap<'py>(&mut self, sink: &mut impl Sink<'py>) -> Outcome {
        let end = *self.pieces.gaps.get(self.gap).ok_or(Stop::Unsure)?;
        self.gap += 1;
        self.write_to(end, sink);
        Ok(())
    }
}

impl Shape {
    /// Whether rows can be written before anybody asks for them: no URL has to be made.
    pub fn is_plain(&self) -> bool {
        match &self.0 {
            Item::Object(layout) => layout.with_urls.is_empty(),
            Item::Value(_) => true,
            Item::Link(_) => false,
        }
    }

    /// The same of rows that have no relations to many.
    pub fn is_flat(&self) -> bool {
        match &self.0 {
            Item::Object(layout) => self.is_plain() && layout.with_many.is_empty(),
            _ => self.is_plain(),
        }
    }

    /// What a plan says of a relation to many, which is known by its number.
    pub fn relation<'a>(&self, plan: &'a Plan, number: usize) -> Option<&'a Kind> {
        match &self.0 {
            Item::Object(layout) => layout.relation(plan, number),
            _ => None,
        }
    }
}

impl Layout {
    fn relation<'a>(&self, plan: &'a Plan, number: usize) -> Option<&'a Kind> {
        self.with_many.iter().find_map(|&index| {
            let kind = &plan.entries.get(index)?.node.kind;
            match (&self.places[index], kind) {
                (Place::Many { child, .. }, _) => (*child == number).then_some(kind),
                (Place::Joined { layout, .. }, Kind::Nested(plan)) => layout.relation(plan, number),
                _ => None,
            }
        })
    }
}

impl Table {
    /// Writes the rows that there are pieces of; how many they are.
    pub fn write_pieces<'py, S: Sink<'py>>(
        &self,
        pieces: &mut Pieces,
        plan: &Plan,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome<usize> {
        if pieces.gaps.is_empty() {
            sink.begun(&mut pieces.text);
            return Ok(pieces.len());
        }
        let Item::Object(layout) = &self.shape.get().0 else { return Err(Stop::Unsure) };
        let mut progress = Progress { pieces, position: 1, gap: 0 };
        for (row, &end) in pieces.ends.iter().enumerate() {
            self.fill_gaps(self.rows.get(row, cx.py)?, plan, layout, cx, &mut progress, sink)?;
            progress.write_to(end, sink);
        }
        Ok(pieces.len())
    }

    fn fill_gaps<'py, S: Sink<'py>>(
        &self,
        row: Row<'_, 'py>,
        plan: &Plan,
        layout: &Layout,
        cx: &Context<'_, 'py>,
        progress: &mut Progress<'_>,
        sink: &mut S,
    ) -> Outcome {
        for &index in &layout.with_many {
            let kind = &plan.entries.get(index).ok_or(Stop::Unsure)?.node.kind;
            match (&layout.places[index], kind) {
                (Place::Many { key, child }, kind) => {
                    progress.write_to_gap(sink)?;
                    self.children[*child].write(row.cell(*key)?, Each::of(kind)?, cx, sink)?;
                    sink.unseparated();
                }
                (Place::Joined { key, layout }, Kind::Nested(plan)) if !row.is_null(*key)? => {
                    self.fill_gaps(row, plan, layout, cx, progress, sink)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
