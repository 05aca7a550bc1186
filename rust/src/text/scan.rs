//! Looking for the bytes of a JSON string that cannot stand for themselves, many at a time.
#![allow(
    clippy::cast_possible_truncation,
    clippy::inline_always,
    reason = "words are taken apart into their bytes; the inner loop of every text"
)]
use std::marker::PhantomData;

use super::output::copy;

/// Which bytes are clean: never controls, quotes, backslashes and DEL.
pub trait Alphabet {
    /// Whether U+2028 and U+2029 may begin at a byte that is clean otherwise.
    const UTF8: bool;
}

/// Of the others those below 128.
pub struct Ascii;

/// All others but 0xE2, with which U+2028 and U+2029 begin.
pub struct Utf8;

impl Alphabet for Ascii {
    const UTF8: bool = false;
}

impl Alphabet for Utf8 {
    const UTF8: bool = true;
}

/// How many clean bytes two words begin with.
#[inline]
fn clean_in_words<A: Alphabet>(head: u64, tail: u64) -> usize {
    #[cfg(target_arch = "x86_64")]
    return sse2::clean_in_words::<A>(head, tail);
    #[cfg(not(target_arch = "x86_64"))]
    return words::clean_in_words::<A>(head, tail);
}

/// How many clean bytes the last `length` bytes of a block begin with.
#[inline]
fn clean_at_end<A: Alphabet>(block: [u8; 16], length: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    return sse2::clean_at_end::<A>(block, length);
    #[cfg(not(target_arch = "x86_64"))]
    return words::clean_at_end::<A>(block, length);
}

/// How many clean bytes a block begins with.
#[inline]
fn clean_in_block<A: Alphabet>(block: &[u8; 16]) -> usize {
    #[cfg(target_arch = "x86_64")]
    return sse2::clean_in_block::<A>(block);
    #[cfg(not(target_arch = "x86_64"))]
    return words::clean_at_end::<A>(*block, 16);
}

/// Where U+2028 and U+2029 may begin, of bytes that they may consist of, one bit each. Most of what begins
/// like them is something else: dashes, quotes. What comes after the `last` byte is not known.
#[cfg(target_arch = "x86_64")]
fn separators(first: u32, second: u32, third: u32, last: u32) -> u32 {
    first & (second >> 1 | 1 << last) & (third >> 2 | 3 << (last - 1))
}

/// Whether a text of less than sixteen bytes is clean.
#[inline]
pub fn is_clean<A: Alphabet>(text: &[u8]) -> bool {
    if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return clean_in_words::<A>(u64::from_le_bytes(*head), u64::from_le_bytes(*tail)) == 16;
    }
    if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let (head, tail) = (u32::from_le_bytes(*head), u32::from_le_bytes(*tail));
        let word = u64::from(head) | u64::from(tail) << 32;
        return clean_in_words::<A>(word, word) == 16;
    }
    let [first, .., last] = *text else { return text.iter().all(|&byte| is_clean_byte::<A>(byte)) };
    is_clean_byte::<A>(first) & is_clean_byte::<A>(text[1]) & is_clean_byte::<A>(last)
}

#[inline]
pub fn is_clean_byte<A: Alphabet>(byte: u8) -> bool {
    let plain = byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7f);
    plain && if A::UTF8 { byte != 0xe2 } else { byte < 0x80 }
}

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
/// `to` is valid for writes of `text.len()` bytes and does not overlap with `text`.
#[inline(always)]
pub unsafe fn copy_clean<A: Alphabet>(text: &[u8], to: *mut u8) -> Copied {
    if text.len() >= 16 {
        // SAFETY: as the caller promises.
        return unsafe { copy_blocks::<A>(text, to) };
    }
    // SAFETY: as the caller promises.
    unsafe { copy(text, to) };
    if is_clean::<A>(text) { Copied::All } else { Copied::Part(0) }
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

/// The instructions that texts are scanned with on this processor.
pub fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    return if avx2::available() { "avx2" } else { "sse2" };
    #[cfg(not(target_arch = "x86_64"))]
    return "portable";
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

/// Every x86-64 has these instructions: nothing has to be found out at run time.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_max_epu8, _mm_movemask_epi8,
        _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    };

    use super::{Alphabet, separators};

    #[inline]
    pub fn clean_in_words<A: Alphabet>(head: u64, tail: u64) -> usize {
        // SAFETY: SSE2 is part of x86-64.
        let bytes = unsafe { _mm_set_epi64x(tail.cast_signed(), head.cast_signed()) };
        ((marks::<A>(bytes) | first::<A>(bytes)) | 1 << 16).trailing_zeros() as usize
    }

    #[inline]
    pub fn clean_in_block<A: Alphabet>(block: &[u8; 16]) -> usize {
        // SAFETY: SSE2 is part of x86-64, and the load needs no alignment.
        let bytes = unsafe { _mm_loadu_si128(block.as_ptr().cast()) };
        let (mut marks, first) = (marks::<A>(bytes), first::<A>(bytes));
        if first != 0 {
            marks |= separators(first, equal(bytes, 0x80), equal(odd(bytes), 0xa9), 15);
        }
        (marks | 1 << 16).trailing_zeros() as usize
    }

    #[inline]
    pub fn clean_at_end<A: Alphabet>(block: [u8; 16], length: usize) -> usize {
        // SAFETY: SSE2 is part of x86-64, and the load needs no alignment.
        let bytes = unsafe { _mm_loadu_si128(block.as_ptr().cast()) };
        let marks = marks::<A>(bytes) | first::<A>(bytes);
        (marks >> (16 - length) | 1 << length).trailing_zeros() as usize
    }

    /// One bit for each byte that U+2028 and U+2029 may begin with.
    #[inline]
    fn first<A: Alphabet>(bytes: __m128i) -> u32 {
        if A::UTF8 { equal(bytes, 0xe2) } else { 0 }
    }

    #[inline]
    fn equal(bytes: __m128i, byte: u8) -> u32 {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, each(byte))) }.cast_unsigned()
    }

    /// The bytes with their lowest bits set.
    #[inline]
    fn odd(bytes: __m128i) -> __m128i {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_or_si128(bytes, each(1)) }
    }

    /// One bit for each byte that is not clean, whatever it is followed by.
    #[inline]
    fn marks<A: Alphabet>(bytes: __m128i) -> u32 {
        // SAFETY: SSE2 is part of x86-64.
        let marks = unsafe {
            let is = |byte: u8| _mm_cmpeq_epi8(bytes, each(byte));
            let control = if A::UTF8 {
                _mm_cmpeq_epi8(_mm_max_epu8(bytes, each(0x1f)), each(0x1f))
            } else {
                // As signed numbers, controls and bytes from 128 on are one range.
                _mm_cmplt_epi8(bytes, each(0x20))
            };
            let special = _mm_or_si128(_mm_or_si128(is(b'"'), is(b'\\')), is(0x7f));
            _mm_movemask_epi8(_mm_or_si128(control, special))
        };
        marks.cast_unsigned()
    }

    #[inline]
    fn each(byte: u8) -> __m128i {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_set1_epi8(byte.cast_signed()) }
    }
}

/// Twice as many bytes at a time, where the processor can: that is found out at run time.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_max_epu8,
        _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_storeu_si256,
    };

    use super::{Alphabet, Copied, separators};

    /// Shorter texts are not worth a call.
    pub const WORTH_IT: usize = 64;

    #[inline(always)]
    pub fn available() -> bool {
        is_x86_feature_detected!("avx2")
    }

    /// As the function of this name outside.
    ///
    /// # Safety
    /// There are 32 bytes and as many as the text has; `to` is valid for writes of them, without overlap.
    #[target_feature(enable = "avx2")]
    pub unsafe fn copy_blocks<A: Alphabet>(text: &[u8], to: *mut u8) -> Copied {
        let last = text.len() - 32;
        let mut start = 0;
        loop {
            // SAFETY: the block ends inside the text, or where it does.
            let marks = unsafe {
                let block = _mm256_loadu_si256(text.as_ptr().add(start).cast());
                _mm256_storeu_si256(to.add(start).cast(), block);
                marks::<A>(block)
            };
            if marks != 0 {
                return Copied::Part(start + marks.trailing_zeros() as usize);
            }
            if start == last {
                return Copied::All;
            }
            start = last.min(start + 32);
        }
    }

    /// One bit for each byte that is not clean.
    #[target_feature(enable = "avx2")]
    fn marks<A: Alphabet>(bytes: __m256i) -> u32 {
        let each = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, each(byte));
        let control = if A::UTF8 {
            _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, each(0x1f)), each(0x1f))
        } else {
            // As signed numbers, controls and bytes from 128 on are one range.
            _mm256_cmpgt_epi8(each(0x20), bytes)
        };
        let special = _mm256_or_si256(_mm256_or_si256(is(b'"'), is(b'\\')), is(0x7f));
        let marks = _mm256_movemask_epi8(_mm256_or_si256(control, special)).cast_unsigned();
        let first = if A::UTF8 { _mm256_movemask_epi8(is(0xe2)).cast_unsigned() } else { 0 };
        if first == 0 {
            return marks;
        }
        let second = _mm256_movemask_epi8(is(0x80)).cast_unsigned();
        let odd = _mm256_or_si256(bytes, each(1));
        let third = _mm256_movemask_epi8(_mm256_cmpeq_epi8(odd, each(0xa9))).cast_unsigned();
        marks | separators(first, second, third, 31)
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod words {
    use super::Alphabet;

    #[inline]
    pub fn clean_in_words<A: Alphabet>(head: u64, tail: u64) -> usize {
        let clean = suspects::<A>(head).trailing_zeros() / 8;
        let more = || suspects::<A>(tail).trailing_zeros() / 8;
        (if clean < 8 { clean } else { 8 + more() }) as usize
    }

    #[inline]
    pub fn clean_at_end<A: Alphabet>(block: [u8; 16], length: usize) -> usize {
        let text = u128::from_le_bytes(block).unbounded_shr(8 * (16 - length as u32));
        clean_in_words::<A>(text as u64, (text >> 64) as u64).min(length)
    }

    const HIGH_BITS: u64 = each(0x80);

    /// The high bit of the first byte that is a control, a quote or a backslash; bits above it may be
    /// wrong, since the subtractions borrow upwards.
    #[inline]
    const fn specials(word: u64) -> u64 {
        below(word, b' ') | equal_to(word, b'"') | equal_to(word, b'\\')
    }

    /// The high bit of the first byte that is not clean; bits above it may be wrong.
    #[inline]
    fn suspects<A: Alphabet>(word: u64) -> u64 {
        let outside = if A::UTF8 { equal_to(word, 0xe2) } else { word & HIGH_BITS };
        specials(word) | equal_to(word, 0x7f) | outside
    }

    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }

    #[inline]
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(each(limit)) & !word & HIGH_BITS
    }

    #[inline]
    const fn equal_to(word: u64, byte: u8) -> u64 {
        below(word ^ each(byte), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every offset around the sizes of words and blocks, against the definition.
    #[test]
    fn blocks_and_words_agree_with_bytes() {
        for byte in 0..=255 {
            for length in [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 97] {
                for place in 0..length {
                    let mut text = vec![b'x'; length];
                    text[place] = byte;
                    agrees::<Ascii>(&text);
                    text.resize(length + 2, 0xc3);
                    agrees::<Ascii>(&text);
                    agrees::<Utf8>(&text);
                }
            }
        }
        agrees::<Ascii>(b"");
    }

    fn agrees<A: Alphabet>(text: &[u8]) {
        let clean = text.iter().take_while(|&&byte| is_clean_byte::<A>(byte)).count();
        if let Some(block) = text.first_chunk() {
            let block = u128::from_le_bytes(*block);
            let (head, tail) = (block as u64, (block >> 64) as u64);
            assert_eq!(clean_in_words::<A>(head, tail), clean.min(16));
            assert_eq!(words::clean_in_words::<A>(head, tail), clean.min(16));
            for length in 0..=16 {
                let block = block.to_le_bytes();
                let behind = block[16 - length..].iter();
                let clean = behind.take_while(|&&byte| is_clean_byte::<A>(byte)).count();
                assert_eq!(clean_at_end::<A>(block, length), clean);
                assert_eq!(words::clean_at_end::<A>(block, length), clean);
            }
        }
        let mut copied = vec![0; text.len()];
        // SAFETY: the copy has room for the text.
        match unsafe { copy_clean::<A>(text, copied.as_mut_ptr()) } {
            Copied::All => assert_eq!(copied, text),
            Copied::Part(count) => {
                assert!(count <= clean && clean < text.len());
                assert_eq!(copied[..count], text[..count]);
            }
        }
        headed_agrees::<A>(text, clean);
    }

    fn headed_agrees<A: Alphabet>(text: &[u8], clean: usize) {
        let headed = [&[b'"'; 16], text].concat();
        let mut copied = vec![0; text.len().max(16)];
        // SAFETY: sixteen bytes stand before the text, and the copy has room for as many.
        let outcome = unsafe {
            let headed = Headed::new(headed.as_ptr().add(16), text.len());
            headed.copy_clean::<A>(copied.as_mut_ptr())
        };
        let count = match outcome {
            Copied::All => text.len(),
            Copied::Part(count) => count,
        };
        // Longer texts are looked at more closely.
        assert!(count == clean || (A::UTF8 && text[clean] == 0xe2));
        assert_eq!(copied[..count], text[..count]);
    }
}
