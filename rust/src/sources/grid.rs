//! The cells of a result without a Python object each: a slot a cell, and all texts in one piece.
#![allow(clippy::inline_always, reason = "a cell handed over in memory costs more than all else")]
use std::cell::Cell;
use std::mem;

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PySet, PyTuple};

use super::raw::{Raw, Row};

/// Cells and bytes of text that a thread keeps room for, from one grid to the next: fresh memory of
/// this size would be mapped, cleared and given back by the kernel every time.
const KEPT_SLOTS: usize = 1 << 16;
const KEPT_TEXT: usize = 1 << 20;

thread_local! {
    static SPARE: Cell<(Vec<Slot>, Vec<u8>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// Rows that were taken from a driver's library.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Grid {
    width: usize,
    slots: Vec<Slot>,
    text: String,
    bytes: Vec<u8>,
}

/// Texts and bytes are ranges: four bytes for each end keep a slot at sixteen.
#[derive(Clone, Copy)]
enum Slot {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(u32, u32),
    Bytes(u32, u32),
}

#[pymethods]
impl Grid {
    fn __len__(&self) -> usize {
        self.len()
    }

    /// The rows as the driver would have made them.
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = (0..self.len()).map(|row| {
            let cells = (0..self.width).filter_map(|index| self.cell(row, index));
            PyTuple::new(py, cells.map(|cell| cell.to_object(py)).collect::<Vec<_>>())
        });
        PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
    }

    /// One column.
    fn column<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.cells_of(py, index)?)
    }

    /// The different values of a column, without `NULL`, in the order of their first row.
    fn keys<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyList>> {
        let (seen, keys) = (PySet::empty(py)?, PyList::empty(py));
        for cell in self.cells_of(py, index)?.into_iter().filter(|cell| !cell.is_none()) {
            if !seen.contains(&cell)? {
                seen.add(&cell)?;
                keys.append(cell)?;
            }
        }
        Ok(keys)
    }

    /// A grid of some of the rows.
    fn take(&self, rows: Vec<usize>) -> PyResult<Self> {
        let mut slots = Vec::with_capacity(rows.len() * self.width);
        for row in rows {
            let cells = self.slots.get(row * self.width..(row + 1) * self.width);
            slots.extend_from_slice(cells.ok_or_else(|| PyIndexError::new_err("no such row"))?);
        }
        Ok(Self { width: self.width, slots, text: self.text.clone(), bytes: self.bytes.clone() })
    }
}

impl Grid {
    pub fn len(&self) -> usize {
        self.slots.len() / self.width
    }

    #[inline(always)]
    pub fn cell(&self, row: usize, index: usize) -> Option<Raw<'_, 'static>> {
        if index >= self.width {
            return None;
        }
        Some(match *self.slots.get(row * self.width + index)? {
            Slot::Null => Raw::Null,
            Slot::Boolean(answer) => Raw::Boolean(answer),
            Slot::Integer(number) => Raw::Integer(number),
            Slot::Float(number) => Raw::Float(number),
            Slot::Text(start, end) => Raw::Text(self.text.get(start as usize..end as usize)?),
            Slot::Bytes(start, end) => Raw::Bytes(self.bytes.get(start as usize..end as usize)?),
        })
    }

    fn cells_of<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let cells =
            (0..self.len()).map(|row| Ok(Row::Native(self, row).cell(index)?.to_object(py)));
        cells.collect()
    }
}

impl Drop for Grid {
    fn drop(&mut self) {
        let mut slots = mem::take(&mut self.slots);
        let mut text = mem::take(&mut self.text).into_bytes();
        // One that a builder has emptied has nothing to keep.
        let is_kept = (1..=KEPT_SLOTS).contains(&slots.capacity());
        if is_kept && text.capacity() <= KEPT_TEXT {
            slots.clear();
            text.clear();
            // An error is a thread that is ending, which needs no spare room.
            let _ = SPARE.try_with(|spare| spare.set((slots, text)));
        }
    }
}

/// Takes cells row by row, from left to right.
pub struct Builder {
    width: usize,
    slots: Vec<Slot>,
    text: Vec<u8>,
    bytes: Vec<u8>,
    /// Slots, bytes of text and other bytes that a grid had before.
    before: (usize, usize, usize),
}

impl Builder {
    /// For rows of this many cells, which are one at least.
    pub fn new(width: usize) -> Self {
        let (slots, text) = SPARE.take();
        Self { width: width.max(1), slots, text, bytes: Vec::new(), before: (0, 0, 0) }
    }

    /// For more rows below those of a grid.
    pub fn after(mut grid: Grid) -> Self {
        Self {
            width: grid.width,
            before: (grid.slots.len(), grid.text.len(), grid.bytes.len()),
            slots: mem::take(&mut grid.slots),
            text: mem::take(&mut grid.text).into_bytes(),
            bytes: mem::take(&mut grid.bytes),
        }
    }

    #[inline]
    pub fn null(&mut self) {
        self.slots.push(Slot::Null);
    }

    #[inline]
    pub fn boolean(&mut self, answer: bool) {
        self.slots.push(Slot::Boolean(answer));
    }

    #[inline]
    pub fn integer(&mut self, number: i64) {
        self.slots.push(Slot::Integer(number));
    }

    #[inline]
    pub fn float(&mut self, number: f64) {
        self.slots.push(Slot::Float(number));
    }

    /// A text in UTF-8, which [`Self::finish`] checks.
    #[inline]
    pub fn text(&mut self, text: &[u8]) -> Option<()> {
        let (start, end) = append(&mut self.text, text)?;
        self.slots.push(Slot::Text(start, end));
        Some(())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let (start, end) = append(&mut self.bytes, bytes)?;
        self.slots.push(Slot::Bytes(start, end));
        Some(())
    }

    /// The grid, unless a text is not UTF-8: then the driver says so in its own words.
    ///
    /// All new texts are checked at once. If they are valid in one piece and none of them begins in
    /// the middle of a character, each of them is valid.
    pub fn finish(self) -> Option<Grid> {
        self.checked().ok()
    }

    /// The same; or the grid of before.
    pub fn checked(self) -> Result<Grid, Grid> {
        let (slots, text, _) = self.before;
        if !self.is_valid(slots, text) {
            return Err(self.undone());
        }
        // SAFETY: the new texts have just been checked; the rest is the text of a grid, which was a
        // `String`, or empty.
        let text = unsafe { String::from_utf8_unchecked(self.text) };
        Ok(Grid { width: self.width, slots: self.slots, text, bytes: self.bytes })
    }

    /// The grid of before, without what was added.
    pub fn undone(mut self) -> Grid {
        let (slots, text, bytes) = self.before;
        self.slots.truncate(slots);
        self.text.truncate(text);
        self.bytes.truncate(bytes);
        // SAFETY: what is left is the text of a grid, which was a `String`, or empty.
        let text = unsafe { String::from_utf8_unchecked(self.text) };
        Grid { width: self.width, slots: self.slots, text, bytes: self.bytes }
    }

    /// Whether the texts from a slot and a byte on are UTF-8.
    fn is_valid(&self, slot: usize, start: usize) -> bool {
        let Ok(text) = simdutf8::basic::from_utf8(&self.text[start..]) else { return false };
        self.slots[slot..].iter().all(|slot| match *slot {
            Slot::Text(at, _) => text.is_char_boundary(at as usize - start),
            _ => true,
        })
    }
}

/// Where a piece is after it was appended; `None` beyond four gigabytes.
#[inline]
fn append(all: &mut Vec<u8>, piece: &[u8]) -> Option<(u32, u32)> {
    let start = u32::try_from(all.len()).ok()?;
    let end = u32::try_from(all.len() + piece.len()).ok()?;
    all.extend_from_slice(piece);
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(texts: &[&[u8]]) -> Option<Grid> {
        let mut builder = Builder::new(1);
        for text in texts {
            builder.text(text).unwrap();
        }
        builder.finish()
    }

    #[test]
    fn keeps_texts_apart() {
        let grid = grid(&[b"a", b"", "ü".as_bytes()]).unwrap();
        assert_eq!(grid.len(), 3);
        assert!(matches!(grid.cell(1, 0), Some(Raw::Text(""))));
        assert!(matches!(grid.cell(2, 0), Some(Raw::Text("ü"))));
        assert!(grid.cell(3, 0).is_none());
        assert!(grid.cell(0, 1).is_none());
    }

    #[test]
    fn texts_that_are_valid_only_in_one_piece_are_refused() {
        assert!(grid(&[b"\xc3", b"\xbc"]).is_none());
        assert!(grid(&[b"\xff"]).is_none());
    }

    #[test]
    fn grows_by_rows() {
        let mut builder = Builder::after(grid(&[b"a"]).unwrap());
        builder.text("ü".as_bytes()).unwrap();
        let more = builder.finish().unwrap();
        assert_eq!(more.len(), 2);
        assert!(matches!(more.cell(0, 0), Some(Raw::Text("a"))));
        assert!(matches!(more.cell(1, 0), Some(Raw::Text("ü"))));
        let mut builder = Builder::after(more);
        builder.text(b"\xff").unwrap();
        assert!(builder.finish().is_none());
    }

    #[test]
    fn a_slot_is_small() {
        assert_eq!(size_of::<Slot>(), 16);
    }
}
