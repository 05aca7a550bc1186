//! Where values come from.
pub mod instance;
mod cell;
pub mod row;
mod value;

pub use value::Value;
