//! UUIDs as text (RFC 9562).
const HEX: &[u8; 16] = b"0123456789abcdef";

/// `"00"` to `"ff"`
static PAIRS: [[u8; 2]; 256] = pairs();

const fn pairs() -> [[u8; 2]; 256] {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [HEX[byte >> 4], HEX[byte & 15]];
        byte += 1;
    }
    pairs
}

/// 32 hexadecimal digits.
pub fn hex(value: u128) -> [u8; 32] {
    let mut out = [0; 32];
    for (pair, byte) in out.as_chunks_mut().0.iter_mut().zip(value.to_be_bytes()) {
        *pair = PAIRS[usize::from(byte)];
    }
    out
}

/// Where the bytes of a UUID stand in its usual form.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// The usual 8-4-4-4-12 form.
pub fn hyphenated(value: u128) -> [u8; 36] {
    let mut out = [b'-'; 36];
    for (start, byte) in PLACES.into_iter().zip(value.to_be_bytes()) {
        out[start..start + 2].copy_from_slice(&PAIRS[usize::from(byte)]);
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
