//! From C pointers to Rust references, and the stop for panics.

use std::panic::{catch_unwind, AssertUnwindSafe};

/// `sce_span_t` of `include/scexec/base.h`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Span {
    data: *const u8,
    len: usize,
}

impl Span {
    /// # Safety
    /// As for [`slice`].
    pub unsafe fn as_slice<'a>(self) -> &'a [u8] {
        slice(self.data, self.len)
    }
}

/// The `len` bytes at `data`, which may be NULL when `len` is 0.
///
/// # Safety
/// The bytes must be readable, and unchanged, for the call of the C function that was given them.
pub unsafe fn slice<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    std::slice::from_raw_parts(data, len)
}

/// The result of `work`, or `failure` when it panics.
pub fn guard<T>(failure: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(failure)
}
