//! Keys and their states, in memory of a fixed size that may be shared.
use std::io::{self, Error, ErrorKind};
use std::path::Path;
use std::slice;

use memmap2::MmapRaw;
use portable_atomic::AtomicU128;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::bucket::{Bucket, SLOTS, Tag, Word};
use super::header::{Header, SIZE};
use super::state::State;
use crate::mapping::{self, Access, Blank};

/// Keys a bucket is planned for: with as many keys as the capacity says, one bucket in twenty is full.
const PLANNED: usize = SLOTS * 2 / 3;
/// Buckets that are counted; as many are looked through in a few milliseconds.
const COUNTED: usize = 1 << 16;
/// Keys of the largest table, 26 GB.
pub const MOST: usize = 1_000_000_000;

pub struct Table {
    memory: MmapRaw,
    header: Header,
}

impl Table {
    /// A table for so many keys in this process.
    pub fn private(capacity: usize) -> io::Result<Self> {
        let header = Header::new(buckets(capacity));
        Self::check(mapping::private(blank(&header.to_bytes(), capacity))?, header.buckets)
    }

    /// A table for so many keys in a file, shared by all processes that open it.
    pub fn shared(path: &Path, capacity: usize) -> io::Result<Self> {
        if !AtomicU128::is_lock_free() {
            let why = "this processor has no compare-and-swap of 128 bits";
            return Err(Error::new(ErrorKind::Unsupported, why));
        }
        let header = Header::new(buckets(capacity));
        let memory = mapping::shared(path, blank(&header.to_bytes(), capacity), Access::Nobody)?;
        Self::check(memory, header.buckets)
    }

    fn check(memory: MmapRaw, buckets: u64) -> io::Result<Self> {
        // SAFETY: the mapping is at least a header long, aligned to a page, and headers do not change.
        let header = unsafe { memory.as_ptr().cast::<[u8; SIZE]>().read() };
        Ok(Self { memory, header: Header::from_bytes(&header, buckets)? })
    }

    /// A hasher that keys of this table begin with.
    pub fn hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_keys(self.header.secret.0, self.header.secret.1)
    }

    /// Change the state of the key that was hashed, and say what `change` says of it.
    ///
    /// `change` is called again when another change came first; without a new state, nothing changes.
    pub fn update<T>(&self, key: &SipHasher13, change: impl Fn(State) -> (T, Option<State>)) -> T {
        let (bucket, tag) = self.place(key);
        loop {
            let Some((slot, word)) = bucket.find(tag) else {
                if let (said, None) = change(State::fresh(0)) {
                    return said;
                }
                bucket.admit(tag);
                continue;
            };
            let (said, new) = change(word.state());
            if new.is_none_or(|state| word.replace(slot, Word::new(tag, state))) {
                return said;
            }
        }
    }

    /// Keys that the table is planned for: those it was asked for, in whole buckets.
    pub fn capacity(&self) -> usize {
        self.buckets().len() * PLANNED
    }

    /// Keys of which something is remembered at this time. Those of a large table are estimated by a
    /// part of it: the hash of a key, which chose its bucket, is as good as chance.
    pub fn remembered(&self, now: u64) -> usize {
        let buckets = self.buckets();
        let seen = &buckets[..buckets.len().min(COUNTED)];
        let counted: usize = seen.iter().map(|bucket| bucket.remembered(now)).sum();
        counted.saturating_mul(buckets.len()) / seen.len().max(1)
    }

    fn place(&self, key: &SipHasher13) -> (&Bucket, Tag) {
        let hash = key.finish128();
        let spread = u128::from(hash.h1) * u128::from(self.header.buckets);
        let at = usize::try_from(spread >> u64::BITS).unwrap_or_default();
        (&self.buckets()[at], Tag::new(hash.h2))
    }

    #[allow(clippy::cast_ptr_alignment, reason = "see below")]
    fn buckets(&self) -> &[Bucket] {
        let count = usize::try_from(self.header.buckets).unwrap_or_default();
        // SAFETY: the mapping was made or checked to be long enough for the header and so many buckets;
        // it is aligned to a page and the header is as long as a bucket; zeros are a bucket, and all
        // that is in one is atomic. The mapping lives as long as `self`.
        unsafe { slice::from_raw_parts(self.memory.as_ptr().add(SIZE).cast::<Bucket>(), count) }
    }
}

fn buckets(capacity: usize) -> u64 {
    capacity.clamp(1, MOST).div_ceil(PLANNED) as u64
}

fn blank(header: &[u8; SIZE], capacity: usize) -> Blank<'_> {
    let buckets = capacity.clamp(1, MOST).div_ceil(PLANNED);
    Blank { header, length: SIZE + buckets * size_of::<Bucket>() }
}
