//! Where values come from.
pub mod instance;
mod cell;
pub mod json;
pub mod object;
pub mod row;
mod spelled;
mod value;

pub use value::Value;
