//! Readable names of Rust symbols (crate rustc-demangle).

use crate::bytes::{guard, slice};
use std::fmt::{self, Write};

/// Takes text until the buffer is full, then refuses, which ends the formatting early.
struct Bounded<'a> {
    buf: &'a mut [u8],
    len: usize,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.buf.len() - self.len;
        let mut take = text.len().min(room);
        while !text.is_char_boundary(take) {
            take -= 1;
        }
        self.buf[self.len..self.len + take].copy_from_slice(&text.as_bytes()[..take]);
        self.len += take;
        if take == text.len() {
            Ok(())
        } else {
            Err(fmt::Error)
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn scn_demangle(out: *mut u8, cap: usize, symbol: *const u8, len: usize) -> usize {
    if cap == 0 {
        return 0;
    }
    let Ok(symbol) = std::str::from_utf8(slice(symbol, len)) else {
        return 0;
    };
    let buf = std::slice::from_raw_parts_mut(out, cap);
    guard(0, || {
        let Ok(name) = rustc_demangle::try_demangle(symbol) else {
            return 0;
        };
        let mut text = Bounded { buf, len: 0 };
        let _ = write!(text, "{name:#}");
        text.len
    })
}
