//! What of the bytes is a matter of taste.
#![allow(clippy::cast_possible_truncation, reason = "a separator has two bytes at most")]

/// The options of `json.dumps` that change the bytes.
#[derive(Clone, Copy)]
pub struct Style {
    pub ensure_ascii: bool,
    /// `","` and `":"` instead of `", "` and `": "`; of no effect with an indent.
    pub compact: bool,
    /// Spaces per level; `None` for one line.
    pub indent: Option<usize>,
    pub allow_nan: bool,
}

impl Style {
    /// What stands between two items, and between a key and its value.
    pub fn separators(self) -> (&'static str, &'static str) {
        match (self.compact, self.indent) {
            (_, Some(_)) => (",", ": "),
            (true, None) => (",", ":"),
            (false, None) => (", ", ": "),
        }
    }
}

/// One or two bytes, always written as two.
#[derive(Clone, Copy)]
pub(super) struct Separator {
    pub(super) bytes: [u8; 2],
    pub(super) length: u8,
}

impl Separator {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        Self { bytes: [bytes[0], *bytes.last().unwrap_or(&b' ')], length: bytes.len() as u8 }
    }

    /// # Safety
    /// There is room for two bytes.
    #[inline]
    pub(super) unsafe fn write(self, at: *mut u8) -> *mut u8 {
        // SAFETY: as the caller promises; the length is one or two.
        unsafe {
            at.cast::<[u8; 2]>().write_unaligned(self.bytes);
            at.add(self.length as usize)
        }
    }
}
