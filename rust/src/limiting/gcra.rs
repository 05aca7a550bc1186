//! The generic cell rate algorithm (ITU-T I.371, annex A: virtual scheduling).
//!
//! One moment is remembered: when the key would be as good as new. Every call moves it on by its share
//! of the period, and passes if it is then not further away than `burst` such shares. So `burst` calls
//! pass at once, and after them one for each share.
use super::rate::{Rate, Verdict};
use super::state::{FRACTION, State};

/// Shares are rounded down to 2^-20 ns: so many of them are a microsecond short of a period.
pub const MOST: u64 = 1 << 30;

pub fn take(rate: &Rate, state: State, now: u64, cost: u64) -> (Verdict, State) {
    let now = fixed(now);
    let share = share(rate);
    let tolerance = share * u128::from(rate.burst);
    // A time further away than any call could have moved it comes from a clock that was set back.
    let earlier = full_at(state).clamp(now, now + tolerance);
    let later = earlier + share * u128::from(cost);
    let allowed = later - now <= tolerance;
    let kept = if allowed { later } else { earlier };
    let never = cost > rate.burst;
    let verdict = Verdict {
        allowed,
        limit: rate.burst,
        remaining: whole((tolerance - (kept - now)) / share),
        retry_after: (!never).then(|| nanoseconds((later - now).saturating_sub(tolerance))),
        reset_after: nanoseconds(kept - now),
    };
    (verdict, State::new(kept))
}

pub fn give_back(rate: &Rate, state: State, cost: u64) -> State {
    State::new(state.bits().saturating_sub(share(rate) * u128::from(cost)))
}

fn full_at(state: State) -> u128 {
    if state.is_fresh() { 0 } else { state.bits() }
}

fn share(rate: &Rate) -> u128 {
    (fixed(rate.period) / u128::from(rate.limit.max(1))).max(1)
}

fn fixed(nanoseconds: u64) -> u128 {
    u128::from(nanoseconds) << FRACTION
}

/// Rounded up: who waits for so long has waited for long enough.
fn nanoseconds(fixed: u128) -> u64 {
    whole(fixed.div_ceil(1 << FRACTION))
}

fn whole(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
