//! The algorithms on their own, and the table under threads.
use std::sync::Arc;
use std::thread;

use super::clock::Clock;
use super::rate::{Algorithm, Rate};
use super::table::Table;
use super::{Limiter, unlimited};

const SECOND: u64 = 1_000_000_000;

fn rate(name: &str, limit: u64, seconds: u64) -> Rate {
    let algorithm = Algorithm::named(name).unwrap();
    Rate { limit, period: seconds * SECOND, burst: limit, algorithm }
}

fn limiter(rates: &[Rate], capacity: usize) -> Limiter {
    Limiter::new(Arc::new(Table::private(capacity).unwrap()), rates, "")
}

/// How many of `calls` pass at this second.
fn passed(limiter: &Limiter, second: u64, calls: usize) -> usize {
    let at = Clock::At(second * SECOND);
    (0..calls).filter(|_| limiter.hit(b"key", 1, at).allowed).count()
}

const NAMES: [&str; 4] = ["gcra", "token-bucket", "fixed-window", "sliding-window"];

#[test]
fn exactly_the_limit_passes_at_once() {
    for name in NAMES {
        for limit in [1, 3, 7, 1000] {
            let limiter = limiter(&[rate(name, limit, 60)], 10);
            assert_eq!(passed(&limiter, 0, 2000), usize::try_from(limit).unwrap(), "{name}");
        }
    }
}

#[test]
fn each_algorithm_lets_calls_pass_again() {
    // After 10 calls of 10 a minute: what passes at each of these seconds.
    let expected = [
        ("gcra", [(5, 0), (6, 1), (30, 4), (90, 10)]),
        ("fixed-window", [(5, 0), (59, 0), (60, 10), (90, 0)]),
        ("sliding-window", [(59, 0), (65, 0), (66, 1), (90, 4)]),
    ];
    for (name, steps) in expected {
        let limiter = limiter(&[rate(name, 10, 60)], 10);
        assert_eq!(passed(&limiter, 0, 20), 10);
        for (second, count) in steps {
            assert_eq!(passed(&limiter, second, 20), count, "{name} after {second} s");
        }
    }
}

#[test]
fn waiting_as_long_as_told_is_enough() {
    for name in NAMES {
        for limit in [1, 3, 7, 11] {
            let limiter = limiter(&[rate(name, limit, 60)], 10);
            let mut now = 12_345;
            for _ in 0..50 {
                let verdict = limiter.hit(b"key", 1, Clock::At(now));
                if !verdict.allowed {
                    now += verdict.retry_after.unwrap();
                    assert!(limiter.peek(b"key", 1, Clock::At(now), unlimited()).allowed, "{name}");
                }
            }
        }
    }
}

#[test]
fn a_clock_set_back_locks_nobody_out_for_longer_than_a_period() {
    for name in NAMES {
        let limiter = limiter(&[rate(name, 5, 60)], 10);
        assert_eq!(passed(&limiter, 1_000_000, 5), 5);
        assert_eq!(passed(&limiter, 10, 5), 0, "{name}");
        assert_eq!(passed(&limiter, 10 + 121, 5), 5, "{name}");
    }
}

#[test]
fn a_call_that_one_rate_refuses_counts_for_none() {
    for name in NAMES {
        let limiter = limiter(&[rate(name, 10, 3600), rate(name, 2, 1)], 10);
        assert_eq!(passed(&limiter, 0, 50), 2, "{name}");
        assert_eq!(passed(&limiter, 10, 50), 2, "{name}");
        let left = limiter.peek(b"key", 7, Clock::At(20 * SECOND), unlimited());
        assert!(!left.allowed, "{name}: more than two at once");
        let all = (3..9).map(|step| passed(&limiter, step * 10, 50)).sum::<usize>();
        assert_eq!(all, 6, "{name}");
    }
}

#[test]
fn what_costs_more_than_the_limit_never_passes() {
    for name in NAMES {
        let limiter = limiter(&[rate(name, 5, 60)], 10);
        assert_eq!(limiter.hit(b"key", 6, Clock::System).retry_after, None);
        assert_eq!(limiter.hit(b"key", 1 << 40, Clock::System).retry_after, None);
        assert!(limiter.hit(b"key", 5, Clock::System).allowed);
        assert!(limiter.hit(b"key", 0, Clock::System).allowed);
        limiter.reset(b"key");
        assert!(limiter.hit(b"key", 5, Clock::System).allowed, "{name}");
    }
}

#[test]
fn nothing_passes_a_limit_of_zero() {
    for name in NAMES {
        assert_eq!(passed(&limiter(&[rate(name, 0, 60)], 10), 0, 5), 0, "{name}");
    }
}

#[test]
fn exactly_the_limit_passes_under_threads() {
    for name in NAMES {
        // More keys at a time than there are slots in a bucket would hold, each new to the table.
        let limiter = limiter(&[rate(name, 50, 3600)], 400);
        for round in 0..20 {
            let key = format!("key {round}");
            let passed: usize = thread::scope(|scope| {
                let run = || {
                    (0..30)
                        .filter(|_| limiter.hit(key.as_bytes(), 1, Clock::System).allowed)
                        .count()
                };
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(passed, 50, "{name}");
        }
    }
}

#[test]
fn more_keys_than_fit_forget_the_idle_ones() {
    let limiter = limiter(&[rate("gcra", 2, 60)], 100);
    let hit = |key: u32, second: u64| {
        limiter.hit(format!("{key}").as_bytes(), 1, Clock::At(second * SECOND))
    };
    for key in 0..100_000 {
        assert!(hit(key, 0).allowed);
    }
    // A key that keeps calling is not the idle one.
    assert!(hit(0, 100).allowed && hit(0, 100).allowed);
    for key in 1..1000 {
        hit(key, 50);
    }
    assert!(!hit(0, 101).allowed);
}

#[test]
fn keys_are_counted_until_they_are_forgotten() {
    // All buckets, and a part that stands for all.
    for (capacity, keys, error) in [(1_000, 100, 0), (2_000_000, 100_000, 5_000)] {
        let table = Arc::new(Table::private(capacity).unwrap());
        let limiter = Limiter::new(Arc::clone(&table), &[rate("gcra", 1, 60)], "");
        for key in 0..keys {
            assert!(limiter.hit(format!("{key}").as_bytes(), 1, Clock::At(0)).allowed);
        }
        let remembered = |second: u64| table.remembered(Clock::At(second * SECOND).now());
        assert!(remembered(59).abs_diff(keys) <= error, "{} of {keys}", remembered(59));
        assert_eq!((remembered(60), table.capacity()), (0, capacity));
    }
}
