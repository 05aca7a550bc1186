//! A part of a JSON text, as it is written there.
use super::scan::Scanner;
use crate::sources::json::Read;

/// The value at the end of `path`: keys of objects and positions in lists. `None` if nothing is there. Of
/// equal keys the last counts, as in Python.
///
/// # Errors
/// The text is no JSON.
pub fn look_up<'a>(text: &'a str, path: &[String]) -> Read<Option<&'a str>> {
    let mut found = text;
    for step in path {
        let mut scanner = Scanner::new(found);
        let next = match scanner.peek()? {
            b'{' => member(&mut scanner, step)?,
            b'[' => item(&mut scanner, step)?,
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        found = next;
    }
    Ok(Some(found.trim_ascii()))
}

fn member<'a>(scanner: &mut Scanner<'a>, name: &str) -> Read<Option<&'a str>> {
    scanner.expect(b'{')?;
    let (mut found, mut first) = (None, true);
    while let Some(key) = scanner.key(first)? {
        first = false;
        let span = scanner.value()?.span;
        if key.value()? == name {
            found = Some(scanner.slice(&span)?);
        }
    }
    Ok(found)
}

fn item<'a>(scanner: &mut Scanner<'a>, position: &str) -> Read<Option<&'a str>> {
    let Ok(mut left) = position.parse::<usize>() else { return Ok(None) };
    scanner.expect(b'[')?;
    let mut first = true;
    while scanner.goes_on(b']', first)? {
        first = false;
        let span = scanner.value()?.span;
        if left == 0 {
            return scanner.slice(&span).map(Some);
        }
        left -= 1;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Option<&'static str> {
        const TEXT: &str =
            r#" {"a": [1, {"b": 1.10 }, "x"], "k": 1, "k": {"$ref": "2"}, "\u00e9": null} "#;
        let steps: Vec<String> = path.split_terminator('.').map(String::from).collect();
        look_up(TEXT, &steps).unwrap()
    }

    #[test]
    fn paths() {
        assert_eq!(at("a.1.b"), Some("1.10"));
        assert_eq!(at("a.1"), Some(r#"{"b": 1.10 }"#));
        assert_eq!(at("k"), Some(r#"{"$ref": "2"}"#));
        assert_eq!(at("é"), Some("null"));
        assert!(at("").unwrap().starts_with(r#"{"a""#));
        for missing in ["b", "a.3", "a.-1", "a.x", "a.0.b", "k.k"] {
            assert_eq!(at(missing), None, "{missing}");
        }
    }
}
