use super::store::{Entry, Key, Store};

const NEVER: f64 = f64::INFINITY;

fn key(number: usize) -> Key {
    number.to_string().into_bytes().into()
}

fn entry(value: usize, bytes: usize) -> Entry<usize> {
    Entry { value, expires: NEVER, stale: 0.0, bytes }
}

fn value(store: &Store<usize>, number: usize) -> Option<usize> {
    store.look(&key(number), |entry| entry.value)
}

#[test]
fn what_was_just_set_is_there() {
    for max_entries in [0, 1, 2, 3, 10, 300] {
        let mut store = Store::new(max_entries, 1 << 20).unwrap();
        for number in 0..1000 {
            store.set(key(number), entry(number, 10));
            assert_eq!(value(&store, number), Some(number));
            assert!(store.len() <= max_entries.max(1));
        }
        assert_eq!(store.len(), max_entries.max(1));
        assert_eq!(store.evicted(), 1000 - store.len() as u64);
    }
}

#[test]
fn bytes_are_bounded_too() {
    let mut store = Store::new(1000, 100_000).unwrap();
    for number in 0..1000 {
        store.set(key(number), entry(number, 5_000));
        assert_eq!(value(&store, number), Some(number));
        assert!(store.bytes() <= 100_000);
    }
    assert!(store.len() >= 15);
}

/// A value over the bound is not kept, and neither is the one before it.
#[test]
fn what_never_fits_leaves_nothing() {
    let mut store = Store::new(10, 10_000).unwrap();
    store.set(key(1), entry(1, 10));
    store.set(key(1), entry(2, 20_000));
    assert_eq!(value(&store, 1), None);
    store.set(key(1), entry(3, 10));
    assert_eq!(value(&store, 1), Some(3));
}

#[test]
fn what_is_used_outlives_what_is_not() {
    let mut store = Store::new(100, 1 << 20).unwrap();
    for number in 0..50 {
        store.set(key(number), entry(number, 10));
        value(&store, number);
        value(&store, number);
    }
    for number in 1000..2000 {
        store.set(key(number), entry(number, 10));
    }
    let kept = (0..50).filter(|number| value(&store, *number).is_some()).count();
    assert!(kept >= 45, "{kept}");
}

#[test]
fn ends_are_exact() {
    let mut store = Store::new(10, 1 << 20).unwrap();
    store.set(key(1), Entry { value: 1, expires: 100.0, stale: 0.0, bytes: 1 });
    assert!(store.has(&key(1), 99.9) && !store.has(&key(1), 100.0));
    assert!(!store.touch(&key(1), 300.0, 100.0));
    assert!(store.touch(&key(1), 200.0, 99.0));
    assert!(store.has(&key(1), 150.0));
    assert!(!store.add(key(1), entry(2, 1), 150.0));
    store.delete_over(&key(1), 150.0);
    assert_eq!(store.len(), 1);
    assert!(store.add(key(1), entry(2, 1), 200.0));
    assert_eq!(value(&store, 1), Some(2));
}

#[test]
fn an_exchange_needs_the_value_seen_and_keeps_the_end() {
    let mut store = Store::new(10, 1 << 20).unwrap();
    store.set(key(1), Entry { value: 1, expires: 100.0, stale: 0.0, bytes: 1 });
    assert!(!store.exchange(key(1), 9, 1, |value| *value == 2));
    assert!(store.exchange(key(1), 9, 1, |value| *value == 1));
    assert_eq!(store.look(&key(1), |entry| (entry.value, entry.expires)), Some((9, 100.0)));
    assert!(store.delete(&key(1)) && !store.delete(&key(1)));
    assert!(!store.exchange(key(1), 9, 1, |_| true));
}

#[test]
fn what_is_stale_is_over_and_kept() {
    let mut store = Store::new(10, 1 << 20).unwrap();
    store.set(key(1), Entry { value: 1, expires: 100.0, stale: 50.0, bytes: 1 });
    store.delete_over(&key(1), 149.0);
    assert!(!store.has(&key(1), 149.0));
    assert_eq!(value(&store, 1), Some(1));
    store.delete_over(&key(1), 150.0);
    assert_eq!(value(&store, 1), None);
}
