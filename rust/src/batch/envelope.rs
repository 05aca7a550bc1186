//! One answer of a batch as JSON.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::text::escape::quote;

/// What the call was answered with.
pub enum Body<'a> {
    Empty,
    /// JSON, which is put in as it is.
    Json(&'a [u8]),
    Text(&'a str),
    Bytes(&'a [u8]),
}

pub struct Answer<'a> {
    /// As JSON has it.
    pub id: &'a str,
    pub status: u16,
    pub headers: &'a [(String, String)],
    pub body: Body<'a>,
    pub rolled_back: bool,
}

impl Answer<'_> {
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"id\":");
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(b",\"status\":");
        out.extend_from_slice(itoa::Buffer::new().format(self.status).as_bytes());
        self.write_headers(out);
        self.body.write(out);
        if self.rolled_back {
            out.extend_from_slice(b",\"rolled_back\":true");
        }
        out.push(b'}');
    }

    fn write_headers(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"headers\":{");
        for (at, (name, value)) in self.headers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            quote(out, name, false);
            out.push(b':');
            quote(out, value, false);
        }
        out.push(b'}');
    }
}

impl Body<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"body\":");
        match self {
            Self::Empty => out.extend_from_slice(b"null"),
            Self::Json(text) => out.extend_from_slice(text),
            Self::Text(text) => quote(out, text, false),
            Self::Bytes(bytes) => {
                out.push(b'"');
                out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
                out.extend_from_slice(b"\",\"encoding\":\"base64\"");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: Body<'_>, rolled_back: bool) -> String {
        let headers = [("A".into(), "b\"c".into()), ("D".into(), "é".into())];
        let mut out = Vec::new();
        Answer { id: "\"x\"", status: 201, headers: &headers, body, rolled_back }.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn forms_of_bodies() {
        let head = r#"{"id":"x","status":201,"headers":{"A":"b\"c","D":"é"},"body":"#;
        for (body, form) in [
            (Body::Empty, "null"),
            (Body::Json(b"[1 ]"), "[1 ]"),
            (Body::Text("a\nb"), r#""a\nb""#),
            (Body::Bytes(b"\xff\0"), r#""/wA=","encoding":"base64""#),
        ] {
            assert_eq!(written(body, false), format!("{head}{form}}}"));
        }
        assert_eq!(written(Body::Empty, true), format!("{head}null,\"rolled_back\":true}}"));
    }
}
