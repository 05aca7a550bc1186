//! Brotli, RFC 7932. Padding is a metadata block, which readers skip.
use std::io::{self, Write};

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;

const STEP: usize = 16 << 10;
/// 2^18 bytes: what a stream keeps in memory for as long as it is open grows with the window.
const STREAM_WINDOW: i32 = 18;
const WIDEST_WINDOW: i32 = 22;
const LONGEST_METADATA: usize = 256;

pub fn compress(data: &[u8], level: i32, padding: usize) -> io::Result<Vec<u8>> {
    let window = i32::try_from(data.len().max(2).ilog2() + 1).unwrap_or(WIDEST_WINDOW);
    let window = window.clamp(STREAM_WINDOW, WIDEST_WINDOW);
    let mut writer = writer(level, window, data.len());
    writer.write_all(data)?;
    pad(&mut writer, padding)?;
    Ok(writer.into_inner())
}

fn writer(level: i32, window: i32, size_hint: usize) -> CompressorWriter<Vec<u8>> {
    let params =
        BrotliEncoderParams { quality: level, lgwin: window, size_hint, ..Default::default() };
    CompressorWriter::with_params(Vec::new(), STEP, &params)
}

/// A flush ends at a byte boundary, where a block of metadata may stand.
fn pad(writer: &mut CompressorWriter<Vec<u8>>, padding: usize) -> io::Result<()> {
    let Some(last) = padding.min(LONGEST_METADATA).checked_sub(1) else { return Ok(()) };
    writer.flush()?;
    // Not the last block (1 bit), no nibbles of length (two bits, 3), a reserved bit, one byte of
    // length (two bits), the length less one (8 bits), two bits to the boundary.
    let header = 3 << 1 | 1 << 4 | u16::try_from(last).unwrap_or(0) << 6;
    let output = writer.get_mut();
    output.extend_from_slice(&header.to_le_bytes());
    output.resize(output.len() + last + 1, 0);
    Ok(())
}

pub struct Stream {
    writer: Option<CompressorWriter<Vec<u8>>>,
    padding: usize,
}

impl Stream {
    pub fn new(level: i32, padding: usize) -> Self {
        Self { writer: Some(writer(level, STREAM_WINDOW, 0)), padding }
    }
}

impl super::Stream for Stream {
    fn feed(&mut self, chunk: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
        let writer = self.writer.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writer.write_all(chunk)?;
        writer.flush()?;
        output.append(writer.get_mut());
        Ok(())
    }

    fn finish(&mut self, output: &mut Vec<u8>) -> io::Result<()> {
        let mut writer = self.writer.take().ok_or(io::ErrorKind::BrokenPipe)?;
        pad(&mut writer, self.padding)?;
        output.append(&mut writer.into_inner());
        Ok(())
    }
}
