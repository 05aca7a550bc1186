//! Where a JSON value ends, whether or not all of it is JSON.
//!
//! Brackets and strings have to be closed. Everything else in a value is the business of whoever reads it,
//! so that one call with a bad body spoils no other call.
use std::ops::Range;

use crate::sources::json::{Invalid, Read, Text};
use crate::text::run::plain_run;

/// `{"$ref": "1.body.id"}`: where it is, and what stands between the quotes of its value.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    pub span: Range<usize>,
    pub target: Range<usize>,
}

/// A value that was passed over.
#[derive(Debug, PartialEq, Eq)]
pub struct Extent {
    pub span: Range<usize>,
    /// Containers within one another at the deepest place.
    pub depth: usize,
    pub references: Vec<Reference>,
}

#[derive(Clone)]
pub struct Scanner<'a> {
    text: &'a str,
    pub at: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub fn slice(&self, span: &Range<usize>) -> Read<&'a str> {
        self.text.get(span.clone()).ok_or(Invalid)
    }

    /// The next byte that is no white space, which is where the scanner then stands.
    pub fn peek(&mut self) -> Read<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied().ok_or(Invalid)
    }

    pub fn next_byte(&mut self) -> Read<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    pub fn expect(&mut self, wanted: u8) -> Read<()> {
        if self.next_byte()? == wanted { Ok(()) } else { Err(Invalid) }
    }

    /// Nothing but white space may be left.
    pub fn end(&mut self) -> Read<()> {
        if self.peek().is_err() { Ok(()) } else { Err(Invalid) }
    }

    /// A string, whose opening quote comes next: what stands between its quotes.
    pub fn string(&mut self) -> Read<Range<usize>> {
        self.expect(b'"')?;
        let (bytes, start) = (self.text.as_bytes(), self.at);
        loop {
            self.at += plain_run(bytes.get(self.at..).ok_or(Invalid)?).length + 1;
            match bytes.get(self.at - 1) {
                Some(b'"') => return Ok(start..self.at - 1),
                // Whatever is escaped cannot end the string.
                Some(b'\\') => self.at += 1,
                // Controls are for whoever reads the string to refuse.
                Some(_) => {}
                None => return Err(Invalid),
            }
        }
    }

    /// Whether a container goes on that `closing` ends; `first` before anything in it.
    pub fn goes_on(&mut self, closing: u8, first: bool) -> Read<bool> {
        match self.peek()? {
            byte if byte == closing => {
                self.at += 1;
                Ok(false)
            }
            b',' if !first => {
                self.at += 1;
                // Nothing may follow the last comma but a value.
                if self.peek()? == closing { Err(Invalid) } else { Ok(true) }
            }
            _ if first => Ok(true),
            _ => Err(Invalid),
        }
    }

    /// The next key of an object, up to and with its colon; `None` at the end of the object.
    pub fn key(&mut self, first: bool) -> Read<Option<Text<'a>>> {
        if !self.goes_on(b'}', first)? {
            return Ok(None);
        }
        let span = self.string()?;
        self.expect(b':')?;
        self.slice(&span).map(text).map(Some)
    }

    /// Passes over a value. Takes no stack, however deep the value is.
    pub fn value(&mut self) -> Read<Extent> {
        self.peek()?;
        let (start, mut depth) = (self.at, 0);
        let (mut open, mut references) = (Vec::new(), Vec::new());
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' => match self.reference() {
                    Some(reference) => references.push(reference),
                    None => self.open(b'}', &mut open),
                },
                b'[' => self.open(b']', &mut open),
                closing @ (b'}' | b']') if open.pop() == Some(closing) => self.at += 1,
                b',' | b':' if !open.is_empty() => self.at += 1,
                b'}' | b']' | b',' | b':' => return Err(Invalid),
                _ => self.word(),
            }
            depth = depth.max(open.len());
            if open.is_empty() {
                return Ok(Extent { span: start..self.at, depth, references });
            }
        }
    }

    fn open(&mut self, closing: u8, open: &mut Vec<u8>) {
        self.at += 1;
        open.push(closing);
    }

    /// A number, a constant, or what somebody took for one.
    fn word(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let ends =
            |byte: &u8| matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"' | ..=b' ');
        // At least one byte: a control character is no word, but has to be left behind.
        self.at += rest.iter().position(ends).unwrap_or(rest.len()).max(1);
    }

    /// The reference that begins here.
    fn reference(&mut self) -> Option<Reference> {
        let mut ahead = self.clone();
        ahead.expect(b'{').ok()?;
        let key = ahead.string().ok()?;
        if ahead.slice(&key) != Ok("$ref") {
            return None;
        }
        ahead.expect(b':').ok()?;
        let target = ahead.string().ok()?;
        ahead.expect(b'}').ok()?;
        let span = self.at..ahead.at;
        self.at = ahead.at;
        Some(Reference { span, target })
    }
}

/// A string as the JSON reader has it.
pub fn text(raw: &str) -> Text<'_> {
    Text { raw, is_ascii: raw.is_ascii(), has_escapes: raw.contains('\\') }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Read<Extent> {
        let mut scanner = Scanner::new(text);
        let extent = scanner.value()?;
        scanner.end()?;
        Ok(extent)
    }

    #[test]
    fn ends_and_depths() {
        for (text, depth) in [
            ("1", 0),
            (" \"a\\\"]\" ", 0),
            ("[]", 1),
            ("{\"a\": [1, {\"b\": \"}\"}]}", 3),
            ("[NaN, \"\\ud800\", \"\t\", 1..2, \u{7f}]", 1),
        ] {
            let extent = whole(text).unwrap();
            assert_eq!((&text[extent.span], extent.depth), (text.trim(), depth));
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(whole(&deep).unwrap().depth, 100_000);
    }

    #[test]
    fn what_is_not_closed() {
        for text in ["", "[", "{\"a\"", "[}", "]", "\"", "\"\\\"", "\"\\", "[1]]", ",", "1 2"] {
            assert!(whole(text).is_err(), "{text}");
        }
    }

    #[test]
    fn references() {
        let text = r#"[{"$ref": "1.body"}, { "$ref" : "2" }, {"$ref": 1}, {"a": {"$ref": "3"}}]"#;
        let found = whole(text).unwrap().references;
        let targets: Vec<_> = found.iter().map(|found| &text[found.target.clone()]).collect();
        assert_eq!(targets, ["1.body", "2", "3"]);
        assert_eq!(&text[found[1].span.clone()], r#"{ "$ref" : "2" }"#);
        for none in [r#"{"$ref": "1", "a": 2}"#, r#"{"a": 2, "$ref": "1"}"#, r#""$ref""#] {
            assert_eq!(whole(none).unwrap().references, []);
        }
    }
}
