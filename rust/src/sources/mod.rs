//! Where values come from.
mod cell;
pub mod depth;
mod given;
pub mod grid;
pub mod instance;
pub mod json;
mod linked;
pub mod object;
pub mod outline;
mod raw;
pub mod row;
mod spelled;
mod value;

pub use given::Given;
pub use value::Value;
