//! The signatures of `django.core.signing`.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::mac::Algorithm;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Who signs: Django's `salted_hmac` derives the key of each purpose from these.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    pub algorithm: Algorithm,
    pub salt: &'a str,
}

impl Signer<'_> {
    /// `base64_hmac(salt + "signer", value, key, algorithm)`.
    pub fn signature(&self, value: &[u8], key: &[u8]) -> String {
        let derived = self.algorithm.digest(&[self.salt.as_bytes(), b"signer", key]);
        URL_SAFE_NO_PAD.encode(self.algorithm.tag(&derived, &[value]))
    }

    /// The signed value, if any of the keys signed it; keys are tried in order, as in Django.
    pub fn unsign<'a>(&self, signed: &'a str, separator: &str, keys: &[&[u8]]) -> Option<&'a str> {
        let (value, signature) = signed.rsplit_once(separator)?;
        let is_signed = |key: &&[u8]| {
            let expected = self.signature(value.as_bytes(), key);
            bool::from(expected.as_bytes().ct_eq(signature.as_bytes()))
        };
        keys.iter().any(is_signed).then_some(value)
    }
}

/// The value and the time of `value:time`, for times that Django's base 62 spells without a sign.
pub fn split_time<'a>(value: &'a str, separator: &str) -> Option<(&'a str, u64)> {
    let (value, time) = value.rsplit_once(separator)?;
    // Eleven digits could be more than 64 bits hold.
    if !(1..=10).contains(&time.len()) {
        return None;
    }
    let digit = |of: u8| DIGITS.iter().position(|known| *known == of).map(|digit| digit as u64);
    let time = time.bytes().try_fold(0, |sum, each| Some(62 * sum + digit(each)?))?;
    Some((value, time))
}
