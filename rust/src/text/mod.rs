//! Pure spelling: no Python here.
pub mod address;
pub mod decimal;
pub mod escape;
pub mod number;
pub mod output;
pub mod pattern;
pub mod run;
pub mod scan;
pub mod space;
pub mod spelling;
pub mod temporal;
pub mod uuid;
