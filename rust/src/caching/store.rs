//! Entries with an end each, bounded in number and in bytes.
use quick_cache::unsync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

/// What an entry takes besides its key and its value, in bytes: places in the table and in a list,
/// and what the allocator adds.
const OVERHEAD: u64 = 128;

/// Places are made for entries of so many bytes: those for as many as there may be, all of them
/// nearly empty, would take more than the bytes.
const USUAL_ENTRY: u64 = 1024;

pub type Key = Box<[u8]>;

pub struct Entry<V> {
    pub value: V,
    /// Seconds since 1970; infinity for never.
    pub expires: f64,
    /// For how many seconds after that it may still serve whoever takes old values.
    pub stale: f64,
    /// What the value takes.
    pub bytes: usize,
}

impl<V> Entry<V> {
    fn is_over(&self, now: f64) -> bool {
        self.expires <= now
    }

    pub fn is_of_no_use(&self, now: f64) -> bool {
        self.expires + self.stale <= now
    }
}

/// A cache that evicts like S3-FIFO: what was just set is there, and what is asked for again
/// outlives what was set once. `TinyLFU` would turn new entries away while it is full, which nobody
/// expects who reads back what he has just set.
pub struct Store<V> {
    entries: Cache<Key, Entry<V>, Share, DefaultHashBuilder, Counting>,
    evicted: u64,
}

/// An entry weighs its bytes, and at least its share of all bytes: one bound keeps both.
#[derive(Clone)]
struct Share(u64);

impl<V> Weighter<Key, Entry<V>> for Share {
    fn weight(&self, key: &Key, entry: &Entry<V>) -> u64 {
        self.0.max(key.len() as u64 + entry.bytes as u64 + OVERHEAD)
    }
}

#[derive(Clone)]
struct Counting;

/// Entries that one insertion has put out.
#[derive(Default)]
struct Evicted(u64);

impl<V> Lifecycle<Key, Entry<V>> for Counting {
    type RequestState = Evicted;

    fn on_evict(&self, evicted: &mut Evicted, _: Key, _: Entry<V>) {
        evicted.0 += 1;
    }
}

impl<V> Store<V> {
    /// At most so many entries and so many bytes in all; there is room for one entry at least.
    pub fn new(max_entries: usize, max_bytes: u64) -> Option<Self> {
        let max_entries = max_entries.max(1);
        let share = (max_bytes / max_entries as u64).max(1);
        let usual = usize::try_from(max_bytes / USUAL_ENTRY).unwrap_or(usize::MAX).max(1);
        // The part for entries that were asked for again; an entry over it is turned away.
        let hot = if max_entries == 1 { 1.0 } else { 0.97 };
        let options = OptionsBuilder::new()
            .estimated_items_capacity(max_entries.min(usual))
            .weight_capacity(share.checked_mul(max_entries as u64)?)
            .hot_allocation(hot)
            .build()
            .ok()?;
        let entries =
            Cache::with_options(options, Share(share), DefaultHashBuilder::default(), Counting);
        Some(Self { entries, evicted: 0 })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// What keys and values take, with what keeping them takes.
    pub fn bytes(&self) -> u64 {
        let of = |(key, entry): (&Key, &Entry<V>)| Share(0).weight(key, entry);
        self.entries.iter().map(of).sum()
    }

    /// How many entries had to make room.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// What `read` makes of the entry, be it over or not: what time it is costs more than looking.
    pub fn look<R>(&self, key: &[u8], read: impl FnOnce(&Entry<V>) -> R) -> Option<R> {
        self.entries.get(key).map(read)
    }

    pub fn has(&self, key: &[u8], now: f64) -> bool {
        self.entries.get(key).is_some_and(|entry| !entry.is_over(now))
    }

    pub fn set(&mut self, key: Key, entry: Entry<V>) {
        let mut evicted = Evicted::default();
        self.entries.insert_with_lifecycle(key, entry, &mut evicted);
        self.evicted += evicted.0;
    }

    /// Set what is not there; whether it was not.
    pub fn add(&mut self, key: Key, entry: Entry<V>, now: f64) -> bool {
        let is_new = !self.has(&key, now);
        if is_new {
            self.set(key, entry);
        }
        is_new
    }

    /// Give an entry another value if `is_seen` holds for the present one; its end stays.
    pub fn exchange(
        &mut self,
        key: Key,
        value: V,
        bytes: usize,
        is_seen: impl FnOnce(&V) -> bool,
    ) -> bool {
        let seen = self.entries.peek(&key).filter(|entry| is_seen(&entry.value));
        let ends = seen.map(|entry| (entry.expires, entry.stale));
        let Some((expires, stale)) = ends else { return false };
        self.set(key, Entry { value, expires, stale, bytes });
        true
    }

    /// Give an entry another end; whether there is one.
    pub fn touch(&mut self, key: &[u8], expires: f64, now: f64) -> bool {
        let found = self.entries.get_mut(key).filter(|entry| !entry.is_over(now));
        found.map(|mut entry| entry.expires = expires).is_some()
    }

    pub fn delete(&mut self, key: &[u8]) -> bool {
        self.entries.remove(key).is_some()
    }

    /// Free what is over, also for those who take old values.
    pub fn delete_over(&mut self, key: &[u8], now: f64) {
        self.entries.remove_if(key, |entry| entry.is_of_no_use(now));
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
