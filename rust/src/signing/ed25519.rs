//! Ed25519 (RFC 8032), strict: no malleable signature and no weak key passes.
use ed25519_dalek::{Signature, VerifyingKey};

/// Whether the owner of any of the keys signed the message. What is no key or no signature at all
/// is skipped: there is nothing secret in verifying.
pub fn verifies(keys: &[&[u8]], message: &[u8], signatures: &[Vec<u8>]) -> bool {
    let keys: Vec<VerifyingKey> = keys.iter().filter_map(|key| key_of(key)).collect();
    let mut signatures = signatures.iter().filter_map(|bytes| Signature::from_slice(bytes).ok());
    signatures.any(|one| keys.iter().any(|key| key.verify_strict(message, &one).is_ok()))
}

fn key_of(bytes: &[u8]) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()
}
