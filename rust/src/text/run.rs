//! How far a JSON string goes on, many bytes at a time.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub length: usize,
    pub is_ascii: bool,
}

/// How far a string goes on without a quote, a backslash or a control character.
#[inline]
pub fn plain_run(text: &[u8]) -> Run {
    let (blocks, tail) = text.as_chunks::<16>();
    let mut length = 0;
    let mut is_ascii = true;
    for block in blocks {
        let marks = marks(block);
        if marks.ends != 0 {
            let clean = marks.ends.trailing_zeros();
            is_ascii &= marks.high & ((1 << clean) - 1) == 0;
            return Run { length: length + clean as usize, is_ascii };
        }
        is_ascii &= marks.high == 0;
        length += 16;
    }
    let rest = tail.iter().take_while(|&&byte| !ends(byte)).count();
    Run { length: length + rest, is_ascii: is_ascii && tail[..rest].is_ascii() }
}

fn ends(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// One bit a byte.
struct Marks {
    /// Bytes that end a run.
    ends: u32,
    /// Bytes above 127.
    high: u32,
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn marks(block: &[u8; 16]) -> Marks {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set1_epi8,
    };
    // SAFETY: every x86-64 processor has SSE2, and the load needs no alignment.
    let (ends, high) = unsafe {
        let bytes = _mm_loadu_si128(block.as_ptr().cast());
        let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"'.cast_signed()));
        let backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\'.cast_signed()));
        let ends = _mm_or_si128(control, _mm_or_si128(quote, backslash));
        (_mm_movemask_epi8(ends), _mm_movemask_epi8(bytes))
    };
    Marks { ends: ends.cast_unsigned(), high: high.cast_unsigned() }
}

/// Written so that compilers find the vector instructions of other processors.
#[cfg(not(target_arch = "x86_64"))]
fn marks(block: &[u8; 16]) -> Marks {
    let bits = |mark: fn(u8) -> bool| {
        block.iter().rev().fold(0, |bits, &byte| bits << 1 | u32::from(mark(byte)))
    };
    Marks { ends: bits(ends), high: bits(|byte| byte > 127) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slowly(text: &[u8]) -> Run {
        let length = text.iter().position(|&byte| ends(byte)).unwrap_or(text.len());
        Run { length, is_ascii: text[..length].is_ascii() }
    }

    #[test]
    fn every_byte_at_every_place() {
        for length in [0, 1, 15, 16, 17, 31, 40] {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    assert_eq!(plain_run(&text), slowly(&text));
                    text[length - 1] = b'"';
                    assert_eq!(plain_run(&text), slowly(&text));
                }
            }
        }
    }
}
