//! A cache in this process; no PyO3, but for the door in `python/caching.rs`.
pub mod store;

#[cfg(test)]
mod tests;
