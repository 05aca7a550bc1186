//! JSON text that is passed over, and proved to be JSON on the way.
use std::ops::Range;

use super::{Cursor, Invalid, Read};

impl Cursor<'_> {
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

    /// Passes over the value that begins at the cursor, and says where it is.
    pub fn span(&mut self, levels: usize) -> Read<Range<usize>> {
        let start = self.at;
        self.pass(levels)?;
        Ok(start..self.at)
    }
}
