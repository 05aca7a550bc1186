//! Looking for the bytes of a JSON string that cannot stand for themselves, many at a time.
#[cfg(target_arch = "x86_64")]
mod avx2;
mod copying;
#[cfg(target_arch = "x86_64")]
mod sse2;
#[cfg(test)]
mod tests;
#[cfg(any(test, not(target_arch = "x86_64")))]
mod words;

pub use copying::{Copied, Headed, copy_block, copy_clean};

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
