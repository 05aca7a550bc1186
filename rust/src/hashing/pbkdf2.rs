//! PBKDF2 (RFC 8018, section 5.2) over HMAC-SHA-1 and HMAC-SHA-256.
//!
//! A round is HMAC of one digest. HMAC's two key blocks never change, so their chaining values are
//! computed once and each round costs the two compressions that cannot be avoided; general HMAC
//! interfaces copy contexts and pad messages besides.
use zeroize::{Zeroize, Zeroizing};

const BLOCK: usize = 64;

type Block = [u8; BLOCK];

/// A hash of 64-byte blocks and `N` words of chaining value.
#[derive(Clone, Copy)]
pub struct Hash<const N: usize> {
    initial: [u32; N],
    compress: fn(&mut [u32; N], &[Block]),
    /// The rounds by special instructions, where this processor has them.
    special: fn(&Rounds<N>) -> Option<[u32; N]>,
}

/// HMAC of one digest after the other, each folded into the first by exclusive or.
pub struct Rounds<const N: usize> {
    /// The chaining values after HMAC's inner and outer key block.
    pub inner: [u32; N],
    pub outer: [u32; N],
    pub first: [u32; N],
    pub count: u32,
}

pub const SHA1: Hash<5> = Hash {
    initial: [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0],
    compress: sha1::block_api::compress,
    special: special::sha1,
};

pub const SHA256: Hash<8> = Hash {
    initial: [
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ],
    compress: sha2::block_api::compress256,
    special: special::sha256,
};

impl<const N: usize> Hash<N> {
    /// The chaining value after `message`, which follows `before` bytes already compressed.
    fn finish(&self, mut state: [u32; N], before: usize, message: &[u8]) -> [u32; N] {
        let (blocks, rest) = message.as_chunks::<BLOCK>();
        (self.compress)(&mut state, blocks);
        let mut last = Zeroizing::new([[0; BLOCK]; 2]);
        last[0][..rest.len()].copy_from_slice(rest);
        last[0][rest.len()] = 0x80;
        let used = if rest.len() < BLOCK - 8 { 1 } else { 2 };
        let bits = 8 * (before + message.len()) as u64;
        last[used - 1][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        (self.compress)(&mut state, &last[..used]);
        state
    }
}

/// HMAC (RFC 2104) with a fixed key: the chaining values after the inner and the outer key block.
struct Hmac<const N: usize> {
    hash: Hash<N>,
    inner: [u32; N],
    outer: [u32; N],
}

impl<const N: usize> Hmac<N> {
    fn new(hash: Hash<N>, key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        if key.len() > BLOCK {
            write_words(&hash.finish(hash.initial, 0, key), &mut *block);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let after = |pad: u8| {
            let padded = Zeroizing::new(block.map(|byte| byte ^ pad));
            let mut state = hash.initial;
            (hash.compress)(&mut state, &[*padded]);
            state
        };
        Self { hash, inner: after(0x36), outer: after(0x5C) }
    }

    fn digest(&self, message: &[u8]) -> [u32; N] {
        let mut inner = self.hash.finish(self.inner, BLOCK, message);
        let mut bytes = Zeroizing::new([0; BLOCK]);
        write_words(&inner, &mut *bytes);
        inner.zeroize();
        self.hash.finish(self.outer, BLOCK, &bytes[..4 * N])
    }

    fn rounds(&self, first: [u32; N], count: u32) -> [u32; N] {
        let job = Rounds { inner: self.inner, outer: self.outer, first, count };
        (self.hash.special)(&job).unwrap_or_else(|| job.run(self.hash.compress))
    }
}

impl<const N: usize> Rounds<N> {
    fn run(&self, compress: fn(&mut [u32; N], &[Block])) -> [u32; N] {
        let mut folded = self.first;
        let mut block = Zeroizing::new(padded_block::<N>());
        write_words(&self.first, &mut *block);
        for _ in 0..self.count {
            for key in [self.inner, self.outer] {
                let mut state = key;
                compress(&mut state, &[*block]);
                write_words(&state, &mut *block);
            }
            for (word, bytes) in folded.iter_mut().zip(block.as_chunks::<4>().0) {
                *word ^= u32::from_be_bytes(*bytes);
            }
        }
        folded
    }
}

impl<const N: usize> Drop for Rounds<N> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
        self.first.zeroize();
    }
}

impl<const N: usize> Drop for Hmac<N> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// Fill `output` with the key derived from `password` and `salt` in `iterations` (at least one).
pub fn derive<const N: usize>(
    hash: Hash<N>,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    output: &mut [u8],
) {
    let hmac = Hmac::new(hash, password);
    for (index, chunk) in (1_u32..).zip(output.chunks_mut(4 * N)) {
        let mut first = hmac.digest(&[salt, &index.to_be_bytes()].concat());
        let mut words = hmac.rounds(first, iterations.saturating_sub(1));
        first.zeroize();
        let mut bytes = Zeroizing::new([0; BLOCK]);
        write_words(&words, &mut *bytes);
        chunk.copy_from_slice(&bytes[..chunk.len()]);
        words.zeroize();
    }
}

/// A digest of `N` words as the message after one key block, but for the digest itself.
fn padded_block<const N: usize>() -> Block {
    let mut block = [0; BLOCK];
    block[4 * N] = 0x80;
    let bits = 8 * (BLOCK + 4 * N) as u64;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    block
}

fn write_words(words: &[u32], bytes: &mut [u8]) {
    for (chunk, word) in bytes.chunks_exact_mut(4).zip(words) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
}

/// The instructions that the rounds take on this processor.
pub fn instructions() -> &'static str {
    if special::available() { "sha" } else { "as the sha2 crate finds" }
}

#[cfg(target_arch = "x86_64")]
mod special {
    pub use super::super::sha_ni::available;
    use super::{super::sha_ni, Rounds};

    pub fn sha1(job: &Rounds<5>) -> Option<[u32; 5]> {
        available().then(|| sha_ni::sha1(job))
    }

    pub fn sha256(job: &Rounds<8>) -> Option<[u32; 8]> {
        available().then(|| sha_ni::sha256(job))
    }
}

/// Elsewhere the compression functions of the crates choose their instructions themselves.
#[cfg(not(target_arch = "x86_64"))]
mod special {
    use super::Rounds;

    pub fn available() -> bool {
        false
    }

    pub fn sha1(_: &Rounds<5>) -> Option<[u32; 5]> {
        None
    }

    pub fn sha256(_: &Rounds<8>) -> Option<[u32; 8]> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Hash, SHA1, SHA256, derive};

    /// RFC 6070, but for its vector of 16 million iterations.
    #[test]
    fn published_vectors_of_sha1() {
        let long = "passwordPASSWORDpassword";
        let salt = "saltSALTsaltSALTsaltSALTsaltSALTsalt";
        for (password, salt, iterations, key) in [
            ("password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
            ("password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
            ("password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1"),
            (long, salt, 4096, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"),
            ("pass\0word", "sa\0lt", 4096, "56fa6aa75548099dcc37d7f03425e0c3"),
        ] {
            check(SHA1, password, salt, iterations, key);
        }
    }

    /// RFC 7914, section 11.
    #[test]
    fn published_vectors_of_sha256() {
        let first = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
                     49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783";
        let second = "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
                      a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d";
        check(SHA256, "passwd", "salt", 1, first);
        check(SHA256, "Password", "NaCl", 80_000, second);
    }

    /// With this processor's instructions, and as processors without them do it.
    fn check<const N: usize>(hash: Hash<N>, password: &str, salt: &str, count: u32, hex: &str) {
        for hash in [hash, Hash { special: |_| None, ..hash }] {
            let mut key = vec![0; hex.len() / 2];
            derive(hash, password.as_bytes(), salt.as_bytes(), count, &mut key);
            let found: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, hex);
        }
    }
}
