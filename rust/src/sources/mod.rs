//! Where values come from.
mod cell;
pub mod depth;
pub mod encoder;
pub mod form;
mod given;
pub mod grid;
pub mod instance;
pub mod json;
mod linked;
pub mod object;
pub mod outline;
pub mod raw;
pub mod row;
mod spelled;
mod value;

pub use given::Given;
pub use value::Value;
