//! HMAC rounds for PBKDF2 with the SHA instructions of x86-64, state and message in registers.
//!
//! A digest is the next message as it stands: keeping it in registers saves the byte swaps and the
//! trip through memory, which cost as much as the rounds (measured: 1.3 times with SHA-256, 1.9
//! times with SHA-1).
//!
//! No closures here: an adapter of the standard library between two functions compiled for these
//! instructions keeps one from being inlined into the other, at thirty times the cost.
use std::arch::x86_64::*;

use super::pbkdf2::Rounds;

const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Whether this processor has the instructions used here.
pub fn available() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")
}

/// The rounds of one PBKDF2 block over HMAC-SHA-256.
pub fn sha256(job: &Rounds<8>) -> [u32; 8] {
    assert!(available());
    // SAFETY: the processor has the features the function is compiled for, as just asserted.
    unsafe { sha256_rounds(job) }
}

/// The rounds of one PBKDF2 block over HMAC-SHA-1.
pub fn sha1(job: &Rounds<5>) -> [u32; 5] {
    assert!(available());
    // SAFETY: the processor has the features the function is compiled for, as just asserted.
    unsafe { sha1_rounds(job) }
}

/// SHA-256's chaining value in the order the instructions want: (abef, cdgh).
type State256 = (__m128i, __m128i);

#[target_feature(enable = "sha,sse4.1")]
fn sha256_rounds(job: &Rounds<8>) -> [u32; 8] {
    let (inner, outer) = (pack256(job.inner), pack256(job.outer));
    let mut message = (words(job.first, 0), words(job.first, 4));
    let mut folded = message;
    for _ in 0..job.count {
        message = unpack256(compress256(inner, message));
        message = unpack256(compress256(outer, message));
        folded = (_mm_xor_si128(folded.0, message.0), _mm_xor_si128(folded.1, message.1));
    }
    let (low, high) = (lanes(folded.0), lanes(folded.1));
    [low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3]]
}

/// One compression of a digest and its padding (the block of a message of 96 bytes in all).
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn compress256(start: State256, message: (__m128i, __m128i)) -> State256 {
    let padding = _mm_set_epi32(0, 0, 0, i32::MIN);
    let length = _mm_set_epi32(8 * (64 + 32), 0, 0, 0);
    let mut w = [message.0, message.1, padding, length];
    let mut now = start;
    quarter256(&mut now, &w, 0);
    // Written out: a loop of four is left rolled, and then the words go through memory.
    schedule256(&mut w);
    quarter256(&mut now, &w, 16);
    schedule256(&mut w);
    quarter256(&mut now, &w, 32);
    schedule256(&mut w);
    quarter256(&mut now, &w, 48);
    (_mm_add_epi32(now.0, start.0), _mm_add_epi32(now.1, start.1))
}

/// Sixteen rounds, from round `first` on.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn quarter256((abef, cdgh): &mut State256, w: &[__m128i; 4], first: usize) {
    for (step, four) in w.iter().enumerate() {
        let keyed = _mm_add_epi32(*four, words(K, first + 4 * step));
        *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, keyed);
        *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(keyed, 0x0E));
    }
}

/// The next sixteen words of the message schedule.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn schedule256(w: &mut [__m128i; 4]) {
    for step in 0..4 {
        let [oldest, second] = [w[step], w[(step + 1) % 4]];
        let [third, newest] = [w[(step + 2) % 4], w[(step + 3) % 4]];
        let sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(oldest, second), _mm_alignr_epi8(newest, third, 4));
        w[step] = _mm_sha256msg2_epu32(sum, newest);
    }
}

#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn pack256(state: [u32; 8]) -> State256 {
    let cdab = _mm_shuffle_epi32(words(state, 0), 0xB1);
    let efgh = _mm_shuffle_epi32(words(state, 4), 0x1B);
    (_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0))
}

#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn unpack256((abef, cdgh): State256) -> (__m128i, __m128i) {
    let feba = _mm_shuffle_epi32(abef, 0x1B);
    let dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    (_mm_blend_epi16(feba, dchg, 0xF0), _mm_alignr_epi8(dchg, feba, 8))
}

/// SHA-1's chaining value with the first word in the highest lane: (abcd, e).
type State1 = (__m128i, __m128i);

#[target_feature(enable = "sha,sse4.1")]
fn sha1_rounds(job: &Rounds<5>) -> [u32; 5] {
    let (inner, outer) = (pack1(job.inner), pack1(job.outer));
    let mut message = pack1(job.first);
    let mut folded = message;
    for _ in 0..job.count {
        message = compress1(inner, message);
        message = compress1(outer, message);
        folded = (_mm_xor_si128(folded.0, message.0), _mm_xor_si128(folded.1, message.1));
    }
    let ([d, c, b, a], [.., e]) = (lanes(folded.0), lanes(folded.1));
    [a, b, c, d, e]
}

/// One compression of a digest and its padding (the block of a message of 84 bytes in all).
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn compress1(start: State1, message: State1) -> State1 {
    let padding = _mm_set_epi32(0, i32::MIN, 0, 0);
    let length = _mm_set_epi32(0, 0, 0, 8 * (64 + 20));
    let mut w = [message.0, _mm_or_si128(message.1, padding), _mm_setzero_si128(), length];
    let mut now = (_mm_sha1rnds4_epu32(start.0, _mm_add_epi32(start.1, w[0]), 0), start.0);
    rounds1::<0>(&mut now, w[1]);
    rounds1::<0>(&mut now, w[2]);
    rounds1::<0>(&mut now, w[3]);
    schedule1(&mut w);
    rounds1::<0>(&mut now, w[0]);
    rounds1::<1>(&mut now, w[1]);
    rounds1::<1>(&mut now, w[2]);
    rounds1::<1>(&mut now, w[3]);
    schedule1(&mut w);
    rounds1::<1>(&mut now, w[0]);
    rounds1::<1>(&mut now, w[1]);
    rounds1::<2>(&mut now, w[2]);
    rounds1::<2>(&mut now, w[3]);
    schedule1(&mut w);
    rounds1::<2>(&mut now, w[0]);
    rounds1::<2>(&mut now, w[1]);
    rounds1::<2>(&mut now, w[2]);
    rounds1::<3>(&mut now, w[3]);
    schedule1(&mut w);
    for four in w {
        rounds1::<3>(&mut now, four);
    }
    (_mm_add_epi32(now.0, start.0), _mm_sha1nexte_epu32(now.1, start.1))
}

/// Four rounds with the function of the given quarter; `now` is this and the previous (abcd).
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn rounds1<const QUARTER: i32>(now: &mut State1, four: __m128i) {
    let addend = _mm_sha1nexte_epu32(now.1, four);
    *now = (_mm_sha1rnds4_epu32(now.0, addend, QUARTER), now.0);
}

/// The next sixteen words of the message schedule.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn schedule1(w: &mut [__m128i; 4]) {
    for step in 0..4 {
        let [oldest, second] = [w[step], w[(step + 1) % 4]];
        let [third, newest] = [w[(step + 2) % 4], w[(step + 3) % 4]];
        let mixed = _mm_xor_si128(_mm_sha1msg1_epu32(oldest, second), third);
        w[step] = _mm_sha1msg2_epu32(mixed, newest);
    }
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn pack1([a, b, c, d, e]: [u32; 5]) -> State1 {
    (words([d, c, b, a], 0), words([0, 0, 0, e], 0))
}

/// Four words, the first in the lowest lane.
#[inline]
#[target_feature(enable = "sse4.1")]
fn words<const N: usize>(from: [u32; N], at: usize) -> __m128i {
    _mm_set_epi32(
        from[at + 3].cast_signed(),
        from[at + 2].cast_signed(),
        from[at + 1].cast_signed(),
        from[at].cast_signed(),
    )
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn lanes(vector: __m128i) -> [u32; 4] {
    [
        _mm_extract_epi32(vector, 0).cast_unsigned(),
        _mm_extract_epi32(vector, 1).cast_unsigned(),
        _mm_extract_epi32(vector, 2).cast_unsigned(),
        _mm_extract_epi32(vector, 3).cast_unsigned(),
    ]
}
