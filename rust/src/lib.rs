//! The compiled half of django-rustaccel: a contents page.
mod accept;
mod batch;
mod caching;
mod checking;
mod compression;
mod context;
mod drivers;
mod error;
mod hashing;
mod kinds;
mod limiting;
mod mapping;
mod numbers;
mod plan;
mod processor;
mod python;
mod signing;
mod sinks;
mod sources;
mod text;
mod timing;

use pyo3::prelude::*;

#[pymodule]
mod _rust {
    #[pymodule_export]
    use crate::checking::Checker;
    #[pymodule_export]
    use crate::drivers::libpq::Libpq;
    #[pymodule_export]
    use crate::drivers::sqlite::Sqlite;
    #[pymodule_export]
    use crate::python::acceptor::Acceptor;
    #[pymodule_export]
    use crate::python::batch::{is_json, look_up, split_batch, write_answer};
    #[pymodule_export]
    use crate::python::body::{Unread, length, look};
    #[pymodule_export]
    use crate::python::caching::{CacheStore, LocalCache};
    #[pymodule_export]
    use crate::python::compression::{Compressor, compress, negotiate};
    #[pymodule_export]
    use crate::python::connections::Forward;
    #[pymodule_export]
    use crate::python::guard::Guard;
    #[pymodule_export]
    use crate::python::hashing::{argon2, bcrypt, pbkdf2, scrypt};
    #[pymodule_export]
    use crate::python::json::{Json, dump_lines, dump_objects, dumps, loads, loads_lazily};
    #[pymodule_export]
    use crate::python::limiting::{Decision, LimitTable, RateLimiter};
    #[pymodule_export]
    use crate::python::messages::{is_deeper, load_messages};
    #[pymodule_export]
    use crate::python::numbers::summarize;
    #[pymodule_export]
    use crate::python::processor::processor;
    #[pymodule_export]
    use crate::python::reader::{Reader, Recording, Rows};
    #[pymodule_export]
    use crate::python::signing::{signature, unsign, unsign_timestamped, verify};
    #[pymodule_export]
    use crate::python::timing::Histograms;
    #[pymodule_export]
    use crate::sources::form::Form;
    #[pymodule_export]
    use crate::sources::grid::Grid;
    #[pymodule_export]
    use crate::sources::row::Shape;
    #[pymodule_export]
    #[allow(
        non_upper_case_globals,
        clippy::upper_case_acronyms,
        reason = "the name that Python expects"
    )]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
