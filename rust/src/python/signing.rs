//! Signatures as Python sees them.
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use crate::signing::django::{Signer, split_time};
use crate::signing::mac::Algorithm;
use crate::signing::{ed25519, spelling};

/// Bytes of message from which other threads run meanwhile: the check then takes about 40 us, and
/// handing the interpreter over and back 0.1 us when nobody waits.
const WORTH_LETTING_GO: usize = 64 << 10;
const ED25519_SIGNATURE: usize = 64;

/// The bytes of a `str` or `bytes`; nothing for anything else and for what UTF-8 cannot spell.
fn bytes_of<'a>(value: &'a Bound<'_, PyAny>) -> Option<&'a [u8]> {
    if let Ok(bytes) = value.cast_exact::<PyBytes>() {
        return Some(bytes.as_bytes());
    }
    value.cast_exact::<PyString>().ok()?.to_str().ok().map(str::as_bytes)
}

/// `Signer.signature(value, key)`, or `None` for what only stock can say.
#[pyfunction]
pub fn signature(
    algorithm: &str,
    salt: &str,
    value: &Bound<'_, PyAny>,
    key: &Bound<'_, PyAny>,
) -> Option<String> {
    let signer = Signer { algorithm: Algorithm::named(algorithm)?, salt };
    Some(signer.signature(bytes_of(value)?, bytes_of(key)?))
}

/// The value that any of `keys` signed; `None` for a bad signature, and for what only stock can say.
#[pyfunction]
pub fn unsign<'a>(
    algorithm: &str,
    salt: &str,
    separator: &str,
    signed: &'a Bound<'_, PyString>,
    keys: &Bound<'_, PyList>,
) -> Option<&'a str> {
    let with = Signer { algorithm: Algorithm::named(algorithm)?, salt };
    let objects: Vec<Bound<'_, PyAny>> = keys.iter().collect();
    let keys = objects.iter().map(bytes_of).collect::<Option<Vec<_>>>()?;
    with.unsign(signed.to_str().ok()?, separator, &keys)
}

/// The same for `TimestampSigner`: the value, and the seconds since 1970 when it was signed.
#[pyfunction]
pub fn unsign_timestamped<'a>(
    algorithm: &str,
    salt: &str,
    separator: &str,
    signed: &'a Bound<'_, PyString>,
    keys: &Bound<'_, PyList>,
) -> Option<(&'a str, u64)> {
    split_time(unsign(algorithm, salt, separator, signed, keys)?, separator)
}

/// Whether one of `signatures` is that of the message in `parts` under one of `keys`.
///
/// Signatures are hexadecimal, base64 or raw; `algorithm` is one of `hashlib`'s names or `ed25519`.
/// `None` for another algorithm.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)]
pub fn verify(
    py: Python<'_>,
    algorithm: &str,
    keys: Vec<Bound<'_, PyBytes>>,
    parts: Vec<Bound<'_, PyBytes>>,
    signatures: Vec<Bound<'_, PyBytes>>,
) -> Option<bool> {
    let keys: Vec<&[u8]> = keys.iter().map(PyBytesMethods::as_bytes).collect();
    let parts: Vec<&[u8]> = parts.iter().map(PyBytesMethods::as_bytes).collect();
    let read = |length: usize| -> Vec<Vec<u8>> {
        signatures.iter().filter_map(|one| spelling::read(one.as_bytes(), length)).collect()
    };
    let size: usize = parts.iter().map(|part| part.len()).sum();
    if algorithm == "ed25519" {
        let signatures = read(ED25519_SIGNATURE);
        let check = || ed25519::verifies(&keys, &parts.concat(), &signatures);
        return Some(run(py, size, check));
    }
    let algorithm = Algorithm::named(algorithm)?;
    let tags = read(algorithm.length());
    Some(run(py, size, || algorithm.verifies(&keys, &parts, &tags)))
}

/// Check a message of `size` bytes, letting other threads run if that is long.
fn run(py: Python<'_>, size: usize, check: impl Fn() -> bool + Send + Sync) -> bool {
    if size < WORTH_LETTING_GO { check() } else { py.detach(check) }
}
