//! The sliding window counter: what passed in this window, and of the one before it the share that a
//! window ending now still covers, as if its calls had been spread evenly.
//!
//! A state is the end of the window after this one (what passes now counts until then), to 2^20 ns, and
//! two counts of 20 bits.
use super::rate::{Rate, Verdict};
use super::state::{FRACTION, State};

const COUNT: u32 = 20;
pub const MOST: u64 = (1 << COUNT) - 1;

#[derive(Clone, Copy)]
struct Window {
    /// When this one began.
    start: u64,
    before: u64,
    count: u64,
}

pub fn take(rate: &Rate, state: State, now: u64, cost: u64) -> (Verdict, State) {
    let window = open(rate, state, now);
    let allowed = fits(rate, &window, now, cost);
    let count = if allowed { window.count + cost } else { window.count };
    let kept = Window { count, ..window };
    let never = cost > rate.limit;
    let wait = if allowed { 0 } else { wait(rate, &window, now, cost) };
    let verdict = Verdict {
        allowed,
        limit: rate.limit,
        remaining: remaining(rate, &kept, now),
        retry_after: (!never).then_some(wait),
        reset_after: reset_after(rate, &kept, now),
    };
    (verdict, pack(rate, kept))
}

/// The call may have passed at the end of a window that is now the one before.
pub fn give_back(state: State, cost: u64) -> State {
    let low = state.bits() & u128::from(MOST);
    let here = low.min(u128::from(cost));
    let before = (state.bits() >> COUNT) & u128::from(MOST);
    let there = before.min(u128::from(cost) - here);
    State::new(state.bits() - here - (there << COUNT))
}

/// The window that contains `now`. One in which nothing passed, or all was given back, never began.
fn open(rate: &Rate, state: State, now: u64) -> Window {
    let fresh = Window { start: now, before: 0, count: 0 };
    if state.is_fresh() {
        return fresh;
    }
    let window = moved(rate, unpack(rate, state), now);
    if window.before == 0 && window.count == 0 { fresh } else { window }
}

fn moved(rate: &Rate, known: Window, now: u64) -> Window {
    match now.checked_sub(known.start) {
        // The clock was set back, or is a rounding away.
        None => Window { start: now, ..known },
        Some(age) if age < rate.period => known,
        Some(age) if age < 2 * rate.period => {
            Window { start: known.start + rate.period, before: known.count, count: 0 }
        }
        Some(_) => Window { start: now, before: 0, count: 0 },
    }
}

/// What the window before weighs now, times the period.
fn weight(rate: &Rate, window: &Window, now: u64) -> u128 {
    let left = (window.start + rate.period).saturating_sub(now);
    u128::from(window.before) * u128::from(left)
}

fn fits(rate: &Rate, window: &Window, now: u64, cost: u64) -> bool {
    let period = u128::from(rate.period);
    let counted = (u128::from(window.count) + u128::from(cost)) * period;
    weight(rate, window, now) + counted <= u128::from(rate.limit) * period
}

fn remaining(rate: &Rate, window: &Window, now: u64) -> u64 {
    let weighs = weight(rate, window, now).div_ceil(u128::from(rate.period));
    let used = u64::try_from(weighs).unwrap_or(u64::MAX).saturating_add(window.count);
    rate.limit.saturating_sub(used)
}

/// Until the window before weighs little enough, or this one does once it is the one before.
fn wait(rate: &Rate, window: &Window, now: u64, cost: u64) -> u64 {
    let free = rate.limit.saturating_sub(cost);
    let at = match free.checked_sub(window.count) {
        Some(room) => window.start + faded(rate, window.before, room),
        None => window.start + rate.period + faded(rate, window.count, free),
    };
    at.saturating_sub(now)
}

/// How far into the next window `count` weighs no more than `room`.
fn faded(rate: &Rate, count: u64, room: u64) -> u64 {
    let over = u128::from(count.saturating_sub(room)) * u128::from(rate.period);
    u64::try_from(over.div_ceil(u128::from(count.max(1)))).unwrap_or(u64::MAX)
}

fn reset_after(rate: &Rate, window: &Window, now: u64) -> u64 {
    let windows = if window.count > 0 { 2 } else { u64::from(window.before > 0) };
    if windows == 0 { 0 } else { (window.start + windows * rate.period).saturating_sub(now) }
}

fn pack(rate: &Rate, window: Window) -> State {
    let end = u128::from(window.start + 2 * rate.period) >> FRACTION;
    let counts = u128::from(window.before) << COUNT | u128::from(window.count);
    State::new(end << (2 * COUNT) | counts)
}

#[allow(clippy::cast_possible_truncation, reason = "masked")]
fn unpack(rate: &Rate, state: State) -> Window {
    let bits = state.bits();
    let end = ((bits >> (2 * COUNT)) as u64) << FRACTION;
    // The end was rounded down by less than one step: the start is no earlier than it was by that much.
    let start = end.saturating_sub(2 * rate.period);
    let before = (bits >> COUNT) as u64 & MOST;
    Window { start, before, count: bits as u64 & MOST }
}
