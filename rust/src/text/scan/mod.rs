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

pub use copying::{Copied, Headed, copy_block, copy_clean, copy_clean_utf8};

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

/// The instructions that texts are scanned with on this processor.
pub fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    return if avx2::available() { "avx2" } else { "sse2" };
    #[cfg(not(target_arch = "x86_64"))]
    return "portable";
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

#[inline]
pub fn is_clean_byte<A: Alphabet>(byte: u8) -> bool {
    let plain = byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7f);
    plain && if A::UTF8 { byte != 0xe2 } else { byte < 0x80 }
}
