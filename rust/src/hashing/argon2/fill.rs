//! Filling the memory (RFC 9106, sections 3.2 to 3.4).
use std::num::NonZero;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::Parameters;
use super::block::{Block, Compress, compression};
use crate::hashing::prefetch::prefetch;

/// Synchronisation points of a pass.
const SLICES: u32 = 4;
/// Lanes that one thread fills in turn: while one is compressed, the next one's reference block
/// travels from memory. Two hide that latency; more would only make the shares coarser.
const GROUP: u32 = 2;
/// Blocks of a slice below which a second thread costs more than it saves.
const WORTH_A_THREAD: u32 = 512;

/// The memory of one computation, as `lanes` rows of `columns` blocks.
pub struct Matrix<'a> {
    memory: SharedBlocks<'a>,
    parameters: &'a Parameters,
    columns: u32,
    compress: Compress,
}

/// Blocks that several threads fill, each its own lanes.
struct SharedBlocks<'a> {
    start: *mut Block,
    length: usize,
    borrowed: std::marker::PhantomData<&'a mut [Block]>,
}

// SAFETY: `Matrix` hands every lane of a segment to one thread, which alone writes it; what others
// read of a lane meanwhile are segments finished before the threads of this slice started.
unsafe impl Sync for SharedBlocks<'_> {}

/// Where a lane stands in its segment.
struct Cursor {
    lane: u32,
    /// The block that the next compression refers to.
    reference: usize,
    /// The current 128 data-independent references.
    addresses: Block,
}

/// A segment column of all lanes.
#[derive(Clone, Copy)]
struct Slice {
    pass: u32,
    number: u32,
    independent: bool,
}

impl<'a> Matrix<'a> {
    /// # Panics
    /// When `memory` is not as long as `parameters` say.
    pub fn new(memory: &'a mut [Block], parameters: &'a Parameters) -> Self {
        assert_eq!(memory.len(), parameters.blocks());
        Self {
            columns: parameters.columns(),
            parameters,
            compress: compression().1,
            memory: SharedBlocks {
                start: memory.as_mut_ptr(),
                length: memory.len(),
                borrowed: std::marker::PhantomData,
            },
        }
    }

    /// Fill all but the first two columns, which hold what the password gave.
    pub fn fill(&mut self, threads: NonZero<usize>) {
        for pass in 0..self.parameters.passes {
            for number in 0..SLICES {
                let independent = self.parameters.variant.is_independent(pass, number);
                self.fill_slice(Slice { pass, number, independent }, threads);
            }
        }
    }

    /// The last column's blocks folded into one.
    pub fn fold(&self) -> Block {
        let mut folded = Block::ZERO;
        for lane in 0..self.parameters.lanes {
            let last = self.block(self.at(lane, self.columns - 1));
            folded.0.iter_mut().zip(last.0).for_each(|(word, other)| *word ^= other);
        }
        folded
    }

    fn fill_slice(&self, slice: Slice, threads: NonZero<usize>) {
        let groups = self.parameters.lanes.div_ceil(GROUP);
        let next = AtomicU32::new(0);
        let work = || {
            while let Some(group) = claim(&next, groups) {
                self.fill_segments(slice, group);
            }
        };
        let worth = self.parameters.lanes * self.segment() >= WORTH_A_THREAD;
        let helpers = (threads.get() - 1).min(groups as usize - 1) * usize::from(worth);
        thread::scope(|scope| {
            for _ in 0..helpers {
                // Without a thread to help, the caller does all of it.
                let _ = thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
    }

    /// Fill one segment in each lane of a group, in turn.
    fn fill_segments(&self, slice: Slice, group: u32) {
        let lanes = group * GROUP..((group + 1) * GROUP).min(self.parameters.lanes);
        let first = if slice.pass == 0 && slice.number == 0 { 2 } else { 0 };
        let cursor = |lane| Cursor { lane, reference: 0, addresses: Block::ZERO };
        let mut cursors: Vec<Cursor> = lanes.map(cursor).collect();
        for cursor in &mut cursors {
            if slice.independent && first > 0 {
                self.address(slice, cursor, 0);
            }
            self.look_ahead(slice, cursor, first);
        }
        for index in first..self.segment() {
            for cursor in &mut cursors {
                self.fill_block(slice, cursor, index);
                if index + 1 < self.segment() {
                    self.look_ahead(slice, cursor, index + 1);
                }
            }
        }
    }

    fn fill_block(&self, slice: Slice, cursor: &Cursor, index: u32) {
        let column = slice.number * self.segment() + index;
        let previous = self.block(self.at(cursor.lane, self.before(column)));
        let target = self.at(cursor.lane, column);
        let fold = slice.pass > 0 && self.parameters.version != super::Version::V10;
        // SAFETY: in bounds by `at`; this thread alone writes this lane, and neither `previous` nor
        // the reference is the block itself: `reference` never names the current column.
        let target = unsafe { &mut *self.memory.start.add(target) };
        (self.compress)(previous, self.block(cursor.reference), target, fold);
    }

    /// Find the reference of the block at `index` and call it near.
    fn look_ahead(&self, slice: Slice, cursor: &mut Cursor, index: u32) {
        let column = slice.number * self.segment() + index;
        let random = if slice.independent {
            if index.is_multiple_of(128) {
                self.address(slice, cursor, index / 128);
            }
            cursor.addresses.0[index as usize % 128]
        } else {
            self.block(self.at(cursor.lane, self.before(column))).0[0]
        };
        cursor.reference = self.reference(slice, cursor.lane, index, random);
        prefetch(&self.block(cursor.reference).0);
    }

    /// The data-independent references of 128 columns (section 3.4.1.2).
    fn address(&self, slice: Slice, cursor: &mut Cursor, hundreds: u32) {
        let mut input = Block::ZERO;
        let facts = [
            slice.pass,
            cursor.lane,
            slice.number,
            self.memory.length.try_into().unwrap_or(u32::MAX),
            self.parameters.passes,
            self.parameters.variant as u32,
            hundreds + 1,
        ];
        input.0.iter_mut().zip(facts).for_each(|(word, fact)| *word = fact.into());
        let mut once = Block::ZERO;
        (self.compress)(&Block::ZERO, &input, &mut once, false);
        (self.compress)(&Block::ZERO, &once, &mut cursor.addresses, false);
    }

    /// The block that `random` chooses for the current one (section 3.4.2).
    fn reference(&self, slice: Slice, lane: u32, index: u32, random: u64) -> usize {
        let (segment, columns) = (self.segment(), self.columns);
        let first = slice.pass == 0 && slice.number == 0;
        let high = u32::try_from(random >> 32).unwrap_or(0);
        let chosen = if first { lane } else { high % self.parameters.lanes };
        let finished = if slice.pass == 0 { slice.number * segment } else { columns - segment };
        let area =
            if chosen == lane { finished + index - 1 } else { finished - u32::from(index == 0) };
        let area = u64::from(area);
        let low = random & 0xFFFF_FFFF;
        let distance = (area * ((low * low) >> 32)) >> 32;
        let oldest = if slice.pass == 0 { 0 } else { (slice.number + 1) % SLICES * segment };
        let column = (u64::from(oldest) + area - 1 - distance) % u64::from(columns);
        self.at(chosen, u32::try_from(column).unwrap_or(0))
    }

    fn segment(&self) -> u32 {
        self.columns / SLICES
    }

    fn before(&self, column: u32) -> u32 {
        column.checked_sub(1).unwrap_or(self.columns - 1)
    }

    fn at(&self, lane: u32, column: u32) -> usize {
        lane as usize * self.columns as usize + column as usize
    }

    fn block(&self, at: usize) -> &Block {
        assert!(at < self.memory.length);
        // SAFETY: in bounds; nobody writes this block while it is read (see `SharedBlocks`).
        unsafe { &*self.memory.start.add(at) }
    }
}

fn claim(next: &AtomicU32, groups: u32) -> Option<u32> {
    let group = next.fetch_add(1, Ordering::Relaxed);
    (group < groups).then_some(group)
}
