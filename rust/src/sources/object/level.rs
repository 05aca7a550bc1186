//! How deep a value is, and in what.
use pyo3::prelude::*;

use crate::error::{Outcome, Stop};

/// Far deeper than any response, far from the end of the smallest thread's stack.
const DEPTH_LIMIT: usize = 200;
/// Ancestors are compared from here on: a cycle that is wide need not be written 200 times over.
const CYCLES_FROM: usize = 8;

/// The containers that are open around a value.
pub(super) enum Level<'a, 'py> {
    Top,
    Inside { container: &'a Bound<'py, PyAny>, above: &'a Level<'a, 'py>, depth: usize },
}

impl<'a, 'py> Level<'a, 'py> {
    pub(super) fn enter(&'a self, container: &'a Bound<'py, PyAny>) -> Outcome<Self> {
        let depth = self.depth() + 1;
        if depth > DEPTH_LIMIT || (depth > CYCLES_FROM && self.has(container)) {
            return Err(Stop::Refused);
        }
        Ok(Self::Inside { container, above: self, depth })
    }

    fn depth(&self) -> usize {
        match self {
            Self::Top => 0,
            Self::Inside { depth, .. } => *depth,
        }
    }

    fn has(&self, value: &Bound<'py, PyAny>) -> bool {
        let mut level = self;
        while let Self::Inside { container, above, .. } = level {
            if container.is(value) {
                return true;
            }
            level = above;
        }
        false
    }
}
