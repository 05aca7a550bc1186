//! Names as they were spelled before: the rows of a document have the same keys, a thousand times over.
#![allow(clippy::inline_always, reason = "the inner loop of every name")]
use std::cell::Cell;

use pyo3::prelude::*;
use pyo3::types::PyString;

/// Many more than one row has with what is nested in it: few of its names then share a slot.
const SLOTS: usize = 256;
/// With its quotes; nearly all names are shorter.
pub const LONGEST: usize = 32;

thread_local! {
    static SPARE: Cell<Option<Box<[Slot; SLOTS]>>> = const { Cell::new(None) };
}

/// One thread's names. Each is kept alive, so that no other text can be where it is.
pub struct Names(Option<Box<[Slot; SLOTS]>>);

#[derive(Default)]
pub struct Slot {
    name: Option<Py<PyString>>,
    /// The name in quotes, and behind it what was never looked at.
    pub text: [u8; LONGEST],
    pub length: usize,
}

impl Names {
    /// Those that this thread knows.
    pub fn take() -> Self {
        Self(SPARE.take())
    }

    #[inline(always)]
    pub fn find(&self, name: &Bound<'_, PyString>) -> Option<&Slot> {
        let slot = &self.0.as_ref()?[place(name)];
        slot.name.as_ref().is_some_and(|known| known.is(name)).then_some(slot)
    }

    /// Remembers how a name is spelled, in place of another one.
    pub fn keep(&mut self, name: &Bound<'_, PyString>, quoted: &[u8]) {
        let slots =
            self.0.get_or_insert_with(|| Box::new(std::array::from_fn(|_| Slot::default())));
        let slot = &mut slots[place(name)];
        slot.text[..quoted.len()].copy_from_slice(quoted);
        slot.length = quoted.len();
        slot.name = Some(name.clone().unbind());
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        // Not when the thread itself is about to end.
        let _ = SPARE.try_with(|spare| spare.set(self.0.take()));
    }
}

/// Of the address: objects are sixteen bytes apart at least.
#[inline(always)]
fn place(name: &Bound<'_, PyString>) -> usize {
    let hash = (name.as_ptr() as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> 56) as usize
}
