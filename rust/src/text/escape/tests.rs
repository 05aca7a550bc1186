use super::*;

fn quoted(text: &str, ensure_ascii: bool) -> String {
    let mut out = Vec::new();
    quote(&mut out, text, ensure_ascii);
    String::from_utf8(out).unwrap()
}

fn quoted_wide(text: &[u32]) -> String {
    let mut out = Vec::new();
    quote_wide(&mut out, text);
    String::from_utf8(out).unwrap()
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

/// Wherever they stand, and whatever is like them.
#[test]
fn javascript_line_ends_in_long_texts() {
    for special in ["\u{2028}", "\u{2029}", "\u{2014}", "\u{2068}", "\n", "\u{7f}", "\u{e2}"] {
        for length in [0, 5, 13, 14, 15, 16, 17, 40, 70, 130] {
            for place in 0..=length {
                let text = "x".repeat(place) + special + &"é".repeat(length - place);
                let expected = (text.replace('\n', "\\n"))
                    .replace('\u{2028}', "\\u2028")
                    .replace('\u{2029}', "\\u2029");
                assert_eq!(quoted(&text, false), format!("\"{expected}\""));
            }
        }
    }
}

#[test]
fn lone_surrogates_are_escaped() {
    assert_eq!(quoted_wide(&[0xd800, 0x41]), r#""\ud800A""#);
    assert_eq!(quoted_wide(&[0xd83d, 0xde00]), r#""\ud83d\ude00""#);
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
    let expected = quoted(text, true);
    assert_eq!(quoted_wide(&wide), expected);
    if let Some(narrow) = latin1(text) {
        let mut out = Vec::new();
        quote_latin1(&mut out, &narrow);
        assert_eq!(out, expected.as_bytes());
    }
    assert_eq!(opened(text), quoted(text, false));
    assert_eq!(quoted(text, false), slowly(text));
}

/// As the writer of Python's strings does it.
fn opened(text: &str) -> String {
    let mut out = Vec::new();
    let at = out.room(text.len() + 17);
    // SAFETY: there is room for the quote, the text and sixteen bytes more.
    unsafe {
        let clean = match open_quote_utf8(text.as_bytes(), at) {
            Copied::All => text.len(),
            Copied::Part(clean) => clean,
        };
        out.advance(1 + clean);
        close_quote_utf8(&mut out, &text.as_bytes()[clean..]);
    }
    String::from_utf8(out).unwrap()
}

fn slowly(text: &str) -> String {
    let form = |character| match character {
        '"' | '\\' => format!("\\{character}"),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\u{8}' => "\\b".into(),
        '\u{c}' => "\\f".into(),
        '\0'..' ' | '\u{2028}' | '\u{2029}' => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    };
    format!("\"{}\"", text.chars().map(form).collect::<String>())
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}
