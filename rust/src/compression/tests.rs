//! Which coding is chosen, by the rules of RFC 9110 and against odd headers.
use super::Coding::{Brotli, Deflate, Gzip, Zstd};
use super::negotiate::negotiate;
use super::{Coding, Stream, zstd};

const HEADERS: [(&str, Option<Coding>); 30] = [
    ("", None),
    ("gzip", Some(Gzip)),
    ("GZip", Some(Gzip)),
    ("x-gzip", Some(Gzip)),
    ("gzip, deflate, br, zstd", Some(Zstd)),
    ("gzip, deflate, br", Some(Brotli)),
    ("deflate", Some(Deflate)),
    ("gzip;q=0", None),
    ("gzip;q=0, deflate", Some(Deflate)),
    ("gzip;q=0.000", None),
    ("gzip;q=0.001", Some(Gzip)),
    ("br;q=0.5, gzip;q=0.8", Some(Gzip)),
    ("br;q=0.8, gzip;q=0.8", Some(Brotli)),
    ("gzip ; q=0.8 , br ;\tQ=0.9", Some(Brotli)),
    ("*", Some(Zstd)),
    ("*;q=0", None),
    ("*;q=0, gzip", Some(Gzip)),
    ("*, zstd;q=0, br;q=0", Some(Gzip)),
    ("identity", None),
    ("identity, gzip;q=0.5", None),
    ("identity;q=0.5, gzip", Some(Gzip)),
    ("identity;q=0, gzip;q=0.1", Some(Gzip)),
    ("identity;q=0.5, gzip;q=0.5", Some(Gzip)),
    ("gzip, gzip;q=0", None),
    ("gzip;q=1.5, br;q=x, zstd;q=.5, deflate;q=0.1234", None),
    ("gzip;q", None),
    ("gzip;q=1.000", Some(Gzip)),
    (",,;;,=,;q=1,\u{e4}, gzip", Some(Gzip)),
    ("gzip;level=9;q=0", None),
    ("notgzip, gzips", None),
];

#[test]
fn the_coding_that_the_client_prefers() {
    for (header, expected) in HEADERS {
        assert_eq!(negotiate(header, &Coding::ALL), expected, "{header}");
    }
}

#[test]
fn only_what_is_offered() {
    assert_eq!(negotiate("zstd, br;q=0.2", &[Brotli, Gzip]), Some(Brotli));
    assert_eq!(negotiate("*", &[Gzip, Zstd]), Some(Gzip));
    assert_eq!(negotiate("gzip", &[]), None);
}

#[test]
fn a_long_header() {
    assert_eq!(negotiate(&"x;q=0.1,".repeat(100_000), &Coding::ALL), None);
}

#[test]
fn every_chunk_can_be_read_at_once() {
    let mut stream = zstd::Stream::new(3, 0).expect("a stream");
    let mut output = Vec::new();
    stream.feed(b"a chunk", &mut output).expect("output");
    let mut read = ::zstd::stream::read::Decoder::new(&output[..]).expect("a reader");
    let mut text = [0; 7];
    std::io::Read::read_exact(&mut read, &mut text).expect("the chunk");
    assert_eq!(&text, b"a chunk");
}

#[test]
fn every_level_compresses() {
    let data = b"abcdefgh".repeat(1000);
    for coding in Coding::ALL {
        for level in 1..=coding.highest_level() {
            let made = coding.compress(&data, level, 9).expect("output");
            assert!(made.len() < data.len(), "{coding:?} {level}");
        }
    }
}

#[test]
fn zstd_comes_back_or_says_why_not() {
    let data = b"as it was ".repeat(1000);
    let small = zstd::compress(&data, 3, 0).unwrap();
    for _ in 0..2 {
        assert_eq!(zstd::decompress(&small, data.len()).unwrap(), data);
        assert!(zstd::decompress(&small, data.len() + 1).is_err());
        assert!(zstd::decompress(&small, data.len() - 1).is_err());
        assert!(zstd::decompress(&data, data.len()).is_err());
    }
}
