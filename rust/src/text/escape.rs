//! JSON strings, quoted and escaped as Python's `json.dumps` escapes them.
//!
//! With `ensure_ascii` everything outside `' '..='~'` becomes an escape (DEL too, which RFC 8259
//! would not ask for); without it only quotes, backslashes and controls do, and U+2028 and U+2029,
//! which DRF's `JSONRenderer` escapes so that its output is also JavaScript.
#![allow(
    clippy::cast_possible_truncation,
    clippy::inline_always,
    clippy::many_single_char_names,
    reason = "characters are taken apart into their bytes; the inner loop of every text"
)]
use super::output::Output;
use super::scan::{self, Ascii, Copied, Headed, Utf8};

/// Text that UTF-8 cannot carry: stock raises `UnicodeEncodeError` for it.
#[derive(Debug, PartialEq, Eq)]
pub struct LoneSurrogate;

const HEX: &[u8; 16] = b"0123456789abcdef";
/// The second and third byte of the UTF-8 forms of U+2028 and U+2029, and what stands for them.
const SEPARATORS: [(&[u8], &[u8]); 2] = [(b"\x80\xa8", b"\\u2028"), (b"\x80\xa9", b"\\u2029")];
/// Characters spelled between two questions for room: enough for the question not to matter, few
/// enough for the worst case (12 bytes each) not to waste memory.
const PIECE: usize = 256;

/// Writes `text` with its quotes.
pub fn quote(out: &mut Vec<u8>, text: &str, ensure_ascii: bool) {
    out.push(b'"');
    if !put_clean(out, text.as_bytes(), ensure_ascii) {
        if ensure_ascii {
            text.chars().for_each(|character| escape_character(out, character));
        } else {
            escape_utf8(out, text.as_bytes());
        }
    }
    out.push(b'"');
}

/// Writes a text and says so if nothing in it needs an escape; writes nothing otherwise.
fn put_clean(out: &mut Vec<u8>, text: &[u8], ensure_ascii: bool) -> bool {
    let at = out.room(text.len());
    // SAFETY: there is room for the text, which cannot overlap with it, being borrowed; and what is
    // counted has been written.
    unsafe {
        let copied = if ensure_ascii {
            scan::copy_clean::<Ascii>(text, at)
        } else {
            scan::copy_clean::<Utf8>(text, at)
        };
        let is_clean = copied == Copied::All;
        if is_clean {
            out.advance(text.len());
        }
        is_clean
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

/// Writes the rest of a text of code points below 256, and the closing quote.
pub fn close_quote(out: &mut Vec<u8>, text: &[u8], ensure_ascii: bool) {
    escape_latin1(out, text, if ensure_ascii { &ASCII_FORMS } else { &UNICODE_FORMS });
    out.push(b'"');
}

/// Writes a string of code points below 256, one a byte, with its quotes.
pub fn quote_latin1(out: &mut Vec<u8>, text: &[u8], ensure_ascii: bool) {
    out.push(b'"');
    close_quote(out, text, ensure_ascii);
}

/// Writes a string of UTF-16 or UTF-32 code points with its quotes. Two surrogates in a row are two
/// code points, as in Python's `str`, never one character.
///
/// # Errors
/// [`LoneSurrogate`] without `ensure_ascii`; `out` then ends in the middle of the string.
pub fn quote_wide<T: Copy + Into<u32>>(
    out: &mut Vec<u8>,
    text: &[T],
    ensure_ascii: bool,
) -> Result<(), LoneSurrogate> {
    out.push(b'"');
    for piece in text.chunks(PIECE) {
        let start = out.room(12 * PIECE);
        let mut at = start;
        for &point in piece {
            // SAFETY: no code point takes more than twelve bytes.
            at = unsafe {
                if ensure_ascii {
                    ascii_form(at, point.into())
                } else {
                    utf8_form(at, point.into())?
                }
            };
        }
        // SAFETY: all from `start` to `at` has been written.
        unsafe { out.advance(at.offset_from_unsigned(start)) };
    }
    out.push(b'"');
    Ok(())
}

fn escape_latin1(out: &mut Vec<u8>, text: &[u8], forms: &[Form; 256]) {
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

fn escape_utf8(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    loop {
        let clean = scan::clean_run::<Utf8>(rest);
        out.put(&rest[..clean]);
        let Some((&byte, after)) = rest[clean..].split_first() else { break };
        rest = after;
        let separator = SEPARATORS.iter().find(|(tail, _)| byte == 0xe2 && after.starts_with(tail));
        match separator {
            Some((tail, form)) => {
                out.put(form);
                rest = &after[tail.len()..];
            }
            None if byte >= 0x7f => out.push(byte),
            None => out.put(UNICODE_FORMS[byte as usize].as_bytes()),
        }
    }
}

fn escape_character(out: &mut Vec<u8>, character: char) {
    let start = out.room(12);
    // SAFETY: the form has at most twelve bytes.
    unsafe {
        let end = ascii_form(start, character.into());
        out.advance(end.offset_from_unsigned(start));
    }
}

/// Writes the escaped form of a code point; returns where it ends.
///
/// # Safety
/// There is room for twelve bytes.
#[inline]
unsafe fn ascii_form(at: *mut u8, point: u32) -> *mut u8 {
    // SAFETY: two escapes of six bytes are the longest form.
    unsafe {
        if let Ok(byte) = u8::try_from(point) {
            return ASCII_FORMS[byte as usize].write(at);
        }
        match point.checked_sub(0x1_0000) {
            None => escape_unit(at, point),
            Some(offset) => {
                let low = escape_unit(at, 0xd800 | (offset >> 10));
                escape_unit(low, 0xdc00 | (offset & 0x3ff))
            }
        }
    }
}

/// Writes a code point in UTF-8, or escaped where that is needed; returns where it ends.
///
/// # Safety
/// There is room for eight bytes.
#[inline]
unsafe fn utf8_form(at: *mut u8, point: u32) -> Result<*mut u8, LoneSurrogate> {
    let last = |shift: u32| 0x80 | ((point >> shift) & 0x3f) as u8;
    // SAFETY: no form has more than six bytes, and those of one byte are written as eight.
    unsafe {
        Ok(match point {
            0..0x100 => UNICODE_FORMS[point as usize].write(at),
            0x100..0x800 => write(at, [0xc0 | (point >> 6) as u8, last(0)]),
            0x2028 | 0x2029 => escape_unit(at, point),
            0xd800..0xe000 => return Err(LoneSurrogate),
            0x800..0x1_0000 => write(at, [0xe0 | (point >> 12) as u8, last(6), last(0)]),
            _ => write(at, [0xf0 | (point >> 18) as u8, last(12), last(6), last(0)]),
        })
    }
}

#[inline]
unsafe fn write<const N: usize>(at: *mut u8, bytes: [u8; N]) -> *mut u8 {
    // SAFETY: the caller has room for N bytes.
    unsafe {
        at.cast::<[u8; N]>().write_unaligned(bytes);
        at.add(N)
    }
}

unsafe fn escape_unit(at: *mut u8, unit: u32) -> *mut u8 {
    // SAFETY: the caller has room for six bytes.
    unsafe { write(at, unit_escape(unit)) }
}

const fn unit_escape(unit: u32) -> [u8; 6] {
    const fn digit(unit: u32, shift: u32) -> u8 {
        HEX[(unit >> shift) as usize & 0xf]
    }
    [b'\\', b'u', digit(unit, 12), digit(unit, 8), digit(unit, 4), digit(unit, 0)]
}

/// What stands for one code point below 256.
#[derive(Clone, Copy)]
struct Form {
    bytes: [u8; 7],
    length: u8,
}

impl Form {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length as usize]
    }

    /// # Safety
    /// There is room for eight bytes, of which the last two are only scratched.
    #[inline]
    unsafe fn write(self, at: *mut u8) -> *mut u8 {
        // SAFETY: as the caller promises; a form is never longer than six bytes.
        unsafe {
            at.cast::<[u8; 7]>().write_unaligned(self.bytes);
            at.add(self.length as usize)
        }
    }
}

static ASCII_FORMS: [Form; 256] = forms(true);
static UNICODE_FORMS: [Form; 256] = forms(false);

const fn forms(ensure_ascii: bool) -> [Form; 256] {
    let mut forms = [form(0, ensure_ascii); 256];
    let mut byte = 0;
    while byte < 256 {
        forms[byte] = form(byte as u8, ensure_ascii);
        byte += 1;
    }
    forms
}

const fn form(byte: u8, ensure_ascii: bool) -> Form {
    match byte {
        b'"' | b'\\' => short(byte),
        b'\n' => short(b'n'),
        b'\r' => short(b'r'),
        b'\t' => short(b't'),
        0x08 => short(b'b'),
        0x0c => short(b'f'),
        b' '..=b'~' => Form { bytes: [byte, 0, 0, 0, 0, 0, 0], length: 1 },
        0x7f if !ensure_ascii => Form { bytes: [byte, 0, 0, 0, 0, 0, 0], length: 1 },
        0x80.. if !ensure_ascii => {
            Form { bytes: [0xc0 | (byte >> 6), 0x80 | (byte & 0x3f), 0, 0, 0, 0, 0], length: 2 }
        }
        _ => {
            let [a, b, c, d, e, f] = unit_escape(byte as u32);
            Form { bytes: [a, b, c, d, e, f, 0], length: 6 }
        }
    }
}

const fn short(letter: u8) -> Form {
    Form { bytes: [b'\\', letter, 0, 0, 0, 0, 0], length: 2 }
}

/// JSON text with U+2028 and U+2029 as themselves, which DRF escapes and Python's `json` does not.
pub fn with_line_separators(text: Vec<u8>) -> Vec<u8> {
    let mut rest = text.as_slice();
    let mut spelled = Vec::new();
    while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
        let character = match rest.get(at + 1..at + 6) {
            Some(b"u2028") => "\u{2028}",
            Some(b"u2029") => "\u{2029}",
            _ => "",
        };
        // Another escape is a backslash and one character more, as far as it matters here.
        let end = at + if character.is_empty() { 2 } else { 6 };
        let end = end.min(rest.len());
        spelled.extend_from_slice(if character.is_empty() { &rest[..end] } else { &rest[..at] });
        spelled.extend_from_slice(character.as_bytes());
        rest = &rest[end..];
    }
    if spelled.is_empty() {
        return text;
    }
    spelled.extend_from_slice(rest);
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str, ensure_ascii: bool) -> String {
        let mut out = Vec::new();
        quote(&mut out, text, ensure_ascii);
        String::from_utf8(out).unwrap()
    }

    fn quoted_wide(text: &[u32], ensure_ascii: bool) -> Result<String, LoneSurrogate> {
        let mut out = Vec::new();
        quote_wide(&mut out, text, ensure_ascii)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn line_separators_are_not_confused_with_backslashes() {
        let given = r#"["\u2028", "\\u2028", "\\\u2029\n", "x"]"#;
        let spelled = with_line_separators(given.as_bytes().to_vec());
        let expected = "[\"\u{2028}\", \"\\\\u2028\", \"\\\\\u{2029}\\n\", \"x\"]";
        assert_eq!(String::from_utf8(spelled).unwrap(), expected);
        assert_eq!(with_line_separators(b"[1]".to_vec()), b"[1]");
    }

    #[test]
    fn short_and_numeric_escapes() {
        let text = "\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\/~\u{7f}";
        let common = r#""\u0000\b\t\n\u000b\f\r\u001f \"\\/~"#;
        assert_eq!(quoted(text, true), format!("{common}\\u007f\""));
        assert_eq!(quoted(text, false), format!("{common}\u{7f}\""));
    }

    #[test]
    fn characters_outside_ascii() {
        assert_eq!(quoted("é€😀", true), r#""\u00e9\u20ac\ud83d\ude00""#);
        assert_eq!(quoted("é€😀", false), "\"é€😀\"");
    }

    #[test]
    fn javascript_line_ends_are_escaped_in_both_modes() {
        let text = "a\u{2028}b\u{2029}\u{2027}\u{202a}";
        assert_eq!(quoted(text, false), "\"a\\u2028b\\u2029\u{2027}\u{202a}\"");
        assert_eq!(quoted(text, true), r#""a\u2028b\u2029\u2027\u202a""#);
    }

    #[test]
    fn lone_surrogates_are_escaped_or_refused() {
        assert_eq!(quoted_wide(&[0xd800, 0x41], true).unwrap(), r#""\ud800A""#);
        assert_eq!(quoted_wide(&[0xd83d, 0xde00], false), Err(LoneSurrogate));
    }

    /// The three storage forms of one text give the same bytes, whatever its length.
    #[test]
    fn storage_forms_agree() {
        for point in (0..0x3000).chain(0xff00..0x1_0100).filter_map(char::from_u32) {
            agree(&format!("{point}"));
            agree(&format!("abc{point}\"defghij{point}"));
        }
        for length in 0..80 {
            agree(&"x".repeat(length));
            agree(&("x".repeat(length) + "\n" + &"y".repeat(length)));
            agree(&"é\n".repeat(length * 10));
            agree(&"\u{20ac}😀\u{1}".repeat(length * 10));
        }
    }

    fn agree(text: &str) {
        let wide: Vec<u32> = text.chars().map(u32::from).collect();
        for ensure_ascii in [false, true] {
            let expected = quoted(text, ensure_ascii);
            assert_eq!(quoted_wide(&wide, ensure_ascii).unwrap(), expected);
            if let Some(narrow) = latin1(text) {
                let mut out = Vec::new();
                quote_latin1(&mut out, &narrow, ensure_ascii);
                assert_eq!(out, expected.as_bytes());
            }
        }
    }

    fn latin1(text: &str) -> Option<Vec<u8>> {
        text.chars().map(|c| u8::try_from(c).ok()).collect()
    }
}
