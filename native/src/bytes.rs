//! From C pointers to Rust references, and the stop for panics.

use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{catch_unwind, set_hook, take_hook, AssertUnwindSafe};
use std::sync::Once;

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

/// `scn_go_on_t`: false when work that takes long is to end.
pub type GoOn = unsafe extern "C" fn(ctx: *mut c_void) -> bool;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The result of `work`, or `failure` when it panics. Nothing is printed then: this copy of the standard library, which
/// is the archive's own, gets a hook that is silent inside of guarded work.
pub fn guard<T>(failure: T, work: impl FnOnce() -> T) -> T {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                loud(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.unwrap_or(failure)
}
