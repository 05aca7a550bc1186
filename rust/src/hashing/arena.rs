//! Large memory straight from the system, on huge pages where it gives them.
//!
//! A page fault costs about a quarter of a microsecond: the 25,600 of a fresh 100 MiB arena take
//! as long as Argon2's arithmetic on it.
use std::ptr::NonNull;
use std::slice;

/// The size and alignment from which the system can back memory with one translation entry.
const HUGE_PAGE: usize = 2 << 20;

/// Zeroed memory, mapped for this process only: after a fork the child finds zeros.
pub struct Arena {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: an arena owns its memory, and hands it out under the usual rules of borrowing only.
unsafe impl Send for Arena {}

/// Types that are plain numbers: any bits are a value, and dropping does nothing.
///
/// # Safety
/// The above must hold, and the alignment must not be over that of a page (4,096).
pub unsafe trait Plain: Copy {}

// SAFETY: arrays of integers.
unsafe impl Plain for super::argon2::Block {}
// SAFETY: arrays of integers.
unsafe impl Plain for super::scrypt::Chunk {}

impl Arena {
    /// At least `bytes`, or nothing when the system refuses.
    pub fn new(bytes: usize) -> Option<Self> {
        let bytes = bytes.max(1).checked_next_multiple_of(HUGE_PAGE)?;
        Some(Self { start: system::map(bytes)?, bytes })
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The first `length` values, or nothing when the arena is too small for them.
    pub fn values<T: Plain>(&mut self, length: usize) -> Option<&mut [T]> {
        (length.checked_mul(size_of::<T>())? <= self.bytes).then(|| {
            // SAFETY: that many values lie within the mapping, are initialised (zeroed at first)
            // and aligned (it starts at a page); the borrow of `self` keeps them exclusive.
            unsafe { slice::from_raw_parts_mut(self.start.cast().as_ptr(), length) }
        })
    }

    /// Overwrite the first `bytes` with zeros.
    pub fn wipe(&mut self, bytes: usize) {
        // SAFETY: within the mapping, and exclusively borrowed.
        unsafe { self.start.write_bytes(0, bytes.min(self.bytes)) };
        // The zeros are never read here: without this the compiler might leave them out.
        std::hint::black_box(self.start);
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: this is the mapping that `new` made, and nothing borrows it any more.
        unsafe { system::unmap(self.start, self.bytes) };
    }
}

#[cfg(unix)]
mod system {
    use std::ptr::{NonNull, null_mut};

    use super::HUGE_PAGE;

    pub fn map(bytes: usize) -> Option<NonNull<u8>> {
        let padded = bytes.checked_add(HUGE_PAGE)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping of no file, wherever the system likes.
        let mapped = unsafe { libc::mmap(null_mut(), padded, access, kind, -1, 0) };
        if mapped == libc::MAP_FAILED {
            return None;
        }
        let mapped = NonNull::new(mapped.cast::<u8>())?;
        let before = mapped.align_offset(HUGE_PAGE);
        // SAFETY: the three parts make up the mapping just made; only the middle is kept.
        let start = unsafe {
            let start = mapped.add(before);
            cut(mapped, before);
            cut(start.add(bytes), HUGE_PAGE - before);
            start
        };
        advise(start, bytes);
        Some(start)
    }

    /// # Safety
    /// The bytes must be mapped, whole pages, and never used again.
    unsafe fn cut(start: NonNull<u8>, bytes: usize) {
        if bytes > 0 {
            // SAFETY: the caller's promise.
            unsafe { unmap(start, bytes) };
        }
    }

    /// # Safety
    /// As for `cut`.
    pub unsafe fn unmap(start: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { libc::munmap(start.as_ptr().cast(), bytes) };
    }

    /// Huge pages; not in core dumps; zeros in a forked child, which cannot finish the hashes that
    /// other threads were at. Each is a wish: an older kernel may refuse it.
    #[cfg(target_os = "linux")]
    fn advise(start: NonNull<u8>, bytes: usize) {
        for advice in [libc::MADV_HUGEPAGE, libc::MADV_DONTDUMP, libc::MADV_WIPEONFORK] {
            // SAFETY: our own mapping; none of these changes what this process reads.
            unsafe { libc::madvise(start.as_ptr().cast(), bytes, advice) };
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn advise(_: NonNull<u8>, _: usize) {}
}

#[cfg(not(unix))]
mod system {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::ptr::NonNull;

    const PAGE: usize = 4096;

    pub fn map(bytes: usize) -> Option<NonNull<u8>> {
        let layout = Layout::from_size_align(bytes, PAGE).ok()?;
        // SAFETY: `bytes` is not zero.
        NonNull::new(unsafe { alloc_zeroed(layout) })
    }

    /// # Safety
    /// `map` gave these bytes, and they are never used again.
    pub unsafe fn unmap(start: NonNull<u8>, bytes: usize) {
        if let Ok(layout) = Layout::from_size_align(bytes, PAGE) {
            // SAFETY: the caller's promise, with the layout of `map`.
            unsafe { dealloc(start.as_ptr(), layout) };
        }
    }
}
