//! Hashing: block boundaries of each function, and the bounds of memory.

use crate::{host::*, script::Output};

const FUNCTIONS: [&str; 8] =
    ["keccak_256", "keccak_512", "sha2_256", "blake2_128", "blake2_256", "twox_64", "twox_128", "twox_256"];
const BOUNDARIES: [u32; 19] = [31, 33, 55, 56, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 255, 256, 257];

pub fn vectors(out: &mut Output) {
    for function in FUNCTIONS {
        let name = format!("ext_hashing_{function}_version_1");
        out.call(&name, &[Span(vec![])], "empty");
        out.call(&name, &[Span(vec![0])], "");
        out.call(&name, &[span("abc")], "");
        out.call(&name, &[span("System")], "");
        out.call(&name, &[Span(vec![0xff; 32])], "");
        for len in BOUNDARIES {
            out.call(&name, &[Pattern(len)], "block boundary lengths");
        }
        out.call(&name, &[Pattern(4096)], "");
        out.call(&name, &[Pattern(1 << 20)], "large");
        bounds(out, &name);
    }
}

fn bounds(out: &mut Output, name: &str) {
    let end = MEMORY as u64;
    out.call(name, &[Raw(0)], "pointer 0, length 0: same as empty");
    out.call(name, &[Raw(end)], "length 0, pointer exactly at the end of memory: accepted as empty");
    out.call(name, &[Raw(end | 1)], "length 0, pointer one past the end of memory: trap");
    out.call(name, &[Raw(1 << 32 | end)], "one byte past the end: trap");
    out.call(name, &[Raw(0xffff_ffff_0000_0001)], "pointer+length far outside: trap");
}
