//! Where things are in the memory of histograms: 64-bit words, so that every access is atomic.

/// Changes with the layout: versions of this package that differ in it never share a file.
pub const MAGIC: u64 = u64::from_le_bytes(*b"ractim\x00\x01");
/// The magic number, the number of slots, the number of bounds.
pub const HEADER_WORDS: usize = 3;
pub const KEY_WORDS: usize = 32;
pub const KEY_BYTES: usize = KEY_WORDS * 8;

/// What is in a slot before its key: nothing, a key being written, or a key and its length.
pub const EMPTY: u64 = 0;
pub const CLAIMED: u64 = 1;
pub const READY: u64 = 2;

/// Word 0 of a slot is its state, then come key, sum in nanoseconds and counts.
const SUM: usize = 1 + KEY_WORDS;
const COUNTS: usize = SUM + 1;

#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub slots: usize,
    pub bounds: usize,
}

impl Layout {
    pub fn words(self) -> usize {
        self.slot(self.slots)
    }

    /// One count more than bounds: the last is for what is over all of them.
    pub fn counts_per_slot(self) -> usize {
        self.bounds + 1
    }

    /// The word at which a slot begins.
    pub fn slot(self, index: usize) -> usize {
        HEADER_WORDS + self.bounds + index * (COUNTS + self.counts_per_slot())
    }

    pub fn sum(self, index: usize) -> usize {
        self.slot(index) + SUM
    }

    pub fn counts(self, index: usize) -> usize {
        self.slot(index) + COUNTS
    }
}
