//! Fast ways to append to a byte buffer.

/// What `Vec<u8>` lacks: short texts without a call to `memcpy`, and writing straight into the spare
/// capacity.
pub trait Output {
    /// Makes room for `more` bytes and returns where they go.
    fn room(&mut self, more: usize) -> *mut u8;

    /// Counts bytes as written.
    ///
    /// # Safety
    /// The next `count` bytes of the room asked for last have been written.
    unsafe fn advance(&mut self, count: usize);

    /// Appends a text that is short most of the time.
    fn put(&mut self, text: &[u8]);
}

impl Output for Vec<u8> {
    #[inline]
    fn room(&mut self, more: usize) -> *mut u8 {
        self.reserve(more);
        self.spare_capacity_mut().as_mut_ptr().cast()
    }

    #[inline]
    unsafe fn advance(&mut self, count: usize) {
        debug_assert!(count <= self.capacity() - self.len());
        // SAFETY: the caller has written `count` bytes into the spare capacity.
        unsafe { self.set_len(self.len() + count) }
    }

    #[inline]
    fn put(&mut self, text: &[u8]) {
        let at = self.room(text.len());
        // SAFETY: there is room for all of the text, which cannot overlap with it, being borrowed.
        unsafe {
            copy(text, at);
            self.advance(text.len());
        }
    }
}

/// Copies a text. Nearly every text here is shorter than 64 bytes, where two overlapping moves of a
/// fixed size take a third of the time of a call to `memcpy`.
///
/// # Safety
/// `to` is valid for writes of `text.len()` bytes and does not overlap with `text`.
#[inline]
pub unsafe fn copy(text: &[u8], to: *mut u8) {
    let (from, length) = (text.as_ptr(), text.len());
    // SAFETY: each branch moves the first and the last N bytes of a text of N to 2N bytes.
    unsafe {
        match length {
            17..=32 => both_ends::<16>(from, to, length),
            33..=64 => both_ends::<32>(from, to, length),
            8..=16 => both_ends::<8>(from, to, length),
            4..8 => both_ends::<4>(from, to, length),
            1..4 => {
                // One, two or all three of these are the same.
                to.write(*from);
                to.add(length / 2).write(*from.add(length / 2));
                to.add(length - 1).write(*from.add(length - 1));
            }
            _ => to.copy_from_nonoverlapping(from, length),
        }
    }
}

#[inline]
unsafe fn both_ends<const N: usize>(from: *const u8, to: *mut u8, length: usize) {
    let last = length - N;
    // SAFETY: the caller has at least N bytes at both places. Both reads come before the writes, so
    // that the compiler may use registers.
    unsafe {
        let head = from.cast::<[u8; N]>().read_unaligned();
        let tail = from.add(last).cast::<[u8; N]>().read_unaligned();
        to.cast::<[u8; N]>().write_unaligned(head);
        to.add(last).cast::<[u8; N]>().write_unaligned(tail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length() {
        let text: Vec<u8> = (0..100).collect();
        for length in 0..text.len() {
            let mut out = Vec::new();
            out.push(7);
            out.put(&text[..length]);
            assert_eq!(out[0], 7);
            assert_eq!(out[1..], text[..length]);
        }
    }
}
