//! The wall to CPython.
pub mod acceptor;
pub mod body;
pub mod collector;
pub mod compression;
pub mod decode;
pub mod entries;
pub mod guard;
pub mod hashing;
pub mod integer;
pub mod json;
pub mod limiting;
pub mod make;
pub mod reader;
pub mod signing;
pub mod types;
pub mod unicode;
pub mod zone;
