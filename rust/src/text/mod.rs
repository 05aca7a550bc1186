//! Pure spelling: no Python here.
pub mod decimal;
pub mod temporal;
pub mod uuid;
