//! bcrypt, as far as its inputs leave no doubt; what is done with others is the installed library's.
use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use zeroize::Zeroizing;

const ALPHABET: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD);
/// Blowfish's key, the zero that ends a password included.
const LONGEST: usize = 72;
/// bcrypt drops the last of the 24 bytes.
const DIGEST: usize = 23;

/// The 31 characters after the salt, or nothing when `salt` is not the canonical spelling of 16
/// bytes, `cost` is out of range, or the password is longer than bcrypt looks.
pub fn digest(cost: u32, salt: &str, password: &[u8]) -> Option<String> {
    if !(4..=31).contains(&cost) || password.len() > LONGEST {
        return None;
    }
    let salt: [u8; 16] = ALPHABET.decode(salt).ok()?.try_into().ok()?;
    let mut key = Zeroizing::new([0; LONGEST]);
    key[..password.len()].copy_from_slice(password);
    let length = LONGEST.min(password.len() + 1);
    let digest = bcrypt::bcrypt(cost, salt, &key[..length]);
    Some(ALPHABET.encode(&digest[..DIGEST]))
}
