//! Pure spelling: no Python here.
pub mod decimal;
pub mod escape;
pub mod number;
pub mod temporal;
pub mod uuid;
