use std::borrow::Cow;

use super::*;

fn only(text: &str) -> Read<Token<'_>> {
    let mut cursor = Cursor::new(text);
    let token = cursor.token()?;
    cursor.end()?;
    Ok(token)
}

fn text(json: &str) -> Read<String> {
    match only(json)? {
        Token::Text(text) => text.value().map(Cow::into_owned),
        _ => Err(Invalid),
    }
}

#[test]
fn scalars() {
    assert_eq!(only(" null\n"), Ok(Token::Null));
    assert_eq!(only("true"), Ok(Token::Boolean(true)));
    assert_eq!(only("\tfalse\r"), Ok(Token::Boolean(false)));
    assert_eq!(only("-0"), Ok(Token::Integer(0)));
    assert_eq!(only("999999999999999999"), Ok(Token::Integer(999_999_999_999_999_999)));
    let big = "-1000000000000000000";
    assert_eq!(only(big), Ok(Token::BigInteger(big)));
    assert_eq!(only("1E400"), Ok(Token::Float(f64::INFINITY)));
    assert_eq!(only("-1.5e-3"), Ok(Token::Float(-0.0015)));
}

#[test]
fn what_is_not_json() {
    for bad in [
        "",
        " ",
        "nul",
        "nulll",
        "01",
        "-",
        "-a",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "NaN",
        "Infinity",
        "-Infinity",
        "\"",
        "\"\\\"",
        "\"\\",
        "\"a\nb\"",
        "'a'",
        "1 2",
        "\u{feff}1",
        "]",
    ] {
        assert_eq!(only(bad), Err(Invalid), "{bad:?}");
    }
}

#[test]
fn escapes() {
    assert_eq!(text(r#""a\"\\\/\b\f\n\r\t""#).unwrap(), "a\"\\/\u{8}\u{c}\n\r\t");
    assert_eq!(text(r#""\u00e9\uD83D\ude00x\\u0041""#).unwrap(), "é😀x\\u0041");
    assert_eq!(text(r#""\\\\n""#).unwrap(), "\\\\n");
    for bad in [
        r#""\x""#,
        r#""\u12""#,
        r#""\u123g""#,
        r#""\ud800""#,
        r#""\ude00""#,
        r#""\ud800x\udc00""#,
        r#""\ud800\u0041""#,
        r#""\ud800\n""#,
        r#""\ud800\\""#,
        r#""\é""#,
        r#""\u00é9""#,
    ] {
        assert_eq!(text(bad), Err(Invalid), "{bad}");
    }
}

#[test]
fn runs_know_their_alphabet() {
    for (json, is_ascii) in [
        ("\"\"", true),
        ("\"abcdefgh\"", true),
        ("\"abcdefgé\"", false),
        ("\"abcdefghij\"é", true),
        ("\"ab\\n\u{20ac}cdefghijklmnop\"", false),
    ] {
        let mut cursor = Cursor::new(json);
        let Ok(Token::Text(text)) = cursor.token() else { panic!("{json}") };
        assert_eq!(text.is_ascii, is_ascii, "{json}");
    }
}

fn shape(json: &str) -> Read<String> {
    fn walk(cursor: &mut Cursor<'_>, out: &mut String) -> Read<()> {
        match cursor.token()? {
            Token::List => {
                out.push('[');
                let mut first = true;
                while cursor.has_item(first)? {
                    walk(cursor, out)?;
                    first = false;
                }
                out.push(']');
            }
            Token::Map => {
                out.push('{');
                let mut first = true;
                while let Some(key) = cursor.key(first)? {
                    out.push_str(key.raw);
                    walk(cursor, out)?;
                    first = false;
                }
                out.push('}');
            }
            _ => out.push('.'),
        }
        Ok(())
    }
    let (mut cursor, mut out) = (Cursor::new(json), String::new());
    walk(&mut cursor, &mut out)?;
    cursor.end()?;
    Ok(out)
}

#[test]
fn containers() {
    assert_eq!(shape("[ ]").unwrap(), "[]");
    assert_eq!(shape(" { } ").unwrap(), "{}");
    assert_eq!(shape("[1, [2] ,{\"a\" : 1,\"b\":[]}]").unwrap(), "[.[.]{a.b[]}]");
    for bad in [
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\" 1}",
        "{1:2}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        "[]]",
    ] {
        assert_eq!(shape(bad), Err(Invalid), "{bad}");
    }
}
