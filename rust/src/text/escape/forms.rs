//! What stands for one code point.
#![allow(
    clippy::cast_possible_truncation,
    clippy::many_single_char_names,
    reason = "code points are taken apart into their bytes"
)]
const HEX: &[u8; 16] = b"0123456789abcdef";

/// What stands for one code point below 256.
#[derive(Clone, Copy)]
pub(super) struct Form {
    bytes: [u8; 7],
    length: u8,
}

impl Form {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length as usize]
    }

    /// # Safety
    /// There is room for eight bytes, of which the last two are only scratched.
    #[inline]
    pub(super) unsafe fn write(self, at: *mut u8) -> *mut u8 {
        // SAFETY: as the caller promises; a form is never longer than six bytes.
        unsafe {
            at.cast::<[u8; 7]>().write_unaligned(self.bytes);
            at.add(self.length as usize)
        }
    }
}

pub(super) static ASCII_FORMS: [Form; 256] = forms(true);
pub(super) static UNICODE_FORMS: [Form; 256] = forms(false);

const fn forms(ensure_ascii: bool) -> [Form; 256] {
    let mut forms = [form(0, ensure_ascii); 256];
    let mut byte = 0;
    while byte < 256 {
        forms[byte] = form(byte as u8, ensure_ascii);
        byte += 1;
    }
    forms
}

const fn form(byte: u8, ensure_ascii: bool) -> Form {
    match byte {
        b'"' | b'\\' => short(byte),
        b'\n' => short(b'n'),
        b'\r' => short(b'r'),
        b'\t' => short(b't'),
        0x08 => short(b'b'),
        0x0c => short(b'f'),
        b' '..=b'~' => Form { bytes: [byte, 0, 0, 0, 0, 0, 0], length: 1 },
        0x7f if !ensure_ascii => Form { bytes: [byte, 0, 0, 0, 0, 0, 0], length: 1 },
        0x80.. if !ensure_ascii => {
            Form { bytes: [0xc0 | (byte >> 6), 0x80 | (byte & 0x3f), 0, 0, 0, 0, 0], length: 2 }
        }
        _ => {
            let [a, b, c, d, e, f] = unit_escape(byte as u32);
            Form { bytes: [a, b, c, d, e, f, 0], length: 6 }
        }
    }
}

const fn short(letter: u8) -> Form {
    Form { bytes: [b'\\', letter, 0, 0, 0, 0, 0], length: 2 }
}

const fn unit_escape(unit: u32) -> [u8; 6] {
    const fn digit(unit: u32, shift: u32) -> u8 {
        HEX[(unit >> shift) as usize & 0xf]
    }
    [b'\\', b'u', digit(unit, 12), digit(unit, 8), digit(unit, 4), digit(unit, 0)]
}

/// Writes the escaped form of a code point; returns where it ends.
///
/// # Safety
/// There is room for twelve bytes.
#[inline]
pub(super) unsafe fn ascii_form(at: *mut u8, point: u32) -> *mut u8 {
    // SAFETY: two escapes of six bytes are the longest form.
    unsafe {
        if let Ok(byte) = u8::try_from(point) {
            return ASCII_FORMS[byte as usize].write(at);
        }
        match point.checked_sub(0x1_0000) {
            None => escape_unit(at, point),
            Some(offset) => {
                let low = escape_unit(at, 0xd800 | (offset >> 10));
                escape_unit(low, 0xdc00 | (offset & 0x3ff))
            }
        }
    }
}

#[inline]
unsafe fn write<const N: usize>(at: *mut u8, bytes: [u8; N]) -> *mut u8 {
    // SAFETY: the caller has room for N bytes.
    unsafe {
        at.cast::<[u8; N]>().write_unaligned(bytes);
        at.add(N)
    }
}

unsafe fn escape_unit(at: *mut u8, unit: u32) -> *mut u8 {
    // SAFETY: the caller has room for six bytes.
    unsafe { write(at, unit_escape(unit)) }
}
