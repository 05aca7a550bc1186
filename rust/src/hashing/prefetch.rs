//! Calling memory near before it is needed.

/// Ask for the cache lines of `values`.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn prefetch<T>(values: &[T]) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    const LINE: usize = 64;
    let start = values.as_ptr().cast::<i8>();
    let mut offset = 0;
    while offset < size_of_val(values) {
        // SAFETY: a hint, which may be given for any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(offset)) };
        offset += LINE;
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn prefetch<T>(_: &[T]) {}
