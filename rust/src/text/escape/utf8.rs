//! Texts in UTF-8.
use super::forms::UNICODE_FORMS;
use super::put_clean;
use crate::text::output::Output;
use crate::text::scan::{self, Utf8};

/// The second and third byte of the UTF-8 forms of U+2028 and U+2029, and what stands for them.
const SEPARATORS: [(&[u8], &[u8]); 2] = [(b"\x80\xa8", b"\\u2028"), (b"\x80\xa9", b"\\u2029")];

pub(super) fn escape_utf8(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = &text[put_clean(out, text, scan::copy_clean_utf8)..];
    while !rest.is_empty() {
        rest = escape_next(out, rest);
        rest = &rest[put_clean(out, rest, scan::copy_clean_utf8)..];
    }
}

/// Writes a text up to and with the first byte that is not clean, or U+2028 and U+2029; returns the rest.
fn escape_next<'a>(out: &mut Vec<u8>, text: &'a [u8]) -> &'a [u8] {
    let clean = text.iter().take_while(|&&byte| scan::is_clean_byte::<Utf8>(byte)).count();
    let (clean, rest) = text.split_at(clean);
    out.put(clean);
    let Some((&byte, after)) = rest.split_first() else { return rest };
    let separator = SEPARATORS.iter().find(|(tail, _)| byte == 0xe2 && after.starts_with(tail));
    match separator {
        Some((tail, form)) => {
            out.put(form);
            return &after[tail.len()..];
        }
        None if byte >= 0x7f => out.push(byte),
        None => out.put(UNICODE_FORMS[byte as usize].as_bytes()),
    }
    after
}
