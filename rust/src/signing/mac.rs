//! HMAC (RFC 2104) over the hashes that signatures use.
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Bytes that are wiped when they are dropped: a tag, or a key made of others.
pub type Secret = Zeroizing<Vec<u8>>;

impl Algorithm {
    /// By the name that `hashlib` gives it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha384" => Some(Self::Sha384),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Bytes of a tag.
    pub fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The tag of a message in parts.
    pub fn tag(self, key: &[u8], parts: &[&[u8]]) -> Secret {
        match self {
            Self::Sha1 => tag::<Hmac<Sha1>>(key, parts),
            Self::Sha256 => tag::<Hmac<Sha256>>(key, parts),
            Self::Sha384 => tag::<Hmac<Sha384>>(key, parts),
            Self::Sha512 => tag::<Hmac<Sha512>>(key, parts),
        }
    }

    /// The plain hash of a message in parts.
    pub fn digest(self, parts: &[&[u8]]) -> Secret {
        match self {
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// Whether any of the keys made any of the tags. All are tried: the time tells nothing.
    pub fn verifies(self, keys: &[&[u8]], parts: &[&[u8]], tags: &[Vec<u8>]) -> bool {
        let mut found = Choice::from(0);
        for key in keys {
            let expected = self.tag(key, parts);
            for tag in tags {
                found |= expected.as_slice().ct_eq(tag);
            }
        }
        found.into()
    }
}

fn tag<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Secret {
    // HMAC takes a key of any length: this cannot fail, and an empty tag would match nothing.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Secret::default() };
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

fn digest<D: Digest>(parts: &[&[u8]]) -> Secret {
    let mut state = D::new();
    for part in parts {
        state.update(part);
    }
    Zeroizing::new(state.finalize().to_vec())
}
