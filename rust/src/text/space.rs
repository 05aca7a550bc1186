//! White space as `str.strip` sees it.

/// `str.isspace` of one character: the white space of Unicode, and four separators besides.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// `text.strip()`
#[inline]
pub fn strip(text: &str) -> &str {
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    if ends.into_iter().flatten().all(u8::is_ascii_graphic) {
        return text;
    }
    text.trim_matches(is_space)
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn strips_what_python_strips() {
        assert_eq!(strip("plain"), "plain");
        assert_eq!(strip(""), "");
        assert_eq!(strip("\t\u{1c}\u{1f} a b \u{85}\u{a0}\u{2003}\u{3000}"), "a b");
        assert_eq!(strip("\u{200b}a\u{feff}"), "\u{200b}a\u{feff}");
    }
}
