//! Output buffers of a thread, kept from one document to the next: fresh memory of this size would
//! be mapped, cleared and given back by the kernel every time.
use std::cell::RefCell;

/// What a thread keeps at the most; a larger buffer is freed.
const KEPT: usize = 1 << 20;
const FIRST: usize = 1 << 10;
/// One for a document, and those of rows that are written before they are asked for.
const BUFFERS: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer.
pub fn take() -> Vec<u8> {
    let mut buffer = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
    buffer.reserve(FIRST);
    buffer
}

/// Keeps a buffer for the next document of this thread.
pub fn give_back(mut buffer: Vec<u8>) {
    if (1..=KEPT).contains(&buffer.capacity()) {
        buffer.clear();
        // An error is a thread that is ending, which needs no spare room.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < BUFFERS {
                spare.push(buffer);
            }
        });
    }
}
