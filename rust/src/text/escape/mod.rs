//! JSON strings, quoted and escaped as Python's `json.dumps` escapes them.
//!
//! With `ensure_ascii` everything outside `' '..='~'` becomes an escape (DEL too, which RFC 8259
//! would not ask for); without it only quotes, backslashes and controls do, and U+2028 and U+2029,
//! which DRF's `JSONRenderer` escapes so that its output is also JavaScript.
#![allow(clippy::inline_always, reason = "the inner loop of every text")]
mod forms;
mod latin1;
mod line_separators;
#[cfg(test)]
mod tests;
mod utf8;

use forms::{ASCII_FORMS, UNICODE_FORMS, ascii_form};
use latin1::escape_latin1;
pub use line_separators::with_line_separators;
use utf8::escape_utf8;

use super::output::Output;
use super::scan::{self, Ascii, Copied, Headed};

/// Characters spelled between two questions for room: enough for the question not to matter, few
/// enough for the worst case (12 bytes each) not to waste memory.
const PIECE: usize = 256;

/// Writes `text` with its quotes.
pub fn quote(out: &mut Vec<u8>, text: &str, ensure_ascii: bool) {
    out.push(b'"');
    if ensure_ascii {
        let clean = put_clean(out, text.as_bytes(), scan::copy_clean::<Ascii>);
        text[clean..].chars().for_each(|character| escape_character(out, character));
    } else {
        escape_utf8(out, text.as_bytes());
    }
    out.push(b'"');
}

/// Writes the clean bytes that a text begins with, or less of a short one; returns how many.
#[inline(always)]
fn put_clean(out: &mut Vec<u8>, text: &[u8], copy: unsafe fn(&[u8], *mut u8) -> Copied) -> usize {
    let at = out.room(text.len() + 16);
    // SAFETY: there is room for the text and sixteen bytes more, which cannot overlap with it, being
    // borrowed; and what is counted has been written.
    unsafe {
        let clean = match copy(text, at) {
            Copied::All => text.len(),
            Copied::Part(clean) => clean,
        };
        out.advance(clean);
        clean
    }
}

/// Writes an opening quote and the text behind it as far as nothing in it needs an escape.
///
/// # Safety
/// There is room for the quote and the whole text, and for sixteen bytes of a shorter one.
#[inline(always)]
pub unsafe fn open_quote(text: Headed<'_>, at: *mut u8) -> Copied {
    // SAFETY: as the caller promises.
    unsafe {
        at.write(b'"');
        text.copy_clean::<Ascii>(at.add(1))
    }
}

/// The same of any text, in UTF-8.
///
/// # Safety
/// There is room for the quote, the whole text and sixteen bytes more.
#[inline(always)]
pub unsafe fn open_quote_utf8(text: &[u8], at: *mut u8) -> Copied {
    // SAFETY: as the caller promises.
    unsafe {
        at.write(b'"');
        scan::copy_clean_utf8(text, at.add(1))
    }
}

/// Writes the rest of a text in UTF-8, and the closing quote.
pub fn close_quote_utf8(out: &mut Vec<u8>, text: &[u8]) {
    escape_utf8(out, text);
    out.push(b'"');
}

/// Writes the rest of a text of code points below 256, and the closing quote.
pub fn close_quote(out: &mut Vec<u8>, text: &[u8], ensure_ascii: bool) {
    escape_latin1(out, text, if ensure_ascii { &ASCII_FORMS } else { &UNICODE_FORMS });
    out.push(b'"');
}

/// Writes a string of code points below 256, one a byte, with its quotes, in ASCII.
pub fn quote_latin1(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    close_quote(out, text, true);
}

/// Writes a string of UTF-16 or UTF-32 code points with its quotes, in ASCII. Two surrogates in a row are
/// two code points, as in Python's `str`, never one character.
pub fn quote_wide<T: Copy + Into<u32>>(out: &mut Vec<u8>, text: &[T]) {
    out.push(b'"');
    for piece in text.chunks(PIECE) {
        let start = out.room(12 * PIECE);
        let mut at = start;
        for &point in piece {
            // SAFETY: no code point takes more than twelve bytes.
            at = unsafe { ascii_form(at, point.into()) };
        }
        // SAFETY: all from `start` to `at` has been written.
        unsafe { out.advance(at.offset_from_unsigned(start)) };
    }
    out.push(b'"');
}

fn escape_character(out: &mut Vec<u8>, character: char) {
    let start = out.room(12);
    // SAFETY: the form has at most twelve bytes.
    unsafe {
        let end = ascii_form(start, character.into());
        out.advance(end.offset_from_unsigned(start));
    }
}
