//! U+2028 and U+2029, where they are to stand for themselves after all.

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
