//! Eight bytes at a time, on any processor.
#![allow(clippy::cast_possible_truncation, reason = "words are taken apart into their bytes")]
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
