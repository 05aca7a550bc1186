//! Fixed windows: the first call opens a window, `limit` calls pass in it, the next one after its end
//! opens another.
//!
//! A state is the end of the window and, in its lower 24 bits, what passed in it: the end is kept to
//! 16 ns.
use super::rate::{Rate, Verdict};
use super::state::{FRACTION, State};

const COUNT: u32 = 24;
pub const MOST: u64 = (1 << COUNT) - 1;

pub fn take(rate: &Rate, state: State, now: u64, cost: u64) -> (Verdict, State) {
    let (end, count) = window(rate, state, now);
    let total = count.saturating_add(cost);
    let allowed = total <= rate.limit;
    let kept = if allowed { total } else { count };
    let left = end - now;
    let never = cost > rate.limit;
    let verdict = Verdict {
        allowed,
        limit: rate.limit,
        remaining: rate.limit.saturating_sub(kept),
        retry_after: (!never).then_some(if allowed { 0 } else { left }),
        reset_after: if kept == 0 { 0 } else { left },
    };
    (verdict, pack(end, kept))
}

pub fn give_back(state: State, cost: u64) -> State {
    let (end, count) = unpack(state);
    pack(end, count.saturating_sub(cost))
}

/// The window that is open: a new one if there is none, or if what opened it was given back. One that
/// ends later than a new one would was opened before the clock was set back.
fn window(rate: &Rate, state: State, now: u64) -> (u64, u64) {
    let (end, count) = unpack(state);
    if state.is_fresh() || end <= now || count == 0 {
        (now + rate.period, 0)
    } else {
        (end.min(now + rate.period), count)
    }
}

fn pack(end: u64, count: u64) -> State {
    let coarse = u128::from(end) << FRACTION >> COUNT << COUNT;
    State::new(coarse | u128::from(count))
}

#[allow(clippy::cast_possible_truncation, reason = "masked")]
fn unpack(state: State) -> (u64, u64) {
    let count = state.bits() as u64 & MOST;
    ((state.bits() >> COUNT << COUNT >> FRACTION) as u64, count)
}
