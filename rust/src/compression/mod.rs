//! Content codings of HTTP: which one a client prefers, and the four that browsers know, whole and
//! chunk by chunk; no PyO3, but for the door in `python/compression.rs`.
use std::io;

pub mod brotli;
pub mod deflate;
pub mod load;
pub mod negotiate;
pub mod zstd;

#[cfg(test)]
mod tests;

/// The codings by their names in `Accept-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Zstd,
    Brotli,
    Gzip,
    Deflate,
}

impl Coding {
    pub const ALL: [Self; 4] = [Self::Zstd, Self::Brotli, Self::Gzip, Self::Deflate];

    pub fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|coding| coding.name() == name)
    }

    /// The highest level. For zstd the last one whose window is within the 8 MiB that RFC 9659 lets a
    /// server use; the lowest level is 1 for all.
    pub fn highest_level(self) -> i32 {
        match self {
            Self::Zstd => 19,
            Self::Brotli => 11,
            Self::Gzip | Self::Deflate => 12,
        }
    }

    /// `data` in this coding, made longer by up to `padding` bytes.
    pub fn compress(self, data: &[u8], level: i32, padding: usize) -> io::Result<Vec<u8>> {
        match self {
            Self::Zstd => zstd::compress(data, level, padding),
            Self::Brotli => brotli::compress(data, level, padding),
            Self::Gzip => deflate::gzip(data, level, padding),
            Self::Deflate => deflate::zlib(data, level, padding),
        }
    }

    /// The same for a body that comes in chunks.
    pub fn stream(self, level: i32, padding: usize) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Zstd => Box::new(zstd::Stream::new(level, padding)?),
            Self::Brotli => Box::new(brotli::Stream::new(level, padding)),
            Self::Gzip => Box::new(deflate::Stream::gzip(level, padding)),
            Self::Deflate => Box::new(deflate::Stream::zlib(level, padding)),
        })
    }
}

/// A body that comes in chunks.
pub trait Stream: Send {
    /// Appends to `output` all that a reader needs to see the whole of `chunk` at once.
    fn feed(&mut self, chunk: &[u8], output: &mut Vec<u8>) -> io::Result<()>;
    /// Appends the end.
    fn finish(&mut self, output: &mut Vec<u8>) -> io::Result<()>;
}
