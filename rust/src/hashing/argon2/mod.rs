//! Argon2 (RFC 9106): all three variants, versions 1.0 and 1.3.
mod block;
mod fill;
#[cfg(target_arch = "x86_64")]
mod simd;

use std::num::NonZero;

use blake2b_simd::Params;
use zeroize::{Zeroize, Zeroizing};

pub use block::Block;
use block::WORDS;
use fill::Matrix;

const BLOCK_BYTES: usize = 8 * WORDS;

/// The instructions that a hash takes on this processor.
pub fn instructions() -> &'static str {
    block::compression().0
}

/// How references are chosen; the numbers are RFC 9106's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    D = 0,
    I = 1,
    Id = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V10 = 0x10,
    V13 = 0x13,
}

#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    pub variant: Variant,
    pub version: Version,
    /// KiB, at least 8 for each lane.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// What goes into a hash besides the parameters.
#[derive(Clone, Copy, Default)]
pub struct Inputs<'a> {
    pub password: &'a [u8],
    pub salt: &'a [u8],
    pub secret: &'a [u8],
    pub associated: &'a [u8],
}

impl Variant {
    fn is_independent(self, pass: u32, slice: u32) -> bool {
        match self {
            Self::D => false,
            Self::I => true,
            Self::Id => pass == 0 && slice < 2,
        }
    }
}

impl Parameters {
    /// Whether RFC 9106, section 3.1, allows them.
    pub fn are_valid(&self) -> bool {
        let lanes = (1..1 << 24).contains(&self.lanes);
        lanes && self.passes >= 1 && u64::from(self.memory) >= 8 * u64::from(self.lanes)
    }

    /// Blocks of a lane: memory is rounded down to full segments.
    fn columns(&self) -> u32 {
        4 * (self.memory / (4 * self.lanes))
    }

    /// Blocks of memory needed.
    pub fn blocks(&self) -> usize {
        self.columns() as usize * self.lanes as usize
    }
}

/// Fill `tag` with the hash, using `memory` of `parameters.blocks()` blocks.
///
/// # Panics
/// When `memory` has another length. `parameters` must be valid.
pub fn hash(
    parameters: &Parameters,
    inputs: Inputs<'_>,
    memory: &mut [Block],
    threads: NonZero<usize>,
    tag: &mut [u8],
) {
    let seed = seed(parameters, inputs, tag.len());
    let columns = parameters.columns() as usize;
    for (lane, row) in (0_u32..).zip(memory.chunks_exact_mut(columns)) {
        for (column, block) in (0_u32..).zip(&mut row[..2]) {
            *block = first_block(&seed, column, lane);
        }
    }
    let mut matrix = Matrix::new(memory, parameters);
    matrix.fill(threads);
    let mut last = matrix.fold();
    let mut bytes = Zeroizing::new([0; BLOCK_BYTES]);
    for (chunk, word) in bytes.chunks_exact_mut(8).zip(last.0) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    last.0.zeroize();
    variable_hash(&[&*bytes], tag);
}

/// H0: everything that goes in, each with its length.
fn seed(parameters: &Parameters, inputs: Inputs<'_>, tag: usize) -> Zeroizing<[u8; 64]> {
    let numbers = [
        parameters.lanes,
        length(tag),
        parameters.memory,
        parameters.passes,
        parameters.version as u32,
        parameters.variant as u32,
    ];
    let mut state = Params::new().to_state();
    for number in numbers {
        state.update(&number.to_le_bytes());
    }
    for input in [inputs.password, inputs.salt, inputs.secret, inputs.associated] {
        state.update(&length(input.len()).to_le_bytes()).update(input);
    }
    Zeroizing::new(*state.finalize().as_array())
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn first_block(seed: &[u8; 64], column: u32, lane: u32) -> Block {
    let mut bytes = Zeroizing::new([0; BLOCK_BYTES]);
    variable_hash(&[seed, &column.to_le_bytes(), &lane.to_le_bytes()], &mut *bytes);
    let mut block = Block::ZERO;
    for (word, chunk) in block.0.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*chunk);
    }
    block
}

/// H': BLAKE2b for any length of output (RFC 9106, section 3.3).
fn variable_hash(inputs: &[&[u8]], mut output: &mut [u8]) {
    let total = length(output.len()).to_le_bytes();
    let inputs: Vec<&[u8]> = [&[&total[..]], inputs].concat();
    if output.len() <= 64 {
        return blake2b(&inputs, output);
    }
    let mut link = Zeroizing::new([0; 64]);
    blake2b(&inputs, &mut *link);
    loop {
        let (head, rest) = std::mem::take(&mut output).split_at_mut(32);
        head.copy_from_slice(&link[..32]);
        output = rest;
        if output.len() <= 64 {
            return blake2b(&[&*link], output);
        }
        let before = link.clone();
        blake2b(&[&*before], &mut *link);
    }
}

/// BLAKE2b of 1 to 64 bytes.
fn blake2b(inputs: &[&[u8]], output: &mut [u8]) {
    let mut state = Params::new().hash_length(output.len()).to_state();
    for input in inputs {
        state.update(input);
    }
    output.copy_from_slice(state.finalize().as_bytes());
}

#[cfg(test)]
mod tests;
