//! What is remembered of one key under one rate: 84 bits, so that it and the key's tag change in one
//! compare-and-swap of 128.
//!
//! The upper 64 bits are the nanosecond after which the state says nothing more, in every algorithm;
//! the lower 20 are the algorithm's own, and so are those of the time that it does without.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(u128);

/// Bits below the nanoseconds.
pub const FRACTION: u32 = 20;
/// Bits of a state.
pub const BITS: u32 = u64::BITS + FRACTION;
/// Clocks stand later than this, so that every earlier time can mean "nothing yet".
pub const DAWN: u64 = 1 << 30;

impl State {
    pub fn new(bits: u128) -> Self {
        Self(bits & ((1 << BITS) - 1))
    }

    /// Nothing is remembered. States of different `nonce`s differ: see `Bucket::complete`.
    pub fn fresh(nonce: u64) -> Self {
        Self(u128::from(nonce) & ((u128::from(DAWN) << FRACTION) - 1))
    }

    pub fn is_fresh(self) -> bool {
        self.expiry() < DAWN
    }

    pub fn bits(self) -> u128 {
        self.0
    }

    /// The nanosecond after which this says nothing more.
    #[allow(clippy::cast_possible_truncation, reason = "84 bits less 20")]
    pub fn expiry(self) -> u64 {
        (self.0 >> FRACTION) as u64
    }
}
