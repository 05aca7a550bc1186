//! Nanoseconds that only go forward, the same for all processes of one machine.
use super::state::DAWN;

/// The time of one decision.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    System,
    /// A time given by the caller, in nanoseconds.
    At(u64),
}

impl Clock {
    /// Never before `DAWN`, and far from the end of the numbers.
    pub fn now(self) -> u64 {
        let time = match self {
            Self::System => system(),
            Self::At(time) => time,
        };
        time.min(u64::MAX >> 2) + DAWN
    }
}

/// Setting the date does not move it. It starts anew with the machine, as shared memory does; where a
/// file survives, its times lie in the future and the algorithms take them for what they are.
#[cfg(unix)]
fn system() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one structure, to where it is; this clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or_default()
}

#[cfg(not(unix))]
fn system() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
