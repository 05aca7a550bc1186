//! Short text without a heap allocation.
#![allow(clippy::cast_possible_truncation, reason = "digits and lengths are small")]

/// Room for any date, time or number of 38 digits with its sign and point. All of it is ASCII. Without
/// an alignment it can be made wherever the text is to stand.
pub struct Spelling {
    bytes: [u8; 48],
    length: u8,
}

impl Default for Spelling {
    fn default() -> Self {
        Self { bytes: [0; 48], length: 0 }
    }
}

impl Spelling {
    #[inline]
    pub fn as_str(&self) -> &str {
        // SAFETY: whatever is put here loses its highest bit, so that all of it is ASCII.
        unsafe { std::str::from_utf8_unchecked(&self.bytes[..self.length.into()]) }
    }

    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.put([byte]);
    }

    pub fn shorten(&mut self, by: u8) {
        self.length = self.length.saturating_sub(by);
    }

    pub fn push_str(&mut self, text: &str) {
        self.fill(text.len(), |to| to.copy_from_slice(text.as_bytes()));
    }

    #[inline]
    pub fn put<const N: usize>(&mut self, text: [u8; N]) {
        self.fill(N, |to| to.copy_from_slice(&text));
    }

    /// `value` in exactly `width` digits, with leading zeros.
    #[inline]
    pub fn digits(&mut self, mut value: u32, width: usize) {
        self.fill(width, |to| {
            for digit in to.iter_mut().rev() {
                *digit = b'0' + (value % 10) as u8;
                value /= 10;
            }
        });
    }

    #[inline]
    fn fill(&mut self, length: usize, fill: impl FnOnce(&mut [u8])) {
        let to = &mut self.bytes[self.length.into()..][..length];
        fill(to);
        for byte in to {
            *byte &= 0x7f;
        }
        // At most as many as there are bytes.
        self.length += length as u8;
    }
}
