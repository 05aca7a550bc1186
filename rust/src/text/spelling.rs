//! Short text without a heap allocation.
#![allow(clippy::cast_possible_truncation, reason = "digits and lengths are small")]

/// Room for any date, time or number of 38 digits with its sign and point. All of it is ASCII. Without
/// an alignment it can be made wherever the text is to stand.
#[repr(C)]
pub struct Spelling {
    bytes: [u8; 48],
    length: u8,
}

impl Spelling {
    /// Whether the text is at the place of the spelling.
    pub const STARTS_WITH_TEXT: bool = std::mem::offset_of!(Self, bytes) == 0;
}

impl Default for Spelling {
    fn default() -> Self {
        Self { bytes: [0; 48], length: 0 }
    }
}

impl Spelling {
    #[inline]
    pub fn as_str(&self) -> &str {
        // SAFETY: every byte that is put here is a digit, a point or without its highest bit: ASCII.
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
        self.fill(text.len(), |at| text.as_bytes()[at]);
    }

    #[inline]
    pub fn put<const N: usize>(&mut self, text: [u8; N]) {
        self.bytes[self.length.into()..][..N].copy_from_slice(&text.map(ascii));
        self.length += N as u8;
    }

    /// A number of `digits` digits, with a point before the last `places` of them and zeros where it
    /// has fewer.
    #[inline]
    pub fn fixed(&mut self, mut value: u64, digits: u32, places: u32) {
        let (places, digits) = (places as usize, digits.max(places + 1) as usize);
        let width = digits + usize::from(places > 0);
        let to = &mut self.bytes[self.length.into()..][..width];
        let (whole, fraction) = to.split_at_mut(digits - places);
        let mut digit = |to: &mut u8| {
            *to = b'0' + (value % 10) as u8;
            value /= 10;
        };
        if let [point, fraction @ ..] = fraction {
            fraction.iter_mut().rev().for_each(&mut digit);
            *point = b'.';
        }
        whole.iter_mut().rev().for_each(digit);
        self.length += width as u8;
    }

    #[inline]
    fn fill(&mut self, length: usize, byte: impl Fn(usize) -> u8) {
        let to = &mut self.bytes[self.length.into()..][..length];
        for (at, to) in to.iter_mut().enumerate() {
            *to = ascii(byte(at));
        }
        // At most as many as there are bytes.
        self.length += length as u8;
    }
}

/// Without the highest bit, so that all of a spelling is ASCII whatever was put there.
#[inline]
fn ascii(byte: u8) -> u8 {
    byte & 0x7f
}
