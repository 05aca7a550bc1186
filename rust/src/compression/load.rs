//! How many bodies are being compressed at this moment, so that a busy server can compress faster.
use std::sync::atomic::{AtomicUsize, Ordering};

static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// One compression that is under way, for as long as this lives.
pub struct Running;

impl Running {
    /// Counts one more, and says how many there are with it.
    pub fn enter() -> (Self, usize) {
        (Self, RUNNING.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}
