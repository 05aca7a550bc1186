//! Zstandard, RFC 8878 and 9659. Padding is a skippable frame at the end: a reader that stops
//! after the first frame has the whole body all the same.
use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};
use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::CParameter;

/// Magic number and length of a skippable frame.
const SKIPPABLE: [u8; 4] = 0x184D_2A50_u32.to_le_bytes();
const FRAME_HEADER: usize = 8;
/// 256 KiB: what a stream keeps in memory for as long as it is open grows with the window.
const STREAM_WINDOW: u32 = 18;
const STEP: usize = 16 << 10;

pub fn compress(data: &[u8], level: i32, padding: usize) -> io::Result<Vec<u8>> {
    let mut output = Compressor::new(level)?.compress(data)?;
    pad(&mut output, padding);
    Ok(output)
}

thread_local! {
    /// Making one takes longer than a few kilobytes of text; it keeps some 100 kB.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Back again; an error if that is not `length` bytes.
pub fn decompress(data: &[u8], length: usize) -> io::Result<Vec<u8>> {
    let output = DECOMPRESSOR.with_borrow_mut(|kept| {
        let fresh = kept.take().map_or_else(Decompressor::new, Ok)?;
        kept.insert(fresh).decompress(data, length)
    })?;
    if output.len() == length { Ok(output) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn pad(output: &mut Vec<u8>, padding: usize) {
    if let Some(length) = padding.checked_sub(FRAME_HEADER) {
        output.extend_from_slice(&SKIPPABLE);
        output.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_le_bytes());
        output.resize(output.len() + length, 0);
    }
}

pub struct Stream {
    encoder: Encoder<'static>,
    padding: usize,
}

impl Stream {
    pub fn new(level: i32, padding: usize) -> io::Result<Self> {
        let mut encoder = Encoder::new(level)?;
        encoder.set_parameter(CParameter::WindowLog(STREAM_WINDOW))?;
        Ok(Self { encoder, padding })
    }

    /// Calls `step` with room for more output until it says that nothing is left.
    fn drain(
        &mut self,
        output: &mut Vec<u8>,
        mut step: impl FnMut(&mut Encoder<'static>, &mut OutBuffer<'_, [u8]>) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut room = [0; STEP];
        loop {
            let mut buffer = OutBuffer::around(&mut room[..]);
            let is_done = step(&mut self.encoder, &mut buffer)?;
            output.extend_from_slice(buffer.as_slice());
            if is_done {
                return Ok(());
            }
        }
    }
}

impl super::Stream for Stream {
    fn feed(&mut self, chunk: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
        let mut input = InBuffer::around(chunk);
        self.drain(output, |encoder, buffer| {
            encoder.run(&mut input, buffer)?;
            Ok(input.pos() == chunk.len())
        })?;
        self.drain(output, |encoder, buffer| Ok(encoder.flush(buffer)? == 0))
    }

    fn finish(&mut self, output: &mut Vec<u8>) -> io::Result<()> {
        self.drain(output, |encoder, buffer| Ok(encoder.finish(buffer, true)? == 0))?;
        pad(output, self.padding);
        Ok(())
    }
}
