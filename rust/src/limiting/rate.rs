//! A rate, an algorithm's verdict on one call, and the choice of the algorithm.
use super::state::State;
use super::{fixed_window, gcra, sliding_window};

/// So much in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    pub limit: u64,
    /// Nanoseconds.
    pub period: u64,
    /// How much may pass at once, for `Algorithm::Gcra`.
    pub burst: u64,
    pub algorithm: Algorithm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Gcra,
    FixedWindow,
    SlidingWindow,
}

/// What one rate says of one call; times in nanoseconds from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub limit: u64,
    /// How much would still pass at this moment.
    pub remaining: u64,
    /// When this call would pass; nothing for one that never will.
    pub retry_after: Option<u64>,
    /// When the key is as good as new.
    pub reset_after: u64,
}

impl Algorithm {
    /// A token bucket that is refilled steadily and GCRA decide alike (ITU-T I.371, the two forms of
    /// one algorithm): both names run the same code.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "gcra" | "token-bucket" => Some(Self::Gcra),
            "fixed-window" => Some(Self::FixedWindow),
            "sliding-window" => Some(Self::SlidingWindow),
            _ => None,
        }
    }

    /// The largest limit that fits into a state.
    pub fn most(self) -> u64 {
        match self {
            Self::Gcra => gcra::MOST,
            Self::FixedWindow => fixed_window::MOST,
            Self::SlidingWindow => sliding_window::MOST,
        }
    }
}

impl Rate {
    /// The verdict on a call of this `cost`, and what is remembered if it passes.
    pub fn take(&self, state: State, now: u64, cost: u64) -> (Verdict, State) {
        match self.algorithm {
            Algorithm::Gcra => gcra::take(self, state, now, cost),
            Algorithm::FixedWindow => fixed_window::take(self, state, now, cost),
            Algorithm::SlidingWindow => sliding_window::take(self, state, now, cost),
        }
    }

    /// The verdict on such a call if it came now; what remains, without it.
    pub fn look(&self, state: State, now: u64, cost: u64) -> Verdict {
        let (would, _) = self.take(state, now, cost);
        let (is, _) = self.take(state, now, 0);
        Verdict { allowed: would.allowed, retry_after: would.retry_after, ..is }
    }

    /// What is remembered once a call of this `cost` that passed has not happened after all.
    pub fn give_back(&self, state: State, cost: u64) -> State {
        if state.is_fresh() {
            return state;
        }
        match self.algorithm {
            Algorithm::Gcra => gcra::give_back(self, state, cost),
            Algorithm::FixedWindow => fixed_window::give_back(state, cost),
            Algorithm::SlidingWindow => sliding_window::give_back(state, cost),
        }
    }
}
