//! Memory of atomic words: of this process, or a file that processes map.
use std::fs::{File, OpenOptions};
use std::io::{self, Error, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::AtomicU64;

use memmap2::{MmapOptions, MmapRaw};

const WORD: usize = size_of::<u64>();

pub struct Region {
    map: MmapRaw,
    words: usize,
}

impl Region {
    /// So many words, the first of them `header` and the rest zeros.
    pub fn private(header: &[u64], words: usize) -> io::Result<Self> {
        let mut map = MmapOptions::new().len(words * WORD).map_anon()?;
        map[..header.len() * WORD].copy_from_slice(&bytes(header));
        Ok(Self { map: map.into(), words })
    }

    /// The same in a file, which whoever comes first makes; one with another header is replaced.
    pub fn shared(path: &Path, header: &[u64], words: usize) -> io::Result<Self> {
        match Self::existing(path, header, words) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => {
                create(path, header, words, error.kind() == ErrorKind::InvalidData)?;
                Self::existing(path, header, words)
            }
            other => other,
        }
    }

    fn existing(path: &Path, header: &[u64], words: usize) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
        let file = options.open(path)?;
        let about = file.metadata()?;
        if !about.is_file() || about.len() != (words * WORD) as u64 || !begins(&file, header)? {
            return Err(Error::new(ErrorKind::InvalidData, "not histograms of these bounds"));
        }
        let map = MmapOptions::new().len(words * WORD).map_raw(&file)?;
        Ok(Self { map, words })
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

fn begins(mut file: &File, header: &[u64]) -> io::Result<bool> {
    let mut found = vec![0; header.len() * WORD];
    io::Read::read_exact(&mut file, &mut found)?;
    Ok(found == bytes(header))
}

/// Written under another name and put in place whole: nobody sees half a file.
///
/// Zeros are written, not left as a hole: a full file system is an error now, not a SIGBUS later.
fn create(path: &Path, header: &[u64], words: usize, replace: bool) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = Path::new(&draft);
    let mut content = bytes(header);
    content.resize(words * WORD, 0);
    let made = File::create(draft).and_then(|mut file| file.write_all(&content));
    let placed = made.and_then(|()| place(draft, path, replace));
    // What is left behind is a file that nobody opens: no reason to fail.
    let _ = std::fs::remove_file(draft);
    placed
}

fn place(draft: &Path, path: &Path, replace: bool) -> io::Result<()> {
    if replace {
        return std::fs::rename(draft, path);
    }
    match std::fs::hard_link(draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
