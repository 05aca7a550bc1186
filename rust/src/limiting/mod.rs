//! Rate limits; no PyO3, but for the door in `python/limiting.rs`.
mod bucket;
pub mod clock;
mod fixed_window;
mod gcra;
mod header;
pub mod rate;
mod sliding_window;
mod state;
pub mod table;

#[cfg(test)]
mod tests;

use std::hash::Hash;
use std::sync::Arc;

use siphasher::sip128::SipHasher13;

use clock::Clock;
use rate::{Rate, Verdict};
use state::State;
use table::Table;

/// Rates that a key has to keep, all at the same time.
pub struct Limiter {
    table: Arc<Table>,
    /// Each with a hasher that has seen the rate: a changed rate starts anew.
    rates: Vec<(Rate, SipHasher13)>,
}

/// What is said when there is no rate: everything passes.
const UNLIMITED: Verdict = Verdict {
    allowed: true,
    limit: u64::MAX,
    remaining: u64::MAX,
    retry_after: Some(0),
    reset_after: 0,
};

impl Limiter {
    pub fn new(table: Arc<Table>, rates: &[Rate], prefix: &str) -> Self {
        let seen = |rate: &Rate| {
            let mut hasher = table.hasher();
            (prefix, rate).hash(&mut hasher);
            (*rate, hasher)
        };
        Self { rates: rates.iter().map(seen).collect(), table }
    }

    /// Count a call of this `cost` if every rate lets it pass; otherwise none of them counts it.
    pub fn hit(&self, key: &[u8], cost: u64, clock: Clock) -> Verdict {
        let mut tightest = UNLIMITED;
        for (at, (rate, hasher)) in self.rates.iter().enumerate() {
            let verdict = self.table.update(&of(hasher, key), |state| {
                let (verdict, new) = rate.take(state, clock.now(), cost);
                // A call that is refused leaves a trace only where the clock was set back.
                let written = (verdict.allowed && cost > 0) || new.expiry() < state.expiry();
                (verdict, written.then_some(new))
            });
            if !verdict.allowed {
                self.give_back(&self.rates[..at], key, cost);
                return self.peek(key, cost, clock, verdict);
            }
            tightest = tighter(tightest, verdict);
        }
        tightest
    }

    /// What `hit` would say, with `known` as what is known already.
    pub fn peek(&self, key: &[u8], cost: u64, clock: Clock, known: Verdict) -> Verdict {
        let look = |(rate, hasher): &(Rate, SipHasher13)| {
            let now = clock.now();
            self.table.update(&of(hasher, key), |state| (rate.look(state, now, cost), None))
        };
        self.rates.iter().map(look).fold(known, tighter)
    }

    /// Forget what a key has done.
    pub fn reset(&self, key: &[u8]) {
        for (_, hasher) in &self.rates {
            self.table.update(&of(hasher, key), |state| {
                let known = !state.is_fresh();
                ((), known.then(|| State::fresh(Clock::System.now())))
            });
        }
    }

    fn give_back(&self, rates: &[(Rate, SipHasher13)], key: &[u8], cost: u64) {
        for (rate, hasher) in rates {
            self.table.update(&of(hasher, key), |state| ((), Some(rate.give_back(state, cost))));
        }
    }
}

pub fn unlimited() -> Verdict {
    UNLIMITED
}

fn of(seen: &SipHasher13, key: &[u8]) -> SipHasher13 {
    let mut hasher = *seen;
    std::hash::Hasher::write(&mut hasher, key);
    hasher
}

/// The verdict that binds: the longest wait, or the least that remains.
fn tighter(one: Verdict, other: Verdict) -> Verdict {
    let wait = |verdict: &Verdict| verdict.retry_after.unwrap_or(u64::MAX);
    let binds = |verdict: &Verdict| (verdict.allowed, u64::MAX - wait(verdict), verdict.remaining);
    if binds(&other) < binds(&one) { other } else { one }
}
