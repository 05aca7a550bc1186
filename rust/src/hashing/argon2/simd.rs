//! The compression of a block with the vector instructions of x86-64.
use std::arch::x86_64::*;

use super::block::{Block, Compress};

/// All that this processor has and the instructions that each takes, the widest first.
pub fn compressions() -> Vec<(&'static str, Compress)> {
    let known: [(bool, &str, Compress); 2] = [
        (is_x86_feature_detected!("avx512f"), "avx512f", compress_avx512),
        (is_x86_feature_detected!("avx2"), "avx2", compress_avx2),
    ];
    known.into_iter().filter_map(|(there, name, it)| there.then_some((name, it))).collect()
}

fn compress_avx512(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
    // SAFETY: `compressions` hands this out only where the processor has AVX-512F.
    unsafe { avx512::compress(previous, reference, target, fold) }
}

fn compress_avx2(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
    // SAFETY: `compressions` hands this out only where the processor has AVX2.
    unsafe { avx2::compress(previous, reference, target, fold) }
}

/// Defines the compression for vectors of one width, of which a row has as many as there are
/// numbers in brackets. The module around it knows how its vectors
/// are rotated, in `quarter`, and how they lie in rows, in `gather` and `scatter`.
macro_rules! compression {
    (
        $features:literal, $vector:ty, [$($part:literal)*],
        $zero:ident, $add:ident, $xor:ident, $multiply:ident, $turn:ident
    ) => {
        const VECTORS: usize = size_of::<Block>() / size_of::<$vector>();
        /// Vectors of one of the eight rows.
        const ROW: usize = VECTORS / 8;

        type Vectors = [$vector; VECTORS];
        /// The sixteen words that P takes, a to d, of as many rows or columns as fit.
        type State = [[$vector; 2]; 4];

        #[target_feature(enable = $features)]
        pub fn compress(previous: &Block, reference: &Block, target: &mut Block, fold: bool) {
            let (previous, reference) = (vectors(previous), vectors(reference));
            let target = vectors_mut(target);
            let mut mixed = [$zero(); VECTORS];
            for i in 0..VECTORS {
                mixed[i] = $xor(previous[i], reference[i]);
            }
            let mut kept = mixed;
            if fold {
                for i in 0..VECTORS {
                    kept[i] = $xor(kept[i], target[i]);
                }
            }
            // Written out: a loop would be left rolled, and the vectors go through memory.
            $(rows(&mut mixed, 8 * $part);)*
            $(columns(&mut mixed, $part);)*
            for i in 0..VECTORS {
                target[i] = $xor(mixed[i], kept[i]);
            }
        }

        /// P on the rows in eight vectors.
        #[inline]
        #[target_feature(enable = $features)]
        fn rows(v: &mut Vectors, at: usize) {
            let mut state = gather(v, at);
            quarter(&mut state);
            let [_, b, c, d] = &mut state;
            for i in 0..2 {
                b[i] = $turn::<0x39>(b[i]);
                c[i] = $turn::<0x4E>(c[i]);
                d[i] = $turn::<0x93>(d[i]);
            }
            quarter(&mut state);
            let [_, b, c, d] = &mut state;
            for i in 0..2 {
                b[i] = $turn::<0x93>(b[i]);
                c[i] = $turn::<0x4E>(c[i]);
                d[i] = $turn::<0x39>(d[i]);
            }
            scatter(v, at, state);
        }

        /// P on the columns in one vector of each row: two neighbouring words belong to one of them.
        #[inline]
        #[target_feature(enable = $features)]
        fn columns(v: &mut Vectors, at: usize) {
            let mut state = [[$zero(); 2]; 4];
            for i in 0..8 {
                state[i / 2][i % 2] = v[at + ROW * i];
            }
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
            for i in 0..8 {
                v[at + ROW * i] = state[i / 2][i % 2];
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn blend(x: $vector, y: $vector) -> $vector {
            let product = $multiply(x, y);
            $add($add(x, y), $add(product, product))
        }

        /// Half of the quarter round on four pairs of vectors: two independent ones in flight.
        #[inline]
        #[target_feature(enable = $features)]
        fn half(
            [a, b, c, d]: &mut State,
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

        #[inline]
        fn vectors(block: &Block) -> &Vectors {
            // SAFETY: both are 1,024 bytes, any bits are valid in both, and a block is aligned to
            // 64 bytes, the most that a vector asks for.
            unsafe { &*std::ptr::from_ref(block).cast() }
        }

        #[inline]
        fn vectors_mut(block: &mut Block) -> &mut Vectors {
            // SAFETY: as in `vectors`; the borrow stays exclusive.
            unsafe { &mut *std::ptr::from_mut(block).cast() }
        }
    };
}

mod avx2 {
    use super::*;

    compression!(
        "avx2",
        __m256i,
        [0 1 2 3],
        _mm256_setzero_si256,
        _mm256_add_epi64,
        _mm256_xor_si256,
        _mm256_mul_epu32,
        _mm256_permute4x64_epi64
    );

    /// Two rows; a row is four vectors, a to d.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn gather(v: &Vectors, at: usize) -> State {
        let mut state = [[v[at]; 2]; 4];
        for part in 0..4 {
            state[part] = [v[at + part], v[at + 4 + part]];
        }
        state
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn scatter(v: &mut Vectors, at: usize, state: State) {
        for part in 0..4 {
            [v[at + part], v[at + 4 + part]] = state[part];
        }
    }

    /// The second word of `x` and the first of `y`, in every 128 bits.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn inner(x: __m256i, y: __m256i) -> __m256i {
        _mm256_alignr_epi8(y, x, 8)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn quarter(state: &mut State) {
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
}

mod avx512 {
    use super::*;

    compression!(
        "avx512f",
        __m512i,
        [0 1],
        _mm512_setzero_si512,
        _mm512_add_epi64,
        _mm512_xor_si512,
        _mm512_mul_epu32,
        _mm512_permutex_epi64
    );

    /// Four rows; a row is two vectors, (a, b) and (c, d), and two rows share one of the state.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn gather(v: &Vectors, at: usize) -> State {
        let mut state = [[v[at]; 2]; 4];
        for pair in 0..2 {
            let (first, second) = (at + 4 * pair, at + 4 * pair + 2);
            for half in 0..2 {
                state[2 * half][pair] = low(v[first + half], v[second + half]);
                state[2 * half + 1][pair] = high(v[first + half], v[second + half]);
            }
        }
        state
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn scatter(v: &mut Vectors, at: usize, [a, b, c, d]: State) {
        for pair in 0..2 {
            let at = at + 4 * pair;
            [v[at], v[at + 1]] = [low(a[pair], b[pair]), low(c[pair], d[pair])];
            [v[at + 2], v[at + 3]] = [high(a[pair], b[pair]), high(c[pair], d[pair])];
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn low(x: __m512i, y: __m512i) -> __m512i {
        _mm512_shuffle_i64x2(x, y, 0x44)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn high(x: __m512i, y: __m512i) -> __m512i {
        _mm512_shuffle_i64x2(x, y, 0xEE)
    }

    /// The second word of `x` and the first of `y`, in every 128 bits.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn inner(x: __m512i, y: __m512i) -> __m512i {
        let (x, y) = (_mm512_castsi512_pd(x), _mm512_castsi512_pd(y));
        _mm512_castpd_si512(_mm512_shuffle_pd(x, y, 0x55))
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn quarter(state: &mut State) {
        half(state, |x| _mm512_ror_epi64(x, 32), |x| _mm512_ror_epi64(x, 24));
        half(state, |x| _mm512_ror_epi64(x, 16), |x| _mm512_ror_epi64(x, 63));
    }
}
