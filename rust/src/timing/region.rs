//! Memory of atomic words: of this process, or a file that processes map.
use std::io::{self, Error, ErrorKind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::MmapRaw;

use crate::mapping::{self, Access, Blank};

const WORD: usize = size_of::<u64>();

pub struct Region {
    map: MmapRaw,
    words: usize,
}

impl Region {
    /// So many words, the first of them `header` and the rest zeros.
    pub fn private(header: &[u64], words: usize) -> io::Result<Self> {
        let map = mapping::private(Blank { header: &bytes(header), length: words * WORD })?;
        Ok(Self { map, words })
    }

    /// The same in a file, which whoever comes first makes; one with another header is replaced.
    pub fn shared(path: &Path, header: &[u64], words: usize) -> io::Result<Self> {
        match Self::existing(path, header, words) {
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                let blank = Blank { header: &bytes(header), length: words * WORD };
                mapping::replace(path, blank, Access::Umask)?;
                Self::existing(path, header, words)
            }
            other => other,
        }
    }

    fn existing(path: &Path, header: &[u64], words: usize) -> io::Result<Self> {
        let blank = Blank { header: &bytes(header), length: words * WORD };
        let region = Self { map: mapping::shared(path, blank, Access::Umask)?, words };
        let begins = |(word, part): (&AtomicU64, &u64)| word.load(Ordering::Relaxed) == *part;
        if region.words().iter().zip(header).all(begins) {
            return Ok(region);
        }
        Err(Error::new(ErrorKind::InvalidData, "not histograms of these bounds"))
    }

    /// The words.
    pub fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping lives as long as `self`, begins at a page and has this length, of which
        // the file was seen to have been; all processes access it by atomic operations on words.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.words) }
    }
}

fn bytes(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}
