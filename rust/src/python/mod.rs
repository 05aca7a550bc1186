//! The wall to CPython.
pub mod collector;
pub mod compression;
mod decode;
pub mod entries;
pub mod guard;
pub mod hashing;
pub mod integer;
pub mod json;
pub mod limiting;
pub mod reader;
pub mod signing;
pub mod types;
pub mod unicode;
pub mod zone;
