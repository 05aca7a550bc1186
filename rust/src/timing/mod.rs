//! How long requests take, counted in memory that worker processes may share; no PyO3, but for the
//! door in `python/timing.rs`.
pub mod histograms;
pub mod layout;
pub mod region;

#[cfg(test)]
mod tests;
