//! Counts under keys: exact from many threads, bounded in memory.
use std::sync::atomic::Ordering;
use std::thread;

use super::histograms::{Histogram, Histograms, OTHER};
use super::region::Region;

fn histograms(slots: usize) -> Histograms {
    Histograms::new(None, vec![10, 100], slots).expect("memory")
}

#[test]
fn a_time_counts_up_to_its_bound() {
    let all = histograms(4);
    let slot = all.slot("GET /");
    for nanoseconds in [0, 10, 11, 100, 101, 5000] {
        all.observe(slot, nanoseconds);
    }
    let expected = Histogram { counts: vec![2, 2, 2], nanoseconds: 5222 };
    assert_eq!(all.collect().into_iter().collect::<Vec<_>>(), [("GET /".to_owned(), expected)]);
}

#[test]
fn keys_over_the_capacity_are_counted_together() {
    let all = histograms(3);
    for number in 0..10 {
        all.observe(all.slot(&format!("GET /{number}")), 1);
    }
    let found = all.collect();
    assert_eq!(found.len(), 4);
    assert_eq!(found[""].counts, [7, 0, 0]);
    assert_eq!(all.slot("GET /11"), OTHER);
    all.observe(99, 1);
}

#[test]
fn a_long_key_is_cut_between_characters() {
    let all = histograms(3);
    all.observe(all.slot(&"\u{e4}".repeat(300)), 1);
    all.observe(all.slot(&format!("a{}", "\u{e4}".repeat(300))), 1);
    let keys: Vec<String> = all.collect().into_keys().collect();
    assert_eq!(keys, [format!("a{}", "\u{e4}".repeat(127)), "\u{e4}".repeat(128)]);
}

#[test]
fn threads_lose_nothing() {
    let all = histograms(50);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for number in 0..4000 {
                    all.observe(all.slot(&format!("GET /{}", number % 40)), 1);
                }
            });
        }
    });
    let found = all.collect();
    assert!(found.len() >= 40);
    assert_eq!(found.values().map(|each| each.counts[0]).sum::<u64>(), 32_000);
}

#[test]
fn a_file_is_shared_and_another_layout_replaces_it() {
    let path = std::env::temp_dir().join(format!("rustaccel-timing-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let first = Region::shared(&path, &[1, 2], 8).expect("a file");
    let second = Region::shared(&path, &[1, 2], 8).expect("the file");
    first.words()[7].store(5, Ordering::Relaxed);
    assert_eq!(second.words()[7].load(Ordering::Relaxed), 5);
    let third = Region::shared(&path, &[1, 3], 8).expect("a new file");
    assert_eq!(third.words()[7].load(Ordering::Relaxed), 0);
    std::fs::write(&path, b"short").expect("a damaged file");
    assert_eq!(Region::shared(&path, &[1, 2], 8).expect("a new file").words().len(), 8);
    std::fs::remove_file(&path).expect("a file");
}
