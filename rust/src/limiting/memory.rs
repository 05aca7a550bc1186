//! Where a table is: memory of this process, or a file that processes map.
use std::fs::{File, OpenOptions};
use std::io::{self, Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use memmap2::{MmapOptions, MmapRaw};

use super::header::{Header, SIZE};

/// Memory of `bytes` zeros after a header. A child made by `fork` has its own copy.
pub fn private(header: &Header, bytes: usize) -> io::Result<MmapRaw> {
    let mut map = MmapOptions::new().len(SIZE + bytes).map_anon()?;
    map[..SIZE].copy_from_slice(&header.to_bytes());
    Ok(map.into())
}

/// The file at `path`, made with this header and `bytes` zeros by whoever comes first.
///
/// # Errors
/// Those of the file system; `InvalidData` for a file that is not such a table, and
/// `PermissionDenied` for one that belongs to somebody else.
pub fn shared(path: &Path, header: &Header, bytes: usize) -> io::Result<MmapRaw> {
    let file = match open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(path, header, bytes)?;
            open(path)?
        }
        other => other?,
    };
    check(&file, SIZE + bytes)?;
    MmapOptions::new().len(SIZE + bytes).map_raw(&file)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options.open(path)
}

/// Written under another name and linked: nobody sees half a file, wherever its maker is killed.
fn create(path: &Path, header: &Header, bytes: usize) -> io::Result<()> {
    let draft = draft(path);
    let made = write(&draft, header, bytes).and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    // What is left behind is a file that nobody opens: no reason to fail.
    let _ = std::fs::remove_file(&draft);
    made
}

fn draft(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.{number}", std::process::id()));
    name.into()
}

/// Zeros are written, not left as a hole: a full file system is an error now, not a SIGBUS later.
fn write(path: &Path, header: &Header, bytes: usize) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(&header.to_bytes())?;
    io::copy(&mut io::repeat(0).take(bytes as u64), &mut file)?;
    Ok(())
}

fn check(file: &File, length: usize) -> io::Result<()> {
    let about = file.metadata()?;
    if !about.is_file() || about.len() != length as u64 {
        return Err(Error::new(ErrorKind::InvalidData, "not a table of this capacity"));
    }
    #[cfg(unix)]
    // SAFETY: asks for a number of this process.
    if std::os::unix::fs::MetadataExt::uid(&about) != unsafe { libc::geteuid() } {
        return Err(Error::new(ErrorKind::PermissionDenied, "the table of another user"));
    }
    Ok(())
}
