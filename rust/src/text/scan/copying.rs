//! Copying the clean bytes of a text while looking for one that is not.
#![allow(
    clippy::cast_possible_truncation,
    clippy::inline_always,
    reason = "lengths below sixteen; the inner loop of every text"
)]
use std::marker::PhantomData;

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::{Alphabet, Utf8, clean_at_end, clean_in_block};

/// How far a text was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// All of it, and all of it is clean. Its length is not repeated here: a caller that takes it
    /// from the text can go on before the processor has seen the bytes.
    All,
    /// At least these many bytes, which are clean; those behind them may be overwritten.
    Part(usize),
}

/// Copies the clean bytes that `text` begins with.
///
/// # Safety
/// `to` is valid for writes of sixteen bytes and of the whole text, and does not overlap with it.
#[inline(always)]
pub unsafe fn copy_clean<A: Alphabet>(text: &[u8], to: *mut u8) -> Copied {
    if text.len() >= 16 {
        // SAFETY: as the caller promises.
        return unsafe { copy_blocks::<A>(text, to) };
    }
    let block = padded(text);
    // SAFETY: as the caller promises.
    unsafe { to.cast::<[u8; 16]>().write_unaligned(block) };
    // Zeros are not clean.
    let clean = clean_in_block::<A>(&block);
    if clean == text.len() { Copied::All } else { Copied::Part(clean) }
}

/// A text of less than sixteen bytes and zeros behind it, put together without a loop.
#[inline]
fn padded(text: &[u8]) -> [u8; 16] {
    let end = 8 * text.len();
    let word = match text.len() {
        8.. => eight(text.first_chunk()) | eight(text.last_chunk()) << (end - 64),
        4.. => four(text.first_chunk()) | four(text.last_chunk()) << (end - 32),
        _ => text.iter().rev().fold(0, |word, &byte| word << 8 | u128::from(byte)),
    };
    word.to_le_bytes()
}

#[inline]
fn eight(bytes: Option<&[u8; 8]>) -> u128 {
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes).into())
}

#[inline]
fn four(bytes: Option<&[u8; 4]>) -> u128 {
    bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes).into())
}

/// As [`copy_clean`] of UTF-8, also past characters that only begin as U+2028 and U+2029 do.
///
/// # Safety
/// `to` is valid for writes of sixteen bytes more than the text has, and does not overlap with it.
#[inline]
pub unsafe fn copy_clean_utf8(text: &[u8], to: *mut u8) -> Copied {
    let mut start = 0;
    loop {
        let rest = &text[start..];
        // SAFETY: as the caller promises.
        let Copied::Part(clean) = (unsafe { copy_clean::<Utf8>(rest, to.add(start)) }) else {
            return Copied::All;
        };
        start += clean;
        match rest[clean..].first_chunk() {
            // The end of a block had cut it in two.
            Some(&character @ [0xe2, second, third]) if (second, third | 1) != (0x80, 0xa9) => {
                // SAFETY: as the caller promises.
                unsafe { to.add(start).cast::<[u8; 3]>().write_unaligned(character) };
                start += 3;
            }
            _ => return Copied::Part(start),
        }
    }
}

/// Block after block, then the last sixteen bytes, which may overlap with the last block.
#[inline]
unsafe fn copy_blocks<A: Alphabet>(text: &[u8], to: *mut u8) -> Copied {
    #[cfg(target_arch = "x86_64")]
    if text.len() >= avx2::WORTH_IT && avx2::available() {
        // SAFETY: as the caller promises; the processor has the instructions.
        return unsafe { avx2::copy_blocks::<A>(text, to) };
    }
    let last = text.len() - 16;
    let mut start = 0;
    loop {
        // SAFETY: the block ends inside the text, or where it does.
        let clean = unsafe { copy_block::<A>(text.as_ptr().add(start), to.add(start)) };
        if clean < 16 {
            return Copied::Part(start + clean);
        }
        if start == last {
            return Copied::All;
        }
        start = last.min(start + 16);
    }
}

/// A text in front of which sixteen more bytes can be read, as the header of a Python object can.
/// The sixteen bytes that end with it hold a short text whole: no branch asks for its length, which
/// no processor could foretell.
#[derive(Clone, Copy)]
pub struct Headed<'a> {
    start: *const u8,
    length: usize,
    text: PhantomData<&'a [u8]>,
}

impl<'a> Headed<'a> {
    /// # Safety
    /// From sixteen bytes before `start` to `length` behind it all can be read, and the text does not
    /// change, as long as `'a`.
    #[inline]
    pub unsafe fn new(start: *const u8, length: usize) -> Self {
        Self { start, length, text: PhantomData }
    }

    #[inline]
    pub fn as_slice(self) -> &'a [u8] {
        // SAFETY: as promised when this was made.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }

    /// As [`copy_clean`].
    ///
    /// # Safety
    /// `to` is valid for writes of sixteen bytes and of the whole text, and does not overlap with it.
    #[inline(always)]
    pub unsafe fn copy_clean<A: Alphabet>(self, to: *mut u8) -> Copied {
        if self.length > 16 {
            // SAFETY: as the caller promises.
            return unsafe { copy_blocks::<A>(self.as_slice(), to) };
        }
        // SAFETY: the sixteen bytes that end with the text can be read, and there is room for as many.
        let block = unsafe {
            let block = self.start.add(self.length).sub(16).cast::<[u8; 16]>().read_unaligned();
            let text = u128::from_le_bytes(block).unbounded_shr(8 * (16 - self.length as u32));
            to.cast::<[u8; 16]>().write_unaligned(text.to_le_bytes());
            block
        };
        // Of the block, not of what was shifted: both then go on side by side.
        let clean = clean_at_end::<A>(block, self.length);
        if clean >= self.length { Copied::All } else { Copied::Part(clean) }
    }
}

/// Copies sixteen bytes and says how many of them are clean before one is not.
///
/// # Safety
/// There are sixteen bytes to read and room for as many, without overlap.
#[inline]
pub unsafe fn copy_block<A: Alphabet>(from: *const u8, to: *mut u8) -> usize {
    // SAFETY: as the caller promises.
    let block = unsafe {
        let block = from.cast::<[u8; 16]>().read_unaligned();
        to.cast::<[u8; 16]>().write_unaligned(block);
        block
    };
    clean_in_block::<A>(&block)
}
