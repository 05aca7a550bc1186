//! How deeply a JSON text is nested, before anything is made of it.

/// Whether more than `limit` brackets are open at the same time anywhere in a text.
///
/// Brackets inside strings are none. Of text that is no JSON the answer means nothing.
pub fn is_deeper(text: &[u8], limit: usize) -> bool {
    let (mut depth, mut in_string) = (0_usize, false);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => _ = bytes.next(),
            _ if in_string => (),
            b'[' | b'{' if depth == limit => return true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => (),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_deeper;

    #[test]
    fn brackets_outside_of_strings_count() {
        let texts = ["1", "[]", "{\"a\":[1]}", r#"["[[\"[", {"\\": []}]"#, "[[[]], [[]]]"];
        for (depth, text) in [0, 1, 2, 3, 3].into_iter().zip(texts) {
            assert!(!is_deeper(text.as_bytes(), depth), "{text}");
            assert!(depth == 0 || is_deeper(text.as_bytes(), depth - 1), "{text}");
        }
    }

    #[test]
    fn text_that_is_no_json() {
        for text in ["", "]]", "\"", "\"\\", "[\"[[", "]["] {
            assert!(!is_deeper(text.as_bytes(), 1), "{text}");
        }
    }
}
