//! Short text without a heap allocation.

/// Room for any date, time or number of 38 digits with its sign and point.
pub struct Spelling {
    bytes: [u8; 48],
    length: usize,
}

impl Default for Spelling {
    fn default() -> Self {
        Self { bytes: [0; 48], length: 0 }
    }
}

impl Spelling {
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever pushed.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    pub fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    pub fn shorten(&mut self, by: usize) {
        self.length = self.length.saturating_sub(by);
    }

    pub fn push_str(&mut self, text: &str) {
        self.bytes[self.length..self.length + text.len()].copy_from_slice(text.as_bytes());
        self.length += text.len();
    }

    /// `value` in exactly `width` digits, with leading zeros.
    pub fn digits(&mut self, mut value: u32, width: usize) {
        for index in (self.length..self.length + width).rev() {
            self.bytes[index] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        self.length += width;
    }
}
