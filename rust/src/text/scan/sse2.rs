//! Sixteen bytes at a time. Every x86-64 has these instructions: nothing has to be found out at run time.
use std::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_max_epu8, _mm_movemask_epi8,
    _mm_or_si128, _mm_set1_epi8,
};

use super::{Alphabet, separators};

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
