//! How signatures are written: hexadecimal, base64 of either alphabet, or the bytes themselves.
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// The `length` bytes that `written` stands for, or nothing. The spellings differ in length, so
/// there is nothing to guess.
pub fn read(written: &[u8], length: usize) -> Option<Vec<u8>> {
    let bytes = match written.len() {
        raw if raw == length => Some(written.to_vec()),
        hexadecimal if hexadecimal == 2 * length => read_hexadecimal(written),
        _ => read_base64(written),
    };
    bytes.filter(|bytes| bytes.len() == length)
}

/// Base64 of either alphabet, padded or not.
pub fn read_base64(written: &[u8]) -> Option<Vec<u8>> {
    BASE64.decode(written).or_else(|_| BASE64_URL.decode(written)).ok()
}

fn read_hexadecimal(written: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(written.len() / 2);
    for [high, low] in written.as_chunks::<2>().0 {
        bytes.push(16 * digit(*high)? + digit(*low)?);
    }
    Some(bytes)
}

#[inline]
fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}
