//! A bucket: some keys that share two cache lines a piece, and the gate through which new ones enter.
//!
//! Everything that changes is one 128-bit word, and every change of one is a compare-and-swap: a process
//! may be killed between any two instructions and nothing is left locked or half done.
use portable_atomic::{AtomicU128, Ordering};

use super::state::{self, State};

/// Keys of a bucket; the gate makes it sixteen words.
pub const SLOTS: usize = 15;

/// Which key a slot is of, and what is remembered of it; zero for a slot never used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Word(u128);

/// 44 bits of a key's hash, other ones than those that chose the bucket; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u64);

const TAG_BITS: u32 = u128::BITS - state::BITS;

impl Tag {
    pub fn new(hash: u64) -> Self {
        Self((hash >> (u64::BITS - TAG_BITS)).max(1))
    }

    /// The slot where looking for the key begins.
    #[allow(clippy::cast_possible_truncation, reason = "any of its bits will do")]
    fn first_slot(self) -> usize {
        self.0 as usize % SLOTS
    }
}

impl Word {
    pub fn new(tag: Tag, state: State) -> Self {
        Self(u128::from(tag.0) << state::BITS | state.bits())
    }

    fn is_of(self, tag: Tag) -> bool {
        self.0 >> state::BITS == u128::from(tag.0)
    }

    pub fn state(self) -> State {
        State::new(self.0)
    }
}

#[repr(C, align(256))]
pub struct Bucket {
    gate: AtomicU128,
    slots: [AtomicU128; SLOTS],
}

impl Bucket {
    /// The slot of a key and what stands in it.
    pub fn find(&self, tag: Tag) -> Option<(&AtomicU128, Word)> {
        let (before, from) = self.slots.split_at(tag.first_slot());
        from.iter().chain(before).find_map(|slot| {
            let word = Word(slot.load(Ordering::Acquire));
            word.is_of(tag).then_some((slot, word))
        })
    }

    /// Keys of which something is remembered at this time.
    pub fn remembered(&self, now: u64) -> usize {
        let word = |slot: &AtomicU128| Word(slot.load(Ordering::Relaxed));
        self.slots.iter().filter(|slot| word(slot).state().expiry() > now).count()
    }

    /// Let a key in unless it is there, in place of the one whose state is over first.
    ///
    /// Two that let in the same key at the same time must not give it two slots. So they go through
    /// the gate, one entry at a time: it says which key goes into which slot, and whoever comes by
    /// completes that before anything else.
    pub fn admit(&self, tag: Tag) {
        let gate = Gate(self.gate.load(Ordering::Acquire));
        if gate.is_open() {
            return self.complete(gate);
        }
        if self.find(tag).is_some() {
            return;
        }
        let entry = gate.entry(tag, self.oldest(tag));
        if swap(&self.gate, gate.0, entry.0) {
            self.complete(entry);
        }
    }

    fn complete(&self, entry: Gate) {
        loop {
            let slot = &self.slots[entry.slot() % SLOTS];
            let word = Word(slot.load(Ordering::Acquire));
            // Read after the slot: if the entry still waits, the slot was read while it waited. A key
            // that comes back gets another word, so the swap fails once somebody has completed it.
            if self.gate.load(Ordering::Acquire) != entry.0 {
                return;
            }
            let fresh = Word::new(entry.tag(), State::fresh(entry.number()));
            if word.is_of(entry.tag()) || swap(slot, word.0, fresh.0) {
                swap(&self.gate, entry.0, entry.closed().0);
                return;
            }
        }
    }

    /// The first empty slot from where the key is looked for, or the one that is over first.
    fn oldest(&self, tag: Tag) -> usize {
        let order = (0..SLOTS).map(|step| (tag.first_slot() + step) % SLOTS);
        let age = |at: &usize| Word(self.slots[*at].load(Ordering::Acquire)).state().expiry();
        order.min_by_key(age).unwrap_or_default()
    }
}

/// Whether the word was what was expected, and is replaced.
pub fn swap(place: &AtomicU128, expected: u128, new: u128) -> bool {
    place.compare_exchange(expected, new, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

impl Word {
    pub fn replace(self, slot: &AtomicU128, new: Self) -> bool {
        swap(slot, self.0, new.0)
    }
}

/// An entry: a running number, the key's tag, its slot, and whether it waits to be completed.
#[derive(Clone, Copy)]
struct Gate(u128);

impl Gate {
    const OPEN: u128 = 1;
    const SLOT: u32 = 4;
    const NUMBER: u32 = 64;

    fn is_open(self) -> bool {
        self.0 & Self::OPEN != 0
    }

    fn entry(self, tag: Tag, slot: usize) -> Self {
        let number = u128::from(self.number().wrapping_add(1)) << Self::NUMBER;
        Self(number | u128::from(tag.0) << (Self::SLOT + 1) | (slot as u128) << 1 | Self::OPEN)
    }

    fn closed(self) -> Self {
        Self(self.0 & !Self::OPEN)
    }

    #[allow(clippy::cast_possible_truncation, reason = "the upper half")]
    fn number(self) -> u64 {
        (self.0 >> Self::NUMBER) as u64
    }

    #[allow(clippy::cast_possible_truncation, reason = "44 bits of the lower half")]
    fn tag(self) -> Tag {
        Tag((self.0 as u64) >> (Self::SLOT + 1))
    }

    fn slot(self) -> usize {
        (self.0 as usize >> 1) & 0xF
    }
}
