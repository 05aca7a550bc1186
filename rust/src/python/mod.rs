//! The wall to CPython.
mod decode;
pub mod collector;
pub mod entries;
pub mod guard;
pub mod hashing;
pub mod integer;
pub mod json;
pub mod reader;
pub mod types;
pub mod zone;
