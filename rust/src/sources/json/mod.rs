//! JSON text (RFC 8259) as a source: a cursor that gives one token after the other and keeps no tree,
//! so that a reader can build Python objects of it or check fields against it without making any.
//!
//! The cursor takes what Python's `json.loads` takes, less the constants `NaN` and `Infinity` and
//! lone surrogates; it never says what is wrong, since stock then says it.
#![allow(
    clippy::inline_always,
    reason = "a token returned through memory is stored in halves and loaded whole, which stalls"
)]
mod number;
mod pass;
mod string;
#[cfg(test)]
mod tests;

pub use string::Text;

/// Not JSON, or JSON that only stock should read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

pub type Read<T> = Result<T, Invalid>;

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

    /// The byte that the next value begins with, which is where the cursor then stands.
    #[inline]
    pub fn opening(&mut self) -> Read<u8> {
        self.peek()
    }

    /// Whether a list goes on; `first` before its first item. Reads the comma or the bracket.
    #[inline]
    pub fn has_item(&mut self, first: bool) -> Read<bool> {
        match (self.peek()?, first) {
            (b']', _) => Ok(self.skip(false)),
            (b',', false) => Ok(self.skip(true)),
            (_, true) => Ok(true),
            _ => Err(Invalid),
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

    #[inline]
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
}
