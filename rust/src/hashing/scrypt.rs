//! scrypt (RFC 7914), its lanes in parallel.
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use zeroize::Zeroizing;

use super::pbkdf2::{SHA256, derive};
use super::prefetch::prefetch;

const CHUNK_BYTES: usize = 64;

/// Where the words of a chunk stand: four diagonals of Salsa20's square, so that all four columns
/// are worked on by one vector instruction. The mixing in between does not care about the order.
const DIAGONALS: [usize; 16] = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

/// The 64 bytes that Salsa20/8 permutes, as four diagonals.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Chunk([Row; 4]);

type Row = [u32; 4];

#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// N: a power of two above 1.
    pub work: u32,
    /// r
    pub block: u32,
    /// p
    pub lanes: u32,
}

impl Parameters {
    /// Whether RFC 7914, section 2, allows them.
    pub fn are_valid(&self) -> bool {
        let product = u64::from(self.block) * u64::from(self.lanes);
        self.work.is_power_of_two() && self.work > 1 && (1..1 << 30).contains(&product)
    }

    fn chunks_per_block(&self) -> usize {
        2 * self.block as usize
    }

    /// How much is mixed in all.
    pub fn work_kibibytes(&self) -> u64 {
        let per_block = u64::from(self.block) * u64::from(self.lanes);
        per_block.saturating_mul(u64::from(self.work)) / 8
    }

    /// Bytes of memory for that many lanes at a time.
    pub fn bytes(&self, lanes: usize) -> u64 {
        let chunks = (u64::from(self.work) + 2) * 2 * u64::from(self.block);
        chunks.saturating_mul(CHUNK_BYTES as u64).saturating_mul(lanes as u64)
    }

    /// How many lanes to run at a time.
    pub fn concurrent_lanes(&self, threads: NonZero<usize>) -> usize {
        threads.get().min(self.lanes as usize)
    }

    /// Chunks of the table that one lane looks up, and of the two blocks it works on.
    pub fn chunks_per_lane(&self) -> usize {
        (self.work as usize + 2) * self.chunks_per_block()
    }
}

/// Fill `output` with the key. `memory` has `parameters.chunks_per_lane()` for each of the lanes
/// that may run at the same time.
pub fn hash(
    parameters: &Parameters,
    password: &[u8],
    salt: &[u8],
    memory: &mut [Chunk],
    output: &mut [u8],
) {
    let lane_bytes = CHUNK_BYTES * parameters.chunks_per_block();
    let mut lanes = Zeroizing::new(vec![0; lane_bytes * parameters.lanes as usize]);
    derive(SHA256, password, salt, 1, &mut lanes);
    let waiting = Mutex::new(lanes.chunks_exact_mut(lane_bytes));
    let work = |memory: &mut [Chunk]| {
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        while let Some(lane) = next() {
            mix_lane(parameters, lane, memory);
        }
    };
    let mut memories = memory.chunks_exact_mut(parameters.chunks_per_lane());
    let own = memories.next();
    thread::scope(|scope| {
        for memory in memories {
            // Without a thread to help, the caller does all of it.
            let _ = thread::Builder::new().spawn_scoped(scope, || work(memory));
        }
        if let Some(memory) = own {
            work(memory);
        }
    });
    derive(SHA256, password, &lanes, 1, output);
}

fn mix_lane(parameters: &Parameters, lane: &mut [u8], memory: &mut [Chunk]) {
    #[cfg(target_arch = "x86_64")]
    if rotates_vectors() {
        // SAFETY: the processor has what the function is compiled for, as just seen.
        return unsafe { mix_avx512(parameters, lane, memory) };
    }
    mix(parameters, lane, memory);
}

#[cfg(target_arch = "x86_64")]
fn rotates_vectors() -> bool {
    is_x86_feature_detected!("avx512vl")
}

/// The instructions that a hash takes on this processor.
pub fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if rotates_vectors() {
        return "avx512vl";
    }
    "portable"
}

/// The same with AVX-512's rotation of vectors: half the instructions on the longest chain.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl")]
fn mix_avx512(parameters: &Parameters, lane: &mut [u8], memory: &mut [Chunk]) {
    mix(parameters, lane, memory);
}

/// ROMix (section 5) of one lane.
#[inline(always)]
fn mix(parameters: &Parameters, lane: &mut [u8], memory: &mut [Chunk]) {
    let size = parameters.chunks_per_block();
    let (blocks, table) = memory.split_at_mut(2 * size);
    let (block, other) = blocks.split_at_mut(size);
    read(lane, block);
    for entry in table.chunks_exact_mut(size) {
        entry.copy_from_slice(block);
        mix_block(entry, None, block);
    }
    for _ in 0..parameters.work / 2 {
        let entry = entry_of(table, block, parameters.work);
        mix_block(block, Some(entry), other);
        let entry = entry_of(table, other, parameters.work);
        mix_block(other, Some(entry), block);
    }
    write(block, lane);
}

/// The table's block that the last chunk names.
#[inline(always)]
fn entry_of<'a>(table: &'a [Chunk], block: &[Chunk], work: u32) -> &'a [Chunk] {
    let number = block[block.len() - 1].0[0][0] & (work - 1);
    let entry = &table[number as usize * block.len()..][..block.len()];
    prefetch(entry);
    entry
}

/// BlockMix (section 4) of `input`, folded with `entry`: even chunks first, then the odd ones.
#[inline(always)]
fn mix_block(input: &[Chunk], entry: Option<&[Chunk]>, output: &mut [Chunk]) {
    let last = input.len() - 1;
    let (even, odd) = output.split_at_mut(input.len() / 2);
    let mut state = input[last];
    if let Some(entry) = entry {
        fold(&mut state, &entry[last]);
    }
    for (number, chunk) in input.iter().enumerate() {
        fold(&mut state, chunk);
        if let Some(entry) = entry {
            fold(&mut state, &entry[number]);
        }
        permute(&mut state);
        let half = if number % 2 == 0 { &mut *even } else { &mut *odd };
        half[number / 2] = state;
    }
}

#[inline(always)]
fn fold(state: &mut Chunk, other: &Chunk) {
    for row in 0..4 {
        state.0[row] = xor(state.0[row], other.0[row]);
    }
}

/// Salsa20/8 (section 3).
#[inline(always)]
fn permute(state: &mut Chunk) {
    let [mut a, mut b, mut c, mut d] = state.0;
    for _ in 0..4 {
        [a, b, c, d] = quarters(a, b, c, d);
        (b, c, d) = (turn::<3>(b), turn::<2>(c), turn::<1>(d));
        [a, d, c, b] = quarters(a, d, c, b);
        (b, c, d) = (turn::<1>(b), turn::<2>(c), turn::<3>(d));
    }
    let [e, f, g, h] = state.0;
    state.0 = [add(e, a), add(f, b), add(g, c), add(h, d)];
}

/// Four quarter rounds, a column each.
#[inline(always)]
fn quarters(a: Row, b: Row, c: Row, d: Row) -> [Row; 4] {
    let b = step::<7>(b, a, d);
    let c = step::<9>(c, b, a);
    let d = step::<13>(d, c, b);
    [step::<18>(a, d, c), b, c, d]
}

#[inline(always)]
fn step<const BITS: u32>(target: Row, x: Row, y: Row) -> Row {
    let [a, b, c, d] = add(x, y);
    let turned =
        [a.rotate_left(BITS), b.rotate_left(BITS), c.rotate_left(BITS), d.rotate_left(BITS)];
    xor(target, turned)
}

#[inline(always)]
fn turn<const BY: usize>(row: Row) -> Row {
    [row[BY % 4], row[(BY + 1) % 4], row[(BY + 2) % 4], row[(BY + 3) % 4]]
}

// Written out, as in `sha_ni`: an adapter of the standard library is not always inlined.
#[inline(always)]
fn add([a, b, c, d]: Row, [e, f, g, h]: Row) -> Row {
    [a.wrapping_add(e), b.wrapping_add(f), c.wrapping_add(g), d.wrapping_add(h)]
}

#[inline(always)]
fn xor([a, b, c, d]: Row, [e, f, g, h]: Row) -> Row {
    [a ^ e, b ^ f, c ^ g, d ^ h]
}

fn read(bytes: &[u8], chunks: &mut [Chunk]) {
    for (chunk, bytes) in chunks.iter_mut().zip(bytes.as_chunks::<CHUNK_BYTES>().0) {
        for (place, word) in DIAGONALS.into_iter().enumerate() {
            let word = bytes.as_chunks::<4>().0[word];
            chunk.0[place / 4][place % 4] = u32::from_le_bytes(word);
        }
    }
}

fn write(chunks: &[Chunk], bytes: &mut [u8]) {
    for (chunk, bytes) in chunks.iter().zip(bytes.as_chunks_mut::<CHUNK_BYTES>().0) {
        for (place, word) in DIAGONALS.into_iter().enumerate() {
            bytes.as_chunks_mut::<4>().0[word] = chunk.0[place / 4][place % 4].to_le_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Parameters, hash};

    /// RFC 7914, section 12, but for the vector that takes 1 GiB; on one thread and on three.
    #[test]
    fn published_vectors() {
        for (password, salt, (work, block, lanes), expected) in [
            (
                "",
                "",
                (16, 1, 1),
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
                 fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
            ),
            (
                "password",
                "NaCl",
                (1024, 8, 16),
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
                 2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
            ),
            (
                "pleaseletmein",
                "SodiumChloride",
                (16384, 8, 1),
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                 d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
            ),
        ] {
            let parameters = Parameters { work, block, lanes };
            for threads in [1, 3] {
                let chunks = threads * parameters.chunks_per_lane();
                let mut memory = vec![Chunk([[0; 4]; 4]); chunks];
                let mut key = [0; 64];
                hash(&parameters, password.as_bytes(), salt.as_bytes(), &mut memory, &mut key);
                let found: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(found, expected);
            }
        }
    }
}
