//! The wall to CPython.
pub mod reader;
pub mod types;
pub mod zone;
