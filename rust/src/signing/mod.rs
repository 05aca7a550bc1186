//! Signatures: HMAC as Django and webhooks use it, and Ed25519; no PyO3, but for the door in
//! `python/signing.rs`.
pub mod django;
pub mod ed25519;
pub mod mac;
pub mod spelling;

#[cfg(test)]
mod tests;
