//! Texts of code points below 256, one a byte.
use super::PIECE;
use super::forms::Form;
use crate::text::output::Output;
use crate::text::scan::{self, Ascii, Copied};

pub(super) fn escape_latin1(out: &mut Vec<u8>, text: &[u8], forms: &[Form; 256]) {
    for piece in text.chunks(PIECE) {
        let start = out.room(6 * PIECE + 16);
        // SAFETY: no byte becomes more than six, and a block of sixteen fits behind those.
        unsafe {
            let end = escape_piece(start, piece, forms);
            out.advance(end.offset_from_unsigned(start));
        }
    }
}

/// Writes what stands for `text`; returns where it ends.
///
/// # Safety
/// There is room for six times the text and sixteen bytes more.
unsafe fn escape_piece(start: *mut u8, text: &[u8], forms: &[Form; 256]) -> *mut u8 {
    let (mut at, mut rest) = (start, text);
    // SAFETY: forms have six bytes at most and are written as seven; blocks are written as sixteen
    // and counted as far as they are clean.
    unsafe {
        while rest.len() >= 16 {
            let clean = scan::copy_block::<Ascii>(rest.as_ptr(), at);
            at = at.add(clean);
            rest = &rest[clean..];
            if clean < 16 {
                at = forms[rest[0] as usize].write(at);
                rest = &rest[1..];
            }
        }
        if scan::copy_clean::<Ascii>(rest, at) == Copied::All {
            return at.add(rest.len());
        }
        for &byte in rest {
            at = forms[byte as usize].write(at);
        }
    }
    at
}
