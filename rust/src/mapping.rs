//! Memory of this process, or of a file that processes map: a header, and zeros behind it.
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use memmap2::{MmapOptions, MmapRaw};

/// What such memory is before anybody writes to it.
#[derive(Clone, Copy)]
pub struct Blank<'a> {
    pub header: &'a [u8],
    /// Bytes, those of the header among them.
    pub length: usize,
}

/// Who may map a file besides the user who made it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Nobody,
    /// Whom the umask lets.
    Umask,
}

/// Memory of this process; a child made by `fork` has its own copy.
pub fn private(blank: Blank) -> io::Result<MmapRaw> {
    let mut map = MmapOptions::new().len(blank.length).map_anon()?;
    map[..blank.header.len()].copy_from_slice(blank.header);
    Ok(map.into())
}

/// The file at `path`, made by whoever comes first. Whether its header is the right one is for the
/// caller to see.
///
/// # Errors
/// Those of the file system; `InvalidData` for what is no file of this length, and with
/// `Access::Nobody` `PermissionDenied` for one that belongs to somebody else.
pub fn shared(path: &Path, blank: Blank, access: Access) -> io::Result<MmapRaw> {
    let file = match open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            drafted(path, blank, access, |draft| link(draft, path))?;
            open(path)?
        }
        other => other?,
    };
    check(&file, blank.length, access)?;
    MmapOptions::new().len(blank.length).map_raw(&file)
}

/// Put a blank file in the place of another; processes that have mapped that one keep it.
pub fn replace(path: &Path, blank: Blank, access: Access) -> io::Result<()> {
    drafted(path, blank, access, |draft| std::fs::rename(draft, path))
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options.open(path)
}

fn check(file: &File, length: usize, access: Access) -> io::Result<()> {
    let about = file.metadata()?;
    if !about.is_file() || about.len() != length as u64 {
        return Err(Error::new(ErrorKind::InvalidData, "not a file of this length"));
    }
    if access == Access::Nobody && !is_ours(&about) {
        return Err(Error::new(ErrorKind::PermissionDenied, "the file of another user"));
    }
    Ok(())
}

/// A temporary directory is its user's own elsewhere.
fn close_to_others(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(unix)]
fn is_ours(about: &Metadata) -> bool {
    // SAFETY: asks for a number of this process.
    std::os::unix::fs::MetadataExt::uid(about) == unsafe { libc::geteuid() }
}

#[cfg(not(unix))]
fn is_ours(_: &Metadata) -> bool {
    true
}

/// Written under another name and put in its place whole: nobody sees half a file, wherever its
/// maker is killed.
fn drafted(
    path: &Path,
    blank: Blank,
    access: Access,
    place: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let draft = draft(path);
    let placed = write(&draft, blank, access).and_then(|()| place(&draft));
    // What is left behind is a file that nobody opens: no reason to fail.
    let _ = std::fs::remove_file(&draft);
    placed
}

fn draft(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.{number}", std::process::id()));
    name.into()
}

fn link(draft: &Path, path: &Path) -> io::Result<()> {
    match std::fs::hard_link(draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Zeros are written, not left as a hole: a full file system is an error now, not a SIGBUS later.
fn write(path: &Path, blank: Blank, access: Access) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if access == Access::Nobody {
        close_to_others(&mut options);
    }
    let mut file = options.open(path)?;
    file.write_all(blank.header)?;
    let zeros = blank.length.saturating_sub(blank.header.len());
    io::copy(&mut io::repeat(0).take(zeros as u64), &mut file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLANK: Blank = Blank { header: b"head", length: 8 };

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("rustaccel-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn bytes(path: &Path) -> Vec<u8> {
        std::fs::read(path).expect("the file")
    }

    #[test]
    fn a_file_is_made_once_and_replaced_when_asked() {
        let path = path("mapping");
        let map = shared(&path, BLANK, Access::Umask).expect("a file");
        assert_eq!((map.len(), bytes(&path)), (8, b"head\0\0\0\0".to_vec()));
        std::fs::write(&path, b"headdata").expect("the file");
        shared(&path, BLANK, Access::Umask).expect("the same file");
        assert_eq!(bytes(&path), b"headdata");
        replace(&path, BLANK, Access::Umask).expect("a new file");
        assert_eq!(bytes(&path), b"head\0\0\0\0");
        std::fs::remove_file(&path).expect("a file");
    }

    #[test]
    fn a_file_of_another_length_is_left_alone() {
        let path = path("length");
        std::fs::write(&path, b"precious").expect("a file");
        let longer = Blank { header: b"head", length: 9 };
        let refused = shared(&path, longer, Access::Umask).expect_err("not such a file");
        assert_eq!((refused.kind(), bytes(&path)), (ErrorKind::InvalidData, b"precious".to_vec()));
        std::fs::remove_file(&path).expect("a file");
    }

    #[test]
    fn memory_of_this_process_begins_with_its_header() {
        let map = private(BLANK).expect("memory");
        // SAFETY: the mapping has eight bytes, and nobody writes to it.
        let seen = unsafe { std::slice::from_raw_parts(map.as_ptr(), map.len()) };
        assert_eq!(seen, b"head\0\0\0\0");
    }
}
