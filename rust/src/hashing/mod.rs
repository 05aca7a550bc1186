//! Password hashes; no PyO3, but for the door in `python/hashing.rs`.
// Names and loops as the standards write them; what the compiler must merge for vectors says so.
#![allow(
    clippy::doc_markdown,
    clippy::format_collect,
    clippy::inline_always,
    clippy::many_single_char_names,
    clippy::needless_range_loop,
    clippy::wildcard_imports
)]
mod arena;
pub mod argon2;
pub mod bcrypt;
pub mod memory;
pub mod pbkdf2;
pub mod pool;
mod prefetch;
pub mod scrypt;
#[cfg(target_arch = "x86_64")]
mod sha_ni;

use arena::{Arena, Plain};
use pool::{Busy, Limits, Place, pool};

/// Why there is no hash.
#[derive(Debug)]
pub enum Refusal {
    Busy,
    /// The parameters are outside the standard, or ask for more memory or time than any hash gets.
    Absurd,
}

impl From<Busy> for Refusal {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

/// KiB written by one Argon2 hash, or bytes times 1,024 mixed by one scrypt hash, beyond which the
/// parameters count as absurd: several minutes on any machine.
const MOST_WORK: u64 = 1 << 28;

/// Argon2's `tag`, once there is a place and memory for it.
pub fn argon2(
    parameters: &argon2::Parameters,
    inputs: argon2::Inputs<'_>,
    limits: Limits,
    tag: &mut [u8],
) -> Result<(), Refusal> {
    let kibibytes = u64::from(parameters.memory);
    if !parameters.are_valid() || kibibytes * u64::from(parameters.passes) > MOST_WORK {
        return Err(Refusal::Absurd);
    }
    fits(kibibytes << 10)?;
    let mut place = pool().enter(limits)?;
    let threads = place.threads();
    let memory = values(&mut place, parameters.blocks())?;
    argon2::hash(parameters, inputs, memory, threads, tag);
    Ok(())
}

/// scrypt's `key`, once there is a place and memory for it.
pub fn scrypt(
    parameters: &scrypt::Parameters,
    password: &[u8],
    salt: &[u8],
    limits: Limits,
    key: &mut [u8],
) -> Result<(), Refusal> {
    if !parameters.are_valid() || parameters.work_kibibytes() > MOST_WORK {
        return Err(Refusal::Absurd);
    }
    fits(parameters.bytes(1))?;
    let mut place = pool().enter(limits)?;
    let mut lanes = parameters.concurrent_lanes(place.threads());
    if fits(parameters.bytes(lanes)).is_err() {
        lanes = 1;
    }
    let memory = values(&mut place, lanes * parameters.chunks_per_lane())?;
    scrypt::hash(parameters, password, salt, memory, key);
    Ok(())
}

fn fits(bytes: u64) -> Result<(), Refusal> {
    if bytes > memory::most_bytes() { Err(Refusal::Absurd) } else { Ok(()) }
}

fn values<T: Plain>(place: &mut Place, length: usize) -> Result<&mut [T], Refusal> {
    let bytes = length.checked_mul(size_of::<T>()).ok_or(Refusal::Absurd)?;
    let arena: &mut Arena = place.memory(bytes).ok_or(Refusal::Absurd)?;
    arena.values(length).ok_or(Refusal::Absurd)
}
