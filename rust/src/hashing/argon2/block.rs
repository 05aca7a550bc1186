//! The block of 1 KiB and its compression (RFC 9106, sections 3.5 and 3.6).

/// Words of 64 bits in a block.
pub const WORDS: usize = 128;

#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Block(pub [u64; WORDS]);

impl Block {
    pub const ZERO: Self = Self([0; WORDS]);
}

/// How a block is compressed: `target = G(previous, reference)`, or that folded into `target`.
pub type Compress = fn(previous: &Block, reference: &Block, target: &mut Block, fold: bool);

/// The fastest compression this processor has, and the instructions that it takes.
pub fn compression() -> (&'static str, Compress) {
    #[cfg(target_arch = "x86_64")]
    if let Some(&widest) = super::simd::compressions().first() {
        return widest;
    }
    ("portable", compress)
}

/// G in plain words.
pub fn compress(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
    let mut mixed: [u64; WORDS] = std::array::from_fn(|word| previous.0[word] ^ reference.0[word]);
    let sum = mixed;
    for row in 0..8 {
        permute(&mut mixed, |word| 16 * row + word);
    }
    for column in 0..8 {
        permute(&mut mixed, |word| 16 * (word / 2) + 2 * column + word % 2);
    }
    for (word, old) in target.0.iter_mut().enumerate() {
        *old = mixed[word] ^ sum[word] ^ if fold { *old } else { 0 };
    }
}

/// The permutation P of the sixteen words that `at` names.
#[inline(always)]
fn permute(words: &mut [u64; WORDS], at: impl Fn(usize) -> usize) {
    for column in 0..4 {
        quarter(words, [0, 4, 8, 12].map(|row| at(row + column)));
    }
    for diagonal in 0..4 {
        quarter(words, [0, 1, 2, 3].map(|row| at(4 * row + (row + diagonal) % 4)));
    }
}

#[inline(always)]
fn quarter(words: &mut [u64; WORDS], [a, b, c, d]: [usize; 4]) {
    for (first, second) in [(32, 24), (16, 63)] {
        words[a] = blend(words[a], words[b]);
        words[d] = (words[d] ^ words[a]).rotate_right(first);
        words[c] = blend(words[c], words[d]);
        words[b] = (words[b] ^ words[c]).rotate_right(second);
    }
}

/// BLAKE2b's addition hardened by a multiplication of the low halves.
#[inline(always)]
fn blend(x: u64, y: u64) -> u64 {
    let product = (x & 0xFFFF_FFFF) * (y & 0xFFFF_FFFF);
    x.wrapping_add(y).wrapping_add(product.wrapping_mul(2))
}
