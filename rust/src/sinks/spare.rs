//! One output buffer a thread, kept from one document to the next: fresh memory of this size would
//! be mapped, cleared and given back by the kernel every time.
use std::cell::Cell;

/// What a thread keeps at the most; a larger buffer is freed.
const KEPT: usize = 1 << 20;
const FIRST: usize = 1 << 10;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An empty buffer.
pub fn take() -> Vec<u8> {
    let mut buffer = SPARE.take();
    buffer.reserve(FIRST);
    buffer
}

/// Keeps a buffer for the next document of this thread.
pub fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() <= KEPT {
        buffer.clear();
        SPARE.set(buffer);
    }
}
