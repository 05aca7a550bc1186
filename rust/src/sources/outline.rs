//! Where the objects of a JSON document are, found without making anything of them.
use std::ops::Range;

use super::json::{Cursor, Read};

/// Deeper text is left to stock, which knows how much stack Python has.
pub const DEPTH_LIMIT: usize = 200;

#[derive(Debug, PartialEq, Eq)]
pub enum Outline {
    /// The document is an object.
    Object(Range<usize>),
    /// The document is a list of nothing but objects, and of at least one.
    Objects(Vec<Range<usize>>),
    /// The document is something else, of which not everything was looked at.
    Other,
}

/// Looks through a whole document.
///
/// # Errors
/// Not JSON, or JSON that may be for stock to read: then reading it as a whole decides.
pub fn outline(text: &str) -> Read<Outline> {
    let mut cursor = Cursor::new(text);
    let outline = match cursor.opening()? {
        b'{' => Outline::Object(cursor.span(DEPTH_LIMIT)?),
        b'[' => objects(&mut cursor)?,
        _ => return Ok(Outline::Other),
    };
    if outline != Outline::Other {
        cursor.end()?;
    }
    Ok(outline)
}

fn objects(cursor: &mut Cursor<'_>) -> Read<Outline> {
    cursor.token()?;
    let mut spans = Vec::new();
    while cursor.has_item(spans.is_empty())? {
        if cursor.opening()? != b'{' {
            return Ok(Outline::Other);
        }
        spans.push(cursor.span(DEPTH_LIMIT - 1)?);
    }
    Ok(if spans.is_empty() { Outline::Other } else { Outline::Objects(spans) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<&str> {
        match outline(text) {
            Ok(Outline::Object(span)) => vec![&text[span]],
            Ok(Outline::Objects(spans)) => spans.into_iter().map(|span| &text[span]).collect(),
            _ => vec![],
        }
    }

    #[test]
    fn objects_and_lists_of_objects() {
        assert_eq!(spans(" {\"a\": [{}]} "), ["{\"a\": [{}]}"]);
        assert_eq!(spans("[ {} ,\n{\"é\":\"}\"}]"), ["{}", "{\"é\":\"}\"}"]);
    }

    #[test]
    fn other_values() {
        for text in ["[]", "1", "\"{}\"", "[1, {}]", "[{}, 1]", "null", "[[{}]]"] {
            assert_eq!(outline(text), Ok(Outline::Other), "{text}");
        }
    }

    #[test]
    fn what_is_not_json() {
        for text in ["", "{", "[{}", "[{}] 1", "{}}", "{\"a\":\"\\ud800\"}", "[{}{}]"] {
            assert!(outline(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_stock_may_refuse() {
        let digits = |count| format!("{{\"a\": {}}}", "1".repeat(count));
        assert!(outline(&digits(640)).is_ok());
        assert!(outline(&digits(641)).is_err());
        let nested = |depth| format!("{}{{}}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(outline(&nested(199)).is_ok());
        assert!(outline(&nested(200)).is_err());
    }
}
