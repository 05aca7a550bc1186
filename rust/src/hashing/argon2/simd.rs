//! The compression of a block with the vector instructions of x86-64.
use std::arch::x86_64::*;

use super::block::{Block, Compress};

/// The widest that this processor has, if any.
pub fn compression() -> Option<Compress> {
    compressions().into_iter().next()
}

/// All that this processor has, the widest first.
pub fn compressions() -> Vec<Compress> {
    let known: [(bool, Compress); 2] = [
        (is_x86_feature_detected!("avx512f"), compress_avx512),
        (is_x86_feature_detected!("avx2"), compress_avx2),
    ];
    known.into_iter().filter_map(|(there, compress)| there.then_some(compress)).collect()
}

fn compress_avx512(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
    // SAFETY: `compressions` hands this out only where the processor has AVX-512F.
    unsafe { avx512::compress(previous, reference, target, fold) }
}

fn compress_avx2(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
    // SAFETY: `compressions` hands this out only where the processor has AVX2.
    unsafe { avx2::compress(previous, reference, target, fold) }
}

/// Defines the quarter round on four pairs of vectors: two independent ones in flight.
macro_rules! quarter_round {
    ($features:literal, $vector:ty, $add:ident, $xor:ident, $multiply:ident) => {
        #[inline]
        #[target_feature(enable = $features)]
        fn blend(x: $vector, y: $vector) -> $vector {
            let product = $multiply(x, y);
            $add($add(x, y), $add(product, product))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn half(
            [a, b, c, d]: &mut [[$vector; 2]; 4],
            rotate_d: impl Fn($vector) -> $vector,
            rotate_b: impl Fn($vector) -> $vector,
        ) {
            for i in 0..2 {
                a[i] = blend(a[i], b[i]);
                d[i] = rotate_d($xor(d[i], a[i]));
            }
            for i in 0..2 {
                c[i] = blend(c[i], d[i]);
                b[i] = rotate_b($xor(b[i], c[i]));
            }
        }
    };
}

mod avx2 {
    use super::*;

    const VECTORS: usize = 32;

    quarter_round!("avx2", __m256i, _mm256_add_epi64, _mm256_xor_si256, _mm256_mul_epu32);

    #[target_feature(enable = "avx2")]
    pub fn compress(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
        let (previous, reference) = (vectors(previous), vectors(reference));
        let mut mixed = [_mm256_setzero_si256(); VECTORS];
        for i in 0..VECTORS {
            mixed[i] = _mm256_xor_si256(load(previous, i), load(reference, i));
        }
        let mut kept = mixed;
        if fold {
            let old = vectors(target);
            for i in 0..VECTORS {
                kept[i] = _mm256_xor_si256(kept[i], load(old, i));
            }
        }
        for pair in 0..4 {
            rows(&mut mixed, 8 * pair);
        }
        for pair in 0..4 {
            columns(&mut mixed, pair);
        }
        for i in 0..VECTORS {
            store(target, i, _mm256_xor_si256(mixed[i], kept[i]));
        }
    }

    /// P on two rows of sixteen words, each of which lies in four vectors.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn rows(v: &mut [__m256i; VECTORS], at: usize) {
        let mut state = [
            [v[at], v[at + 4]],
            [v[at + 1], v[at + 5]],
            [v[at + 2], v[at + 6]],
            [v[at + 3], v[at + 7]],
        ];
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        for i in 0..2 {
            b[i] = _mm256_permute4x64_epi64(b[i], 0x39);
            c[i] = _mm256_permute4x64_epi64(c[i], 0x4E);
            d[i] = _mm256_permute4x64_epi64(d[i], 0x93);
        }
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        for i in 0..2 {
            b[i] = _mm256_permute4x64_epi64(b[i], 0x93);
            c[i] = _mm256_permute4x64_epi64(c[i], 0x4E);
            d[i] = _mm256_permute4x64_epi64(d[i], 0x39);
        }
        for part in 0..4 {
            let [first, second] = state[part];
            v[at + part] = first;
            v[at + 4 + part] = second;
        }
    }

    /// P on two columns: a vector has two words of each.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn columns(v: &mut [__m256i; VECTORS], at: usize) {
        let mut state = [
            [v[at], v[at + 4]],
            [v[at + 8], v[at + 12]],
            [v[at + 16], v[at + 20]],
            [v[at + 24], v[at + 28]],
        ];
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        *b = [_mm256_alignr_epi8(b[1], b[0], 8), _mm256_alignr_epi8(b[0], b[1], 8)];
        *c = [c[1], c[0]];
        *d = [_mm256_alignr_epi8(d[0], d[1], 8), _mm256_alignr_epi8(d[1], d[0], 8)];
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        *b = [_mm256_alignr_epi8(b[0], b[1], 8), _mm256_alignr_epi8(b[1], b[0], 8)];
        *c = [c[1], c[0]];
        *d = [_mm256_alignr_epi8(d[1], d[0], 8), _mm256_alignr_epi8(d[0], d[1], 8)];
        for part in 0..4 {
            let [first, second] = state[part];
            v[at + 8 * part] = first;
            v[at + 8 * part + 4] = second;
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn quarter(state: &mut [[__m256i; 2]; 4]) {
        let by_24 = _mm256_setr_epi8(
            3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, //
            3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,
        );
        let by_16 = _mm256_setr_epi8(
            2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, //
            2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,
        );
        half(state, |x| _mm256_shuffle_epi32(x, 0xB1), |x| _mm256_shuffle_epi8(x, by_24));
        let by_63 = |x| _mm256_xor_si256(_mm256_srli_epi64(x, 63), _mm256_add_epi64(x, x));
        half(state, |x| _mm256_shuffle_epi8(x, by_16), by_63);
    }

    #[inline]
    fn vectors(block: &Block) -> &[__m256i; VECTORS] {
        // SAFETY: both are 1,024 bytes, any bits are valid in both, and a block is aligned to 64.
        unsafe { &*std::ptr::from_ref(block).cast() }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(from: &[__m256i; VECTORS], i: usize) -> __m256i {
        from[i]
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn store(block: &mut Block, i: usize, vector: __m256i) {
        // SAFETY: as in `vectors`.
        let into: &mut [__m256i; VECTORS] = unsafe { &mut *std::ptr::from_mut(block).cast() };
        into[i] = vector;
    }
}

mod avx512 {
    use super::*;

    const VECTORS: usize = 16;

    quarter_round!("avx512f", __m512i, _mm512_add_epi64, _mm512_xor_si512, _mm512_mul_epu32);

    #[target_feature(enable = "avx512f")]
    pub fn compress(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
        let (previous, reference) = (vectors(previous), vectors(reference));
        let mut v = [_mm512_setzero_si512(); VECTORS];
        for i in 0..VECTORS {
            v[i] = _mm512_xor_si512(previous[i], reference[i]);
        }
        let mut kept = v;
        if fold {
            let old = vectors(target);
            for i in 0..VECTORS {
                kept[i] = _mm512_xor_si512(kept[i], old[i]);
            }
        }
        rows(&mut v, 0);
        rows(&mut v, 8);
        columns(&mut v, 0);
        columns(&mut v, 1);
        // SAFETY: as in `vectors`.
        let into: &mut [__m512i; VECTORS] = unsafe { &mut *std::ptr::from_mut(target).cast() };
        for i in 0..VECTORS {
            into[i] = _mm512_xor_si512(v[i], kept[i]);
        }
    }

    /// P on four rows: a row is two vectors, (a, b) and (c, d). Two rows share a vector of `state`.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn rows(v: &mut [__m512i; VECTORS], at: usize) {
        let low = |x, y| _mm512_shuffle_i64x2(x, y, 0x44);
        let high = |x, y| _mm512_shuffle_i64x2(x, y, 0xEE);
        let w = |i: usize| v[at + i];
        let mut state = [
            [low(w(0), w(2)), low(w(4), w(6))],
            [high(w(0), w(2)), high(w(4), w(6))],
            [low(w(1), w(3)), low(w(5), w(7))],
            [high(w(1), w(3)), high(w(5), w(7))],
        ];
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        for i in 0..2 {
            b[i] = _mm512_permutex_epi64(b[i], 0x39);
            c[i] = _mm512_permutex_epi64(c[i], 0x4E);
            d[i] = _mm512_permutex_epi64(d[i], 0x93);
        }
        quarter(&mut state);
        let [a, b, c, d] = &mut state;
        for i in 0..2 {
            b[i] = _mm512_permutex_epi64(b[i], 0x93);
            c[i] = _mm512_permutex_epi64(c[i], 0x4E);
            d[i] = _mm512_permutex_epi64(d[i], 0x39);
            v[at + 4 * i] = low(a[i], b[i]);
            v[at + 4 * i + 1] = low(c[i], d[i]);
            v[at + 4 * i + 2] = high(a[i], b[i]);
            v[at + 4 * i + 3] = high(c[i], d[i]);
        }
    }

    /// P on four columns: a vector has two words of each.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn columns(v: &mut [__m512i; VECTORS], at: usize) {
        let mut state = [
            [v[at], v[at + 2]],
            [v[at + 4], v[at + 6]],
            [v[at + 8], v[at + 10]],
            [v[at + 12], v[at + 14]],
        ];
        // The words 1 and 2 of the four in `x` and `y`, in every 128 bits.
        let inner = |x, y| {
            _mm512_castpd_si512(_mm512_shuffle_pd(
                _mm512_castsi512_pd(x),
                _mm512_castsi512_pd(y),
                0x55,
            ))
        };
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        *b = [inner(b[0], b[1]), inner(b[1], b[0])];
        *c = [c[1], c[0]];
        *d = [inner(d[1], d[0]), inner(d[0], d[1])];
        quarter(&mut state);
        let [_, b, c, d] = &mut state;
        *b = [inner(b[1], b[0]), inner(b[0], b[1])];
        *c = [c[1], c[0]];
        *d = [inner(d[0], d[1]), inner(d[1], d[0])];
        for part in 0..4 {
            let [first, second] = state[part];
            v[at + 4 * part] = first;
            v[at + 4 * part + 2] = second;
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn quarter(state: &mut [[__m512i; 2]; 4]) {
        half(state, |x| _mm512_ror_epi64(x, 32), |x| _mm512_ror_epi64(x, 24));
        half(state, |x| _mm512_ror_epi64(x, 16), |x| _mm512_ror_epi64(x, 63));
    }

    #[inline]
    fn vectors(block: &Block) -> &[__m512i; VECTORS] {
        // SAFETY: both are 1,024 bytes, any bits are valid in both, and a block is aligned to 64.
        unsafe { &*std::ptr::from_ref(block).cast() }
    }
}
