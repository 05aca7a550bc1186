//! The calls of a batch: `[call, …]`, or `{"requests": [call, …], …}`.
use std::ops::Range;

use super::scan::{Extent, Scanner};
use crate::sources::json::{Invalid, Read, Text};

/// The key of the calls.
const CALLS: &str = "requests";
/// The key of what is carried and not read.
const BODY: &str = "body";

/// A key and where its value is.
pub type Member<'a> = (Text<'a>, Range<usize>);

/// An object as far as it is read here.
#[derive(Debug, PartialEq, Eq)]
pub struct Object<'a> {
    pub members: Vec<Member<'a>>,
    pub body: Option<Extent>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Call<'a> {
    pub span: Range<usize>,
    /// `None` for something that is no object, or whose members cannot be told apart.
    pub object: Option<Object<'a>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Document<'a> {
    /// `None` if there is no list of them.
    pub calls: Option<Vec<Call<'a>>>,
    pub members: Vec<Member<'a>>,
}

/// Of more calls than `most`, one more is kept.
///
/// # Errors
/// The text is neither an object nor a list.
pub fn document(text: &str, most: usize) -> Read<Document<'_>> {
    let mut scanner = Scanner::new(text);
    let mut document = Document::default();
    match scanner.peek()? {
        b'[' => document.calls = Some(calls(&mut scanner, most)?),
        b'{' => members(&mut scanner, &mut document, most)?,
        _ => return Err(Invalid),
    }
    scanner.end()?;
    Ok(document)
}

fn members<'a>(scanner: &mut Scanner<'a>, document: &mut Document<'a>, most: usize) -> Read<()> {
    scanner.expect(b'{')?;
    let mut first = true;
    while let Some(key) = scanner.key(first)? {
        first = false;
        if key.raw == CALLS && scanner.peek()? == b'[' {
            document.calls = Some(calls(scanner, most)?);
        } else {
            document.members.push((key, scanner.value()?.span));
        }
    }
    Ok(())
}

fn calls<'a>(scanner: &mut Scanner<'a>, most: usize) -> Read<Vec<Call<'a>>> {
    scanner.expect(b'[')?;
    let (mut calls, mut first) = (Vec::new(), true);
    while scanner.goes_on(b']', first)? {
        first = false;
        if calls.len() > most {
            scanner.value()?;
        } else {
            calls.push(call(scanner)?);
        }
    }
    Ok(calls)
}

fn call<'a>(scanner: &mut Scanner<'a>) -> Read<Call<'a>> {
    scanner.peek()?;
    let mut ahead = scanner.clone();
    Ok(match object(&mut ahead) {
        Ok(object) => {
            let span = scanner.at..ahead.at;
            *scanner = ahead;
            Call { span, object: Some(object) }
        }
        Err(Invalid) => Call { span: scanner.value()?.span, object: None },
    })
}

fn object<'a>(scanner: &mut Scanner<'a>) -> Read<Object<'a>> {
    scanner.expect(b'{')?;
    let (mut members, mut body, mut first) = (Vec::new(), None, true);
    while let Some(key) = scanner.key(first)? {
        first = false;
        let extent = scanner.value()?;
        if key.raw == BODY {
            body = Some(extent);
        } else {
            members.push((key, extent.span));
        }
    }
    Ok(Object { members, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every call as its body, or as what it is if it is no call.
    fn bodies(text: &str) -> Option<Vec<&str>> {
        let calls = document(text, 9).unwrap().calls?;
        let span = |call: Call<'_>| match call.object {
            Some(object) => object.body.map_or(0..0, |body| body.span),
            None => call.span,
        };
        Some(calls.into_iter().map(|call| &text[span(call)]).collect())
    }

    #[test]
    fn both_forms() {
        assert_eq!(
            bodies(r#"[{"body": [1, 2 ]}, {}, {"body":"a"}]"#).unwrap(),
            ["[1, 2 ]", "", "\"a\""]
        );
        assert_eq!(bodies(r#" {"atomic": true, "requests": [{"body": NaN}]} "#).unwrap(), ["NaN"]);
        assert_eq!(bodies(r#"{"requests": {}}"#), None);
        assert_eq!(document("{}", 9).unwrap(), Document::default());
    }

    #[test]
    fn one_bad_call_leaves_the_others() {
        let text =
            r#"[{"body": 1}, 7, {"a" 1}, [{}], {"body": {"a" 1,,}}, {"id": 1,}, {"body": 2}]"#;
        let expected = ["1", "7", r#"{"a" 1}"#, "[{}]", r#"{"a" 1,,}"#, r#"{"id": 1,}"#, "2"];
        assert_eq!(bodies(text).unwrap(), expected);
    }

    #[test]
    fn too_many_calls() {
        let calls = document("[1, 2, 3, 4]", 2).unwrap().calls.unwrap();
        assert_eq!(calls.len(), 3);
        assert!(document("[1, 2, 3, 4", 2).is_err());
    }

    #[test]
    fn what_is_no_batch() {
        for text in
            ["", "1", "[", "[{}", "[{}}", "[{}]]", "{\"requests\": [}", "[{} {}]", "[{},]", "[,]"]
        {
            assert!(document(text, 9).is_err(), "{text}");
        }
    }
}
