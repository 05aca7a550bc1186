//! Histograms by key. A slot is claimed once and never given back; counts are only added to. A process
//! that is killed while it claims a slot leaves that slot unused, and nothing else.
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::layout::{CLAIMED, EMPTY, HEADER_WORDS, KEY_BYTES, KEY_WORDS, Layout, MAGIC, READY};
use super::region::Region;

/// The slot for all keys that found no other one.
pub const OTHER: usize = 0;
const OTHER_KEY: &str = "";

pub struct Histograms {
    region: Region,
    layout: Layout,
    bounds: Vec<u64>,
}

/// What was counted under one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// One for each bound, those at most as long, and one for those longer than all.
    pub counts: Vec<u64>,
    pub nanoseconds: u64,
}

impl Histograms {
    /// Histograms for `slots` keys with these upper bounds in nanoseconds, in a file if there is a
    /// path.
    pub fn new(path: Option<&Path>, bounds: Vec<u64>, slots: usize) -> io::Result<Self> {
        let layout = Layout { slots: slots + 1, bounds: bounds.len() };
        let mut header = vec![MAGIC, layout.slots as u64, layout.bounds as u64];
        debug_assert_eq!(header.len(), HEADER_WORDS);
        header.extend(&bounds);
        let region = match path {
            Some(path) => Region::shared(path, &header, layout.words())?,
            None => Region::private(&header, layout.words())?,
        };
        Ok(Self { region, layout, bounds })
    }

    /// The slot of a key, found or claimed; `OTHER` if there is none left.
    pub fn slot(&self, key: &str) -> usize {
        let key = padded(key);
        let start = hash(&key);
        let usable = self.layout.slots - 1;
        (0..usable)
            .map(|step| 1 + (start.wrapping_add(step)) % usable)
            .find(|&index| self.is_of(index, &key))
            .unwrap_or(OTHER)
    }

    /// Whether a slot has this key, which it takes if it has none.
    fn is_of(&self, index: usize, key: &[u64; KEY_WORDS]) -> bool {
        let words = &self.region.words()[self.layout.slot(index)..];
        let (state, place) = (&words[0], &words[1..=KEY_WORDS]);
        if state.compare_exchange(EMPTY, CLAIMED, AcqRel, Acquire).is_ok() {
            for (word, part) in place.iter().zip(key) {
                word.store(*part, Relaxed);
            }
            state.store(READY, Release);
            return true;
        }
        let is_ready = state.load(Acquire) == READY;
        is_ready && place.iter().zip(key).all(|(word, part)| word.load(Relaxed) == *part)
    }

    /// Counts one more in a slot.
    pub fn observe(&self, slot: usize, nanoseconds: u64) {
        if slot >= self.layout.slots {
            return;
        }
        let words = self.region.words();
        let bucket = self.bounds.partition_point(|&bound| bound < nanoseconds);
        words[self.layout.counts(slot) + bucket].fetch_add(1, Relaxed);
        words[self.layout.sum(slot)].fetch_add(nanoseconds, Relaxed);
    }

    /// All that was counted. A key may have got two slots when two processes came at once.
    pub fn collect(&self) -> BTreeMap<String, Histogram> {
        let mut found: BTreeMap<String, Histogram> = BTreeMap::new();
        for index in 0..self.layout.slots {
            if let Some(key) = self.key(index) {
                self.add(index, found.entry(key).or_default());
            }
        }
        found.retain(|_, histogram| histogram.counts.iter().any(|&count| count > 0));
        found
    }

    fn key(&self, index: usize) -> Option<String> {
        if index == OTHER {
            return Some(OTHER_KEY.to_owned());
        }
        let words = &self.region.words()[self.layout.slot(index)..];
        if words[0].load(Acquire) != READY {
            return None;
        }
        let place = &words[1..=KEY_WORDS];
        let bytes: Vec<u8> =
            place.iter().flat_map(|word| word.load(Relaxed).to_ne_bytes()).collect();
        Some(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
    }

    fn add(&self, index: usize, histogram: &mut Histogram) {
        let words = self.region.words();
        histogram.counts.resize(self.layout.counts_per_slot(), 0);
        let counts = &words[self.layout.counts(index)..];
        for (total, count) in histogram.counts.iter_mut().zip(counts) {
            *total += count.load(Relaxed);
        }
        histogram.nanoseconds += words[self.layout.sum(index)].load(Relaxed);
    }
}

/// The key with zeros behind it, cut where it would not fit.
fn padded(key: &str) -> [u64; KEY_WORDS] {
    let mut bytes = [0; KEY_BYTES];
    let longest = key.len().min(KEY_BYTES);
    let length = (0..=longest).rev().find(|&at| key.is_char_boundary(at)).unwrap_or(0);
    bytes[..length].copy_from_slice(&key.as_bytes()[..length]);
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|index| u64::from_ne_bytes(words[index]))
}

/// The same in all processes of a program.
#[allow(clippy::cast_possible_truncation, reason = "any bits will do")]
fn hash(key: &[u64; KEY_WORDS]) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() as usize
}
