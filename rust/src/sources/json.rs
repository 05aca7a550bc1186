//! JSON text (RFC 8259) as a source: a cursor that gives one token after the other and keeps no tree,
//! so that a reader can build Python objects of it or check fields against it without making any.
//!
//! The cursor takes what Python's `json.loads` takes, less the constants `NaN` and `Infinity` and
//! lone surrogates; it never says what is wrong, since stock then says it.
#![allow(
    clippy::inline_always,
    reason = "a token returned through memory is stored in halves and loaded whole, which stalls"
)]
use std::borrow::Cow;
use std::ops::Range;

use crate::text::number;
use crate::text::run::plain_run;

/// Not JSON, or JSON that only stock should read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

pub type Read<T> = Result<T, Invalid>;

/// Python reads integers of so many digits whatever `sys.set_int_max_str_digits()` was told.
const MOST_DIGITS: usize = 640;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    /// The digits of an integer that may not fit 64 bits.
    BigInteger(&'a str),
    /// Infinite beyond the range of a double, as in Python.
    Float(f64),
    Text(Text<'a>),
    /// `[` was read: ask [`Cursor::has_item`] before each item.
    List,
    /// `{` was read: ask [`Cursor::has_key`] before each key.
    Map,
}

/// A string as it stands between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub raw: &'a str,
    pub is_ascii: bool,
    pub has_escapes: bool,
}

impl<'a> Text<'a> {
    /// The text with its escapes undone.
    ///
    /// # Errors
    /// An unknown escape, or a surrogate without its other half.
    pub fn value(self) -> Read<Cow<'a, str>> {
        if !self.has_escapes {
            return Ok(Cow::Borrowed(self.raw));
        }
        let mut value = String::with_capacity(self.raw.len());
        let mut parts = self.raw.split('\\');
        value.push_str(parts.next().unwrap_or_default());
        // An empty part is the backslash of `\\`, and what follows it is plain text.
        while let Some(part) = parts.next() {
            if part.is_empty() {
                value.push('\\');
                value.push_str(parts.next().ok_or(Invalid)?);
            } else {
                unescape(&mut value, part, &mut parts)?;
            }
        }
        Ok(Cow::Owned(value))
    }
}

/// What a string is made of. Small enough to be returned in a register.
struct Letters {
    is_ascii: bool,
    has_escapes: bool,
}

/// A number as it is spelled.
struct Number<'a> {
    text: &'a str,
    span: Range<usize>,
    is_negative: bool,
    /// Of all its digits before an exponent, if they fit 64 bits.
    digits: u64,
    /// Digits before its point or exponent, and after its point.
    whole: usize,
    places: usize,
    has_exponent: bool,
}

impl<'a> Number<'a> {
    #[inline(always)]
    fn token(self) -> Read<Token<'a>> {
        if !self.is_integer() {
            return self.float().map(Token::Float);
        }
        // 18 digits always fit 64 bits.
        if self.whole > 18 {
            return Ok(Token::BigInteger(self.spelled()?));
        }
        let size = self.digits.cast_signed();
        Ok(Token::Integer(if self.is_negative { -size } else { size }))
    }

    fn float(&self) -> Read<f64> {
        // 19 digits without a sign do, too.
        let fits = !self.has_exponent && self.whole + self.places <= 19;
        if fits && let Some(size) = number::fraction(self.digits, self.places) {
            return Ok(if self.is_negative { -size } else { size });
        }
        self.spelled()?.parse().map_err(|_| Invalid)
    }

    fn is_integer(&self) -> bool {
        self.places == 0 && !self.has_exponent
    }

    fn spelled(&self) -> Read<&'a str> {
        self.text.get(self.span.clone()).ok_or(Invalid)
    }

    /// A number that Python may refuse is refused here, before anybody has been told that it is fine.
    fn check(self) -> Read<()> {
        if self.is_integer() && self.whole > MOST_DIGITS { Err(Invalid) } else { Ok(()) }
    }
}

/// Undoes the escape that `part` begins with; a high surrogate takes the next part too.
fn unescape<'a>(
    value: &mut String,
    part: &'a str,
    parts: &mut impl Iterator<Item = &'a str>,
) -> Read<()> {
    let (character, rest) = match part.as_bytes()[0] {
        b'u' => match code_unit(part)? {
            (high @ 0xd800..0xdc00, "") => {
                let (low, rest) = code_unit(parts.next().ok_or(Invalid)?)?;
                let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Invalid)?;
                (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low).ok_or(Invalid)?, rest)
            }
            (unit, rest) => (char::from_u32(unit).ok_or(Invalid)?, rest),
        },
        simple => (short_escape(simple)?, &part[1..]),
    };
    value.push(character);
    value.push_str(rest);
    Ok(())
}

fn short_escape(letter: u8) -> Read<char> {
    Ok(match letter {
        b'"' | b'/' => letter.into(),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        _ => return Err(Invalid),
    })
}

/// The value of `uXXXX` and what comes after it.
fn code_unit(part: &str) -> Read<(u32, &str)> {
    let digits = part.strip_prefix('u').and_then(|rest| rest.get(..4)).ok_or(Invalid)?;
    let mut unit = 0;
    for digit in digits.chars() {
        unit = unit << 4 | digit.to_digit(16).ok_or(Invalid)?;
    }
    Ok((unit, &part[5..]))
}

pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next value, or the opening of the next container.
    #[inline(always)]
    pub fn token(&mut self) -> Read<Token<'a>> {
        match self.next_byte()? {
            b'"' => Ok(Token::Text(self.string()?)),
            b'{' => Ok(Token::Map),
            b'[' => Ok(Token::List),
            b't' => self.word("rue", Token::Boolean(true)),
            b'f' => self.word("alse", Token::Boolean(false)),
            b'n' => self.word("ull", Token::Null),
            first @ (b'-' | b'0'..=b'9') => self.number(first)?.token(),
            _ => Err(Invalid),
        }
    }

    /// Passes over a value that is JSON throughout and no more than `levels` deep.
    pub fn pass(&mut self, levels: usize) -> Read<()> {
        match self.next_byte()? {
            b'"' => self.pass_string(),
            first @ (b'-' | b'0'..=b'9') => self.number(first)?.check(),
            b't' => self.word("rue", ()),
            b'f' => self.word("alse", ()),
            b'n' => self.word("ull", ()),
            opening @ (b'[' | b'{') => {
                let levels = levels.checked_sub(1).ok_or(Invalid)?;
                if opening == b'[' { self.pass_items(levels) } else { self.pass_entries(levels) }
            }
            _ => Err(Invalid),
        }
    }

    fn pass_items(&mut self, levels: usize) -> Read<()> {
        let mut first = true;
        while self.has_item(first)? {
            self.pass(levels)?;
            first = false;
        }
        Ok(())
    }

    fn pass_entries(&mut self, levels: usize) -> Read<()> {
        let mut first = true;
        while self.has_key(first)? {
            self.pass_string()?;
            self.colon()?;
            self.pass(levels)?;
            first = false;
        }
        Ok(())
    }

    /// The byte that the next value begins with, which is where the cursor then stands.
    #[inline]
    pub fn opening(&mut self) -> Read<u8> {
        self.peek()
    }

    /// Passes over the value that begins at the cursor, and says where it is.
    pub fn span(&mut self, levels: usize) -> Read<Range<usize>> {
        let start = self.at;
        self.pass(levels)?;
        Ok(start..self.at)
    }

    /// Whether a list goes on; `first` before its first item. Reads the comma or the bracket.
    #[inline]
    pub fn has_item(&mut self, first: bool) -> Read<bool> {
        match (self.peek()?, first) {
            (b']', _) => Ok(self.skip(false)),
            (b',', false) => Ok(self.skip(true)),
            (_, first) => {
                if first {
                    Ok(true)
                } else {
                    Err(Invalid)
                }
            }
        }
    }

    /// The next key of an object, up to and with its colon; `None` at the end of the object.
    #[inline(always)]
    pub fn key(&mut self, first: bool) -> Read<Option<Text<'a>>> {
        if !self.has_key(first)? {
            return Ok(None);
        }
        let key = self.string()?;
        self.colon()?;
        Ok(Some(key))
    }

    /// Whether an object goes on. Reads the brace, or the comma and the opening quote.
    #[inline]
    fn has_key(&mut self, first: bool) -> Read<bool> {
        match (self.next_byte()?, first) {
            (b'}', _) => Ok(false),
            (b'"', true) => Ok(true),
            (b',', false) if self.next_byte()? == b'"' => Ok(true),
            _ => Err(Invalid),
        }
    }

    #[inline]
    fn colon(&mut self) -> Read<()> {
        if self.next_byte()? == b':' { Ok(()) } else { Err(Invalid) }
    }

    /// Nothing but white space may be left.
    pub fn end(&mut self) -> Read<()> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(Invalid) }
    }

    fn skip(&mut self, answer: bool) -> bool {
        self.at += 1;
        answer
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.as_bytes().get(self.at) {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&mut self) -> Read<u8> {
        self.skip_space();
        self.text.as_bytes().get(self.at).copied().ok_or(Invalid)
    }

    #[inline]
    fn next_byte(&mut self) -> Read<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn word<T>(&mut self, rest: &str, token: T) -> Read<T> {
        if !self.rest().starts_with(rest.as_bytes()) {
            return Err(Invalid);
        }
        self.at += rest.len();
        Ok(token)
    }

    /// The opening quote is behind the cursor.
    #[inline(always)]
    fn string(&mut self) -> Read<Text<'a>> {
        let start = self.at;
        let Letters { is_ascii, has_escapes } = self.letters()?;
        let raw = self.text.get(start..self.at - 1).ok_or(Invalid)?;
        Ok(Text { raw, is_ascii, has_escapes })
    }

    /// Passes over a string: its opening quote is behind the cursor.
    #[inline]
    fn pass_string(&mut self) -> Read<()> {
        let start = self.at;
        let Letters { is_ascii, has_escapes } = self.letters()?;
        if !has_escapes {
            return Ok(());
        }
        let raw = self.text.get(start..self.at - 1).ok_or(Invalid)?;
        Text { raw, is_ascii, has_escapes }.value().map(drop)
    }

    /// Goes behind the closing quote.
    #[inline(always)]
    fn letters(&mut self) -> Read<Letters> {
        let (mut is_ascii, mut has_escapes) = (true, false);
        loop {
            let run = plain_run(self.rest());
            is_ascii &= run.is_ascii;
            self.at += run.length + 1;
            match self.text.as_bytes().get(self.at - 1) {
                Some(b'"') => return Ok(Letters { is_ascii, has_escapes }),
                // Whatever is escaped cannot end the string; past the end, the next run fails.
                Some(b'\\') => self.at = (self.at + 1).min(self.text.len()),
                _ => return Err(Invalid),
            }
            has_escapes = true;
        }
    }

    /// The first byte of the number is behind the cursor.
    #[inline(always)]
    fn number(&mut self, first: u8) -> Read<Number<'a>> {
        let start = self.at - 1;
        let is_negative = first == b'-';
        self.at = start + usize::from(is_negative);
        let leads_with_zero = self.ahead() == Some(b'0');
        let mut digits = 0;
        let whole = self.digits(&mut digits);
        if whole == 0 || (leads_with_zero && whole > 1) {
            return Err(Invalid);
        }
        let places = if self.has(b'.') { self.some_digits(&mut digits)? } else { 0 };
        let has_exponent = self.has(b'e') || self.has(b'E');
        if has_exponent {
            let _ = self.has(b'-') || self.has(b'+');
            self.some_digits(&mut 0)?;
        }
        let (text, span) = (self.text, start..self.at);
        Ok(Number { text, span, is_negative, digits, whole, places, has_exponent })
    }

    #[inline]
    fn ahead(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over `byte` if it comes next.
    #[inline]
    fn has(&mut self, byte: u8) -> bool {
        let is_next = self.ahead() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Passes over digits, appends them to `number`, which may overflow, and counts them.
    #[inline]
    fn digits(&mut self, number: &mut u64) -> usize {
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.ahead() {
            *number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.at += 1;
        }
        self.at - start
    }

    /// The same for one digit at least, and more often than not for many.
    #[inline]
    fn some_digits(&mut self, number: &mut u64) -> Read<usize> {
        let start = self.at;
        while let Some(eight) =
            self.rest().first_chunk().and_then(|text| number::eight_digits(*text))
        {
            *number = number.wrapping_mul(100_000_000).wrapping_add(eight);
            self.at += 8;
        }
        self.digits(number);
        if self.at > start { Ok(self.at - start) } else { Err(Invalid) }
    }
}

#[cfg(test)]
mod tests {
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
}
