//! What stands before a table: what it is, how large, and the secret of its hashes.
use std::hash::{BuildHasher, RandomState};
use std::io::{Error, ErrorKind, Result};

/// Bytes; a multiple of a bucket's, so that no bucket lies in more cache lines than it needs.
pub const SIZE: usize = 256;
/// Changes with the layout: versions of this package that differ in it never share a table.
const MAGIC: [u8; 8] = *b"raclim\x00\x01";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub buckets: u64,
    /// Nobody who cannot read it can choose keys that meet in one bucket.
    pub secret: (u64, u64),
}

impl Header {
    pub fn new(buckets: u64) -> Self {
        // The standard library takes the keys of its hash tables from the system.
        let random = || RandomState::new().hash_one(buckets);
        Self { buckets, secret: (random(), random()) }
    }

    pub fn to_bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        let words = [u64::from_ne_bytes(MAGIC), self.buckets, self.secret.0, self.secret.1];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_ne_bytes());
        }
        bytes
    }

    pub fn from_bytes(bytes: &[u8; SIZE], buckets: u64) -> Result<Self> {
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[8 * at..8 * at + 8]);
            u64::from_ne_bytes(word)
        };
        if word(0) != u64::from_ne_bytes(MAGIC) || word(1) != buckets {
            return Err(Error::new(ErrorKind::InvalidData, "not a table of this version"));
        }
        Ok(Self { buckets, secret: (word(2), word(3)) })
    }
}
