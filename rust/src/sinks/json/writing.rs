//! Values, the separators after them and the lines before them.
#![allow(
    clippy::inline_always,
    reason = "the steps of one value: calls between them would cost more than the steps"
)]
use super::JsonSink;
use super::style::Separator;
use crate::text::output::{Output, copy};

impl JsonSink<'_, '_> {
    /// Whatever was written last is a whole value.
    pub(super) fn take_back_separator(&mut self) {
        let length = self.after_value.length as usize;
        debug_assert!(self.output.ends_with(&self.after_value.bytes[..length]));
        self.output.truncate(self.output.len().saturating_sub(length));
    }

    /// A list item or a key starts on its own line; a value after its key does not.
    #[inline]
    pub(super) fn before_value(&mut self) {
        if self.style.indent.is_some() && matches!(self.output.last(), Some(b'[' | b',')) {
            self.new_line();
        }
    }

    #[inline]
    pub(super) fn before_key(&mut self) {
        if self.style.indent.is_some() {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        self.output.push(b'\n');
        let level = self.level - usize::from(self.item_end.is_some());
        let spaces = level.saturating_mul(self.style.indent.unwrap_or(0));
        self.output.resize(self.output.len() + spaces, b' ');
    }

    /// Writes a text of at most `most` bytes and a separator.
    ///
    /// # Safety
    /// `spell` writes no more than that from the pointer on, and returns where it ended.
    #[inline(always)]
    pub(super) unsafe fn write_with(
        &mut self,
        most: usize,
        after: Separator,
        spell: impl FnOnce(*mut u8) -> *mut u8,
    ) {
        let at = self.output.room(most + 2);
        // SAFETY: there is room for the text and two bytes more, and what is counted is written.
        unsafe {
            let end = after.write(spell(at));
            self.output.advance(end.offset_from_unsigned(at));
        }
    }

    #[inline(always)]
    pub(super) fn write(&mut self, text: &[u8]) {
        self.before_value();
        self.write_separated(text, self.after_value);
    }

    #[inline(always)]
    pub(super) fn write_separated(&mut self, text: &[u8], after: Separator) {
        // SAFETY: the text is as long as it is said to be; it cannot overlap with the output, being
        // borrowed.
        unsafe {
            self.write_with(text.len(), after, |at| {
                copy(text, at);
                at.add(text.len())
            });
        }
    }

    pub(super) fn separate(&mut self, after: Separator) {
        self.write_separated(b"", after);
    }

    pub(super) fn open(&mut self, bracket: u8) {
        self.before_value();
        self.output.push(bracket);
        self.level += 1;
    }

    pub(super) fn close(&mut self, opening: u8, closing: u8) {
        self.level = self.level.saturating_sub(1);
        if self.output.last() != Some(&opening) {
            self.take_back_separator();
            self.before_key();
        }
        let after = self.item_end.filter(|_| self.level == 1).unwrap_or(self.after_value);
        self.write_separated(&[closing], after);
    }

    /// Whether a list that begins or ends at this level is the one whose items stand apart.
    pub(super) fn is_outermost(&self, level: usize) -> bool {
        self.item_end.is_some() && self.level == level
    }
}
