//! Twice as many bytes at a time, where the processor can: that is found out at run time.
use std::arch::x86_64::{
    __m256i, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_max_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_storeu_si256,
};

use super::{Alphabet, Copied, separators};

/// Shorter texts are not worth a call.
pub const WORTH_IT: usize = 64;

#[inline]
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
