//! Password hashes as Python sees them. Every function lets other threads run while it computes.
use std::num::NonZero;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zeroize::Zeroizing;

use crate::hashing::argon2::{Inputs, Parameters, Variant, Version};
use crate::hashing::pbkdf2::{SHA1, SHA256, derive};
use crate::hashing::pool::Limits;
use crate::hashing::scrypt::Parameters as Scrypt;
use crate::hashing::{Refusal, bcrypt as bcrypt_hash};

pyo3::import_exception!(django_rustaccel.exceptions, HashingBusyError);

/// Settings as Python counts them: callers, seconds, seconds.
type Settings = (usize, f64, f64);

/// PBKDF2 over HMAC of the hash named `digest`, as long as its digest; `None` for another name.
#[pyfunction]
pub fn pbkdf2<'py>(
    py: Python<'py>,
    digest: &str,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
) -> Option<Bound<'py, PyBytes>> {
    let mut key = Zeroizing::new([0; 32]);
    let key = match digest {
        "sha1" => &mut key[..20],
        "sha256" => &mut key[..],
        _ => return None,
    };
    py.detach(|| match key.len() {
        20 => derive(SHA1, password, salt, iterations, key),
        _ => derive(SHA256, password, salt, iterations, key),
    });
    Some(PyBytes::new(py, key))
}

/// Argon2; `None` when the parameters are unknown or absurd.
///
/// `cost` is (KiB of memory, passes, lanes). Raises `HashingBusyError` when no place came free.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn argon2<'py>(
    py: Python<'py>,
    variant: &str,
    version: u32,
    cost: (u32, u32, u32),
    password: &[u8],
    salt: &[u8],
    length: usize,
    limits: Settings,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let (Some(variant), Some(version)) = (variant_of(variant), version_of(version)) else {
        return Ok(None);
    };
    let (memory, passes, lanes) = cost;
    let parameters = Parameters { variant, version, memory, passes, lanes };
    let inputs = Inputs { password, salt, ..Inputs::default() };
    let mut tag = Zeroizing::new(vec![0; length]);
    let limits = limits_of(limits);
    let done = py.detach(|| crate::hashing::argon2(&parameters, inputs, limits, &mut tag));
    answer(py, done, &tag)
}

/// scrypt; `None` when the parameters are invalid or absurd.
///
/// `cost` is (N, r, p). Raises `HashingBusyError` when no place came free.
#[pyfunction]
pub fn scrypt<'py>(
    py: Python<'py>,
    cost: (u32, u32, u32),
    password: &[u8],
    salt: &[u8],
    length: usize,
    limits: Settings,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let (work, block, lanes) = cost;
    let parameters = Scrypt { work, block, lanes };
    let mut key = Zeroizing::new(vec![0; length]);
    let limits = limits_of(limits);
    let done = py.detach(|| crate::hashing::scrypt(&parameters, password, salt, limits, &mut key));
    answer(py, done, &key)
}

/// The part of a bcrypt hash after the salt; `None` for what only the installed library decides.
#[pyfunction]
pub fn bcrypt(py: Python<'_>, cost: u32, salt: &str, password: &[u8]) -> Option<String> {
    py.detach(|| bcrypt_hash::digest(cost, salt, password))
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "the end of every hash: nobody needs the result after"
)]
fn answer<'py>(
    py: Python<'py>,
    done: Result<(), Refusal>,
    hash: &[u8],
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    match done {
        Ok(()) => Ok(Some(PyBytes::new(py, hash))),
        Err(Refusal::Absurd) => Ok(None),
        Err(Refusal::Busy) => Err(HashingBusyError::new_err(
            "Every place for hashing stayed taken for as long as RUSTACCEL['HASHING']['MAX_WAIT'] \
             allows.",
        )),
    }
}

fn variant_of(name: &str) -> Option<Variant> {
    match name {
        "argon2d" => Some(Variant::D),
        "argon2i" => Some(Variant::I),
        "argon2id" => Some(Variant::Id),
        _ => None,
    }
}

fn version_of(number: u32) -> Option<Version> {
    [Version::V10, Version::V13].into_iter().find(|version| *version as u32 == number)
}

fn limits_of((concurrency, max_wait, idle): Settings) -> Limits {
    let seconds = |value: f64| Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX);
    Limits {
        concurrency: NonZero::new(concurrency).unwrap_or(NonZero::<usize>::MIN),
        max_wait: seconds(max_wait),
        idle: seconds(idle),
    }
}
