//! UUIDs as text (RFC 9562).
const HEX: &[u8; 16] = b"0123456789abcdef";

/// 32 hexadecimal digits.
pub fn hex(value: u128) -> [u8; 32] {
    let mut out = [0; 32];
    for (index, digit) in out.iter_mut().enumerate() {
        *digit = HEX[(value >> (124 - 4 * index)) as usize & 15];
    }
    out
}

/// The usual 8-4-4-4-12 form.
pub fn hyphenated(value: u128) -> [u8; 36] {
    let digits = hex(value);
    let mut out = [b'-'; 36];
    for (to, from) in [(0, 0..8), (9, 8..12), (14, 12..16), (19, 16..20), (24, 20..32)] {
        out[to..to + from.len()].copy_from_slice(&digits[from]);
    }
    out
}

/// The value of 32 hexadecimal digits, with or without the four hyphens of the usual form.
pub fn parse(text: &str) -> Option<u128> {
    let hyphens: &[usize] = match text.len() {
        32 => &[],
        36 => &[8, 13, 18, 23],
        _ => return None,
    };
    let mut value = 0;
    for (index, byte) in text.bytes().enumerate() {
        if hyphens.contains(&index) {
            if byte != b'-' {
                return None;
            }
        } else {
            value = value << 4 | u128::from((byte as char).to_digit(16)?);
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"; // RFC 9562, section 4

    #[test]
    fn both_forms_are_read_and_written() {
        let value = parse(TEXT).unwrap();
        assert_eq!(&hyphenated(value), TEXT.as_bytes());
        assert_eq!(parse(std::str::from_utf8(&hex(value)).unwrap()), Some(value));
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(parse(&TEXT[1..]), None);
        assert_eq!(parse(&TEXT.replace('f', "g")), None);
        assert_eq!(parse(&TEXT.replace('-', "0")), None);
    }
}
