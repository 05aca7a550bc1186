//! JSON strings, quoted and escaped as Python's `json.dumps` escapes them.
//!
//! With `ensure_ascii` everything outside `' '..='~'` becomes an escape (DEL too, which RFC 8259
//! would not ask for); without it only quotes, backslashes and controls do, and U+2028 and U+2029,
//! which DRF's `JSONRenderer` escapes so that its output is also JavaScript.

/// Text that UTF-8 cannot carry: stock raises `UnicodeEncodeError` for it.
#[derive(Debug, PartialEq, Eq)]
pub struct LoneSurrogate;

const HEX: &[u8; 16] = b"0123456789abcdef";
const LINE_SEPARATOR: u32 = 0x2028;
const PARAGRAPH_SEPARATOR: u32 = 0x2029;
/// First byte of the UTF-8 form of both separators, and of 4,094 other characters.
const SEPARATOR_LEAD: u8 = 0xe2;

/// Writes `text` with its quotes.
pub fn quote(out: &mut Vec<u8>, text: &str, ensure_ascii: bool) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    if ensure_ascii {
        escape_to_ascii(out, text);
    } else {
        escape_to_unicode(out, text);
    }
    out.push(b'"');
}

/// Writes a string of code points below 256, one a byte, with its quotes.
pub fn quote_latin1(out: &mut Vec<u8>, text: &[u8], ensure_ascii: bool) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    loop {
        let clean = clean_prefix::<ASCII_ONLY>(rest);
        out.extend_from_slice(&rest[..clean]);
        let Some(&byte) = rest.get(clean) else { break };
        escape_latin1(out, byte, ensure_ascii);
        rest = &rest[clean + 1..];
    }
    out.push(b'"');
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
    out.reserve(2 * text.len() + 2);
    out.push(b'"');
    for &point in text {
        let point = point.into();
        match u8::try_from(point) {
            Ok(byte) if is_plain(byte) => out.push(byte),
            Ok(byte) => escape_latin1(out, byte, ensure_ascii),
            Err(_) if ensure_ascii => escape_point(out, point),
            Err(_) => encode_point(out, point)?,
        }
    }
    out.push(b'"');
    Ok(())
}

fn escape_to_ascii(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    loop {
        let clean = clean_prefix::<ASCII_ONLY>(rest.as_bytes());
        out.extend_from_slice(&rest.as_bytes()[..clean]);
        let mut characters = rest[clean..].chars();
        let Some(character) = characters.next() else { break };
        match u8::try_from(character) {
            Ok(byte) => escape_latin1(out, byte, true),
            Err(_) => escape_point(out, character.into()),
        }
        rest = characters.as_str();
    }
}

fn escape_to_unicode(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    loop {
        let clean = clean_prefix::<ANY_UNICODE>(rest);
        out.extend_from_slice(&rest[..clean]);
        rest = match rest[clean..] {
            [] => break,
            [SEPARATOR_LEAD, 0x80, last @ (0xa8 | 0xa9), ref tail @ ..] => {
                escape_unit(out, if last == 0xa8 { LINE_SEPARATOR } else { PARAGRAPH_SEPARATOR });
                tail
            }
            [byte @ (SEPARATOR_LEAD | 0x7f), ref tail @ ..] => {
                out.push(byte);
                tail
            }
            [byte, ref tail @ ..] => {
                escape_special(out, byte);
                tail
            }
        };
    }
}

/// A byte that may stand for itself in every mode.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

fn escape_latin1(out: &mut Vec<u8>, byte: u8, ensure_ascii: bool) {
    match byte {
        0x7f if !ensure_ascii => out.push(byte),
        0..0x80 => escape_special(out, byte),
        _ if ensure_ascii => escape_unit(out, byte.into()),
        _ => out.extend_from_slice(&[0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)]),
    }
}

fn encode_point(out: &mut Vec<u8>, point: u32) -> Result<(), LoneSurrogate> {
    if matches!(point, LINE_SEPARATOR | PARAGRAPH_SEPARATOR) {
        escape_unit(out, point);
        return Ok(());
    }
    let character = char::from_u32(point).ok_or(LoneSurrogate)?;
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(())
}

fn escape_special(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => return escape_unit(out, byte.into()),
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn escape_point(out: &mut Vec<u8>, point: u32) {
    match point.checked_sub(0x1_0000) {
        None => escape_unit(out, point),
        Some(offset) => {
            escape_unit(out, 0xd800 | (offset >> 10));
            escape_unit(out, 0xdc00 | (offset & 0x3ff));
        }
    }
}

fn escape_unit(out: &mut Vec<u8>, unit: u32) {
    let digit = |shift: u32| HEX[(unit >> shift) as usize & 0xf];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

/// [`clean_prefix`] stops at every byte outside ASCII.
const ASCII_ONLY: bool = true;
/// [`clean_prefix`] stops outside ASCII only where a separator may begin.
const ANY_UNICODE: bool = false;

/// How many leading bytes need no second look: eight at a time, then one by one.
fn clean_prefix<const ASCII: bool>(text: &[u8]) -> usize {
    let (words, tail) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = suspects::<ASCII>(u64::from_le_bytes(*word));
        if marks != 0 {
            return 8 * index + marks.trailing_zeros() as usize / 8;
        }
    }
    let clean = tail.iter().take_while(|&&byte| is_clean::<ASCII>(byte)).count();
    8 * words.len() + clean
}

fn is_clean<const ASCII: bool>(byte: u8) -> bool {
    is_plain(byte) || (!ASCII && byte >= 0x80 && byte != SEPARATOR_LEAD)
}

/// The high bit of the first byte that is not clean; bits above it may be wrong, since the
/// subtractions borrow upwards.
fn suspects<const ASCII: bool>(word: u64) -> u64 {
    const HIGH_BITS: u64 = each(0x80);
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(each(1)) & !word & HIGH_BITS
    }
    let controls = word.wrapping_sub(each(b' ')) & !word & HIGH_BITS;
    let special = zeros(word ^ each(b'"')) | zeros(word ^ each(b'\\')) | zeros(word ^ each(0x7f));
    let outside = if ASCII { word & HIGH_BITS } else { zeros(word ^ each(SEPARATOR_LEAD)) };
    controls | special | outside
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

    /// Every byte at every offset around the word size, against the one-by-one definition.
    #[test]
    fn words_agree_with_bytes() {
        for byte in 0..=255u8 {
            for (before, after) in [(0, 0), (0, 7), (3, 12), (7, 8), (8, 0), (15, 1), (17, 3)] {
                let mut text = vec![b'x'; before];
                text.push(byte);
                text.resize(before + 1 + after, 0xc3);
                for_both_modes(&text);
            }
        }
    }

    fn for_both_modes(text: &[u8]) {
        let slow = |clean: fn(u8) -> bool| text.iter().take_while(|&&b| clean(b)).count();
        assert_eq!(clean_prefix::<ASCII_ONLY>(text), slow(is_clean::<ASCII_ONLY>));
        assert_eq!(clean_prefix::<ANY_UNICODE>(text), slow(is_clean::<ANY_UNICODE>));
    }

    /// The three storage forms of one text give the same bytes.
    #[test]
    fn storage_forms_agree() {
        for point in (0..0x3000).chain(0xff00..0x1_0100).filter_map(char::from_u32) {
            let text = format!("abc{point}\"defghij{point}");
            let wide: Vec<u32> = text.chars().map(u32::from).collect();
            for ensure_ascii in [false, true] {
                let expected = quoted(&text, ensure_ascii);
                assert_eq!(quoted_wide(&wide, ensure_ascii).unwrap(), expected);
                if let Some(narrow) = latin1(&text) {
                    let mut out = Vec::new();
                    quote_latin1(&mut out, &narrow, ensure_ascii);
                    assert_eq!(out, expected.as_bytes());
                }
            }
        }
    }

    fn latin1(text: &str) -> Option<Vec<u8>> {
        text.chars().map(|c| u8::try_from(c).ok()).collect()
    }
}
