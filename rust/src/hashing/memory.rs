//! How much memory one hash may ask for.
use std::sync::OnceLock;

/// RFC 9106's largest recommendation is 2 GiB.
const MOST: u64 = 4 << 30;

/// The most bytes that one hash gets: half of what this machine or container has, 4 GiB at most.
///
/// A stored hash names its own memory. Without a bound, one manipulated row could have the process
/// killed for want of memory, which no error handling catches.
pub fn most_bytes() -> u64 {
    static LIMIT: OnceLock<u64> = OnceLock::new();
    *LIMIT.get_or_init(|| bytes().map_or(MOST, |bytes| MOST.min(bytes / 2)))
}

/// What this machine has, or the container if that is less; nothing where the system does not tell.
pub fn bytes() -> Option<u64> {
    [machine(), container()].into_iter().flatten().min()
}

#[cfg(unix)]
fn machine() -> Option<u64> {
    // SAFETY: reads two constants of the system.
    let (pages, size) =
        unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    u64::try_from(pages).ok()?.checked_mul(u64::try_from(size).ok()?)
}

#[cfg(not(unix))]
fn machine() -> Option<u64> {
    None
}

/// The limit of the control group, version 2 or 1; its file says `max` where there is none.
fn container() -> Option<u64> {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    files.iter().find_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok())
}
