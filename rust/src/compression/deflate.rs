//! gzip (RFC 1952) and what HTTP calls deflate, the zlib format (RFC 1950). Whole bodies go through
//! libdeflate, twice as fast as any zlib of the same size; it cannot stream, so chunks go through
//! zlib-rs.
use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress};
use libdeflater::{CompressionLvl, Compressor};

/// Deflate, no time, no hint, an unknown system.
const GZIP_HEADER: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
const FLAGS: usize = 3;
const HAS_NAME: u8 = 8;
/// A stored block of length 0 at a byte boundary: it says nothing.
const EMPTY_BLOCK: [u8; 5] = [0, 0, 0, 0xFF, 0xFF];
const ZLIB_HEADER: usize = 2;
/// libdeflate has levels up to 12, zlib up to 9.
const HIGHEST_STREAM_LEVEL: u32 = 9;
const STEP: usize = 16 << 10;

/// gzip; padding is a file name, as in Django.
pub fn gzip(data: &[u8], level: i32, padding: usize) -> io::Result<Vec<u8>> {
    let mut compressor = compressor(level)?;
    let mut output = gzip_header(padding);
    let start = output.len();
    output.resize(start + compressor.deflate_compress_bound(data.len()), 0);
    let written =
        compressor.deflate_compress(data, &mut output[start..]).map_err(io::Error::other)?;
    output.truncate(start + written);
    output.extend_from_slice(&trailer(libdeflater::crc32(data), data.len()));
    Ok(output)
}

/// The zlib format, which has no place for a name; padding is empty blocks.
pub fn zlib(data: &[u8], level: i32, padding: usize) -> io::Result<Vec<u8>> {
    let mut compressor = compressor(level)?;
    let mut output = vec![0; compressor.zlib_compress_bound(data.len())];
    let written = compressor.zlib_compress(data, &mut output).map_err(io::Error::other)?;
    output.truncate(written);
    output.splice(ZLIB_HEADER..ZLIB_HEADER, empty_blocks(padding));
    Ok(output)
}

fn compressor(level: i32) -> io::Result<Compressor> {
    let level = CompressionLvl::new(level).map_err(|_| io::ErrorKind::InvalidInput)?;
    Ok(Compressor::new(level))
}

fn gzip_header(padding: usize) -> Vec<u8> {
    let mut header = GZIP_HEADER.to_vec();
    if padding > 0 {
        header[FLAGS] = HAS_NAME;
        header.resize(header.len() + padding, b'a');
        header.push(0);
    }
    header
}

fn empty_blocks(padding: usize) -> Vec<u8> {
    EMPTY_BLOCK.repeat(padding / EMPTY_BLOCK.len())
}

/// Checksum and length, both modulo 2^32.
#[allow(clippy::cast_possible_truncation, reason = "the format wants the low 32 bits")]
fn trailer(checksum: u32, length: usize) -> [u8; 8] {
    let mut trailer = [0; 8];
    trailer[..4].copy_from_slice(&checksum.to_le_bytes());
    trailer[4..].copy_from_slice(&(length as u32).to_le_bytes());
    trailer
}

pub struct Stream {
    deflate: Compress,
    /// For gzip, whose frame is made here.
    checksum: Option<Crc>,
    /// What has to be sent before the first chunk, or right after zlib's header.
    header: Vec<u8>,
    padding: usize,
}

impl Stream {
    pub fn gzip(level: i32, padding: usize) -> Self {
        let deflate = Compress::new(stream_level(level), false);
        Self { deflate, checksum: Some(Crc::new()), header: gzip_header(padding), padding: 0 }
    }

    pub fn zlib(level: i32, padding: usize) -> Self {
        let deflate = Compress::new(stream_level(level), true);
        Self { deflate, checksum: None, header: Vec::new(), padding }
    }

    fn run(&mut self, data: &[u8], flush: FlushCompress, output: &mut Vec<u8>) -> io::Result<()> {
        let (mut rest, mut room) = (data, [0; STEP]);
        loop {
            let (read, made) = self.step(rest, flush, &mut room)?;
            rest = &rest[read..];
            output.extend_from_slice(&room[..made]);
            // Room that was not needed: nothing is left inside.
            if made < STEP && rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// How much was read and how much was written.
    #[allow(clippy::cast_possible_truncation, reason = "no more than the lengths of two slices")]
    fn step(
        &mut self,
        data: &[u8],
        flush: FlushCompress,
        room: &mut [u8],
    ) -> io::Result<(usize, usize)> {
        let (read, written) = (self.deflate.total_in(), self.deflate.total_out());
        self.deflate.compress(data, room, flush)?;
        let (read, written) = (self.deflate.total_in() - read, self.deflate.total_out() - written);
        Ok((read as usize, written as usize))
    }
}

fn stream_level(level: i32) -> Compression {
    Compression::new(u32::try_from(level).unwrap_or(1).min(HIGHEST_STREAM_LEVEL))
}

impl super::Stream for Stream {
    fn feed(&mut self, chunk: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
        output.append(&mut self.header);
        if let Some(checksum) = &mut self.checksum {
            checksum.update(chunk);
        }
        self.run(chunk, FlushCompress::Sync, output)
    }

    fn finish(&mut self, output: &mut Vec<u8>) -> io::Result<()> {
        output.append(&mut self.header);
        // After a flush the stream is at a byte boundary, where empty blocks may stand.
        if self.padding > 0 {
            self.run(&[], FlushCompress::Sync, output)?;
            output.extend(empty_blocks(self.padding));
        }
        self.run(&[], FlushCompress::Finish, output)?;
        if let Some(checksum) = &self.checksum {
            let mut last = trailer(checksum.sum(), 0);
            last[4..].copy_from_slice(&checksum.amount().to_le_bytes());
            output.extend_from_slice(&last);
        }
        Ok(())
    }
}
