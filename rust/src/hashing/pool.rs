//! A bounded pool of arenas: so many callers at a time, the others wait in order.
use std::collections::VecDeque;
use std::num::NonZero;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::arena::Arena;

/// What the settings say, as of this call.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Callers that may hash at the same time.
    pub concurrency: NonZero<usize>,
    /// How long a caller waits for its turn.
    pub max_wait: Duration,
    /// How long memory is kept for the next caller.
    pub idle: Duration,
}

/// All places stayed taken for as long as the caller may wait.
#[derive(Debug)]
pub struct Busy;

pub struct Pool {
    process: u32,
    state: Mutex<State>,
    /// Tells the reaper that there may be something to return earlier than it thinks.
    reap: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    /// Who leaves this queue by another's hand has been counted into `running`.
    waiting: VecDeque<Arc<Condvar>>,
    idle: Vec<Idle>,
    reaping: bool,
}

struct Idle {
    arena: Arena,
    until: Instant,
}

/// A place among those that hash; dropping it lets the next caller in.
pub struct Place {
    pool: &'static Pool,
    limits: Limits,
    /// An arena and how many of its bytes were used.
    arena: Option<(Arena, usize)>,
}

/// The pool of this process.
///
/// A forked child makes its own: in the inherited one, threads that do not exist here may hold the
/// lock for ever. What it leaves behind are address ranges without pages (see `Arena`).
pub fn pool() -> &'static Pool {
    static POOL: AtomicPtr<Pool> = AtomicPtr::new(null_mut());
    loop {
        let known = POOL.load(Ordering::Acquire);
        // SAFETY: null, or a pool from below, which is never freed.
        if let Some(pool) = unsafe { known.as_ref() }
            && pool.process == std::process::id()
        {
            return pool;
        }
        let fresh = Box::into_raw(Box::new(Pool::new()));
        if POOL.compare_exchange(known, fresh, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // SAFETY: made above, and seen by nobody else.
            drop(unsafe { Box::from_raw(fresh) });
        }
    }
}

impl Pool {
    fn new() -> Self {
        Self { process: std::process::id(), state: Mutex::default(), reap: Condvar::new() }
    }

    /// Nothing panics while it holds the lock, so a poisoned state would still be a good one.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wait for a place, first come, first served.
    pub fn enter(&'static self, limits: Limits) -> Result<Place, Busy> {
        let mut state = self.state();
        if state.waiting.is_empty() && state.running < limits.concurrency.get() {
            state.running += 1;
        } else {
            wait(state, limits.max_wait)?;
        }
        Ok(Place { pool: self, limits, arena: None })
    }

    /// An idle arena of that many bytes, or a new one; smaller ones make room for it.
    fn take(&self, bytes: usize) -> Option<Arena> {
        let mut state = self.state();
        let fits = state.idle.iter().position(|idle| idle.arena.bytes() >= bytes);
        let found = fits.or_else(|| state.idle.len().checked_sub(1));
        let idle = found.map(|at| state.idle.swap_remove(at));
        drop(state);
        match idle {
            Some(idle) if fits.is_some() => Some(idle.arena),
            smaller => {
                drop(smaller);
                Arena::new(bytes)
            }
        }
    }

    fn keep(&'static self, arena: Arena, idle: Duration) {
        let Some(until) = Instant::now().checked_add(idle) else { return };
        let mut state = self.state();
        state.idle.push(Idle { arena, until });
        if state.reaping {
            self.reap.notify_one();
        } else {
            // Without a thread to return it in time, return it now.
            let reaper = thread::Builder::new().name("rustaccel-arenas".into());
            state.reaping = reaper.spawn(|| self.return_idle()).is_ok();
            if !state.reaping {
                state.idle.clear();
            }
        }
    }

    /// Return what has been idle for long enough, until there is nothing left to wait for.
    fn return_idle(&self) {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            state.idle.retain(|idle| idle.until > now);
            let Some(next) = state.idle.iter().map(|idle| idle.until).min() else { break };
            let left = next.saturating_duration_since(now);
            state = self.reap.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.reaping = false;
    }

    fn leave(&self, concurrency: NonZero<usize>) {
        let mut state = self.state();
        state.running -= 1;
        while state.running < concurrency.get()
            && let Some(next) = state.waiting.pop_front()
        {
            state.running += 1;
            next.notify_one();
        }
    }
}

/// Queue up until somebody who leaves hands over, or the time is over.
fn wait(mut state: MutexGuard<'_, State>, longest: Duration) -> Result<(), Busy> {
    let turn = Arc::new(Condvar::new());
    state.waiting.push_back(Arc::clone(&turn));
    let begun = Instant::now();
    let is_mine = |other: &Arc<Condvar>| Arc::ptr_eq(other, &turn);
    while state.waiting.iter().any(is_mine) {
        let Some(left) = longest.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else {
            state.waiting.retain(|other| !is_mine(other));
            return Err(Busy);
        };
        state = turn.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    Ok(())
}

impl Place {
    /// Memory of at least `bytes` for as long as the place is held; nothing when there is none.
    pub fn memory(&mut self, bytes: usize) -> Option<&mut Arena> {
        let arena = self.pool.take(bytes)?;
        Some(&mut self.arena.insert((arena, bytes)).0)
    }

    /// The share of the processor's threads: all of them for one caller alone.
    pub fn threads(&self) -> NonZero<usize> {
        let all = thread::available_parallelism().map_or(1, NonZero::get);
        let share = all / self.pool.state().running.max(1);
        NonZero::new(share).unwrap_or(NonZero::<usize>::MIN)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((mut arena, used)) = self.arena.take() {
            arena.wipe(used);
            self.pool.keep(arena, self.limits.idle);
        }
        self.pool.leave(self.limits.concurrency);
    }
}
