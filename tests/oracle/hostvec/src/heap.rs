//! The heap: sizes, reuse, growth, and every way to misuse it. A step's record also has `pages_after` and `stats`; a step
//! "(write 8 bytes to memory)" forges a header.

use crate::{host::Memory, script::Output};
use sc_allocator::FreeingBumpHeapAllocator;
use serde_json::{json, Value as Json};
use sp_wasm_interface::Pointer;

pub enum Op {
    /// Allocates that many bytes.
    M(u32),
    /// Frees an address.
    F(u32),
    /// Frees what the allocation of that number gave.
    Fp(usize),
    /// Writes eight bytes at an address.
    Poke(u32, u64),
}

use Op::*;

/// Note, heap base, first and most pages, operations.
type Run = (&'static str, u32, u32, u32, Vec<Op>);

pub fn vectors(out: &mut Output) {
    for (note, base, pages, max, ops) in runs() {
        script(out, note, base, pages, max, ops);
    }
}

fn runs() -> Vec<Run> {
    vec![
        (
            "sizes round up to powers of two, at least 8",
            0x1000,
            2,
            4,
            vec![M(0), M(1), M(7), M(8), M(9), M(16), M(17), M(100), M(1000), M(1024), M(1025)],
        ),
        ("heap base is aligned up to 8", 0x1003, 2, 4, vec![M(1), M(8)]),
        ("heap base already aligned", 0x1008, 2, 4, vec![M(1), M(8)]),
        (
            "freed blocks are reused last in first out, per size class",
            0x1000,
            2,
            4,
            vec![M(8), M(8), M(8), Fp(0), Fp(1), M(5), M(8), M(8), Fp(2), M(9), M(1)],
        ),
        (
            "a larger request does not use a smaller or larger freed block",
            0x1000,
            2,
            4,
            vec![M(64), Fp(0), M(65), M(32), M(33), M(64)],
        ),
        ("32 MiB is the largest request", 0x1000, 2, 2048, vec![M(33554432), M(8)]),
        ("one more than 32 MiB fails and poisons", 0x1000, 2, 65536, vec![M(8), M(33554433), M(8), Fp(0)]),
        ("0xffffffff fails and poisons", 0x1000, 2, 65536, vec![M(0xffff_ffff), M(0)]),
        ("memory doubles when it is full", 0x1000, 2, 64, vec![M(65536), M(65536), M(65536), M(65536)]),
        ("more than double when one request needs it", 0x1000, 2, 200, vec![M(4 << 20)]),
        ("growth stops at the maximum", 0x1000, 2, 3, vec![M(65536), M(65536), M(65536)]),
        ("required pages above the maximum fails at once", 0x1000, 2, 3, vec![M(1 << 20), M(1)]),
        ("maximum reached but space left", 0x1000, 2, 2, vec![M(32768), M(32768), M(8), M(32768), M(8)]),
        ("exactly filling the memory", 65536 - 16, 1, 1, vec![M(8), M(8)]),
        ("double free fails and poisons", 0x1000, 2, 4, vec![M(8), Fp(0), Fp(0), M(8)]),
        ("free of null", 0x1000, 2, 4, vec![F(0), M(8)]),
        ("free of 7", 0x1000, 2, 4, vec![F(7)]),
        ("free of a never allocated address with zero header", 0x1000, 2, 4, vec![F(0x2000)]),
        ("free past the end of memory", 0x1000, 2, 4, vec![F(0x2_0008), F(0x1000)]),
        ("free at the very end: header inside", 0x1000, 2, 4, vec![F(0x2_0000)]),
        ("corrupted order in the header", 0x1000, 2, 4, vec![M(8), Poke(0x1000, 0x1_0000_0017), Fp(0)]),
        (
            "changed order moves the block to another list (accounting underflow fails)",
            0x1000,
            2,
            4,
            vec![M(8), Poke(0x1000, 0x1_0000_0001), Fp(0), M(8)],
        ),
        (
            "changed order, enough allocated: accepted",
            0x1000,
            2,
            4,
            vec![M(64), M(8), Poke(0x1000, 0x1_0000_0000), Fp(0), M(8)],
        ),
        (
            "garbage in the header's unused high bits is ignored",
            0x1000,
            2,
            4,
            vec![M(8), Poke(0x1000, 0xffff_ffff_0000_0000), Fp(0), M(8)],
        ),
        (
            "a free block whose header was marked occupied",
            0x1000,
            2,
            4,
            vec![M(8), Fp(0), Poke(0x1000, 0x1_0000_0000), M(8)],
        ),
        (
            "a free list link to outside of memory",
            0x1000,
            2,
            4,
            vec![M(8), Fp(0), Poke(0x1000, 0x0fff_0000), M(8), M(8)],
        ),
        (
            "unaligned but consistent header is accepted",
            0x1000,
            2,
            4,
            vec![M(64), Poke(0x1009, 0x1_0000_0000), F(0x1011), M(1)],
        ),
    ]
}

fn poke(memory: &mut Memory, at: u32, value: u64) -> Json {
    memory.bytes[at as usize..][..8].copy_from_slice(&value.to_le_bytes());
    let inputs = [hex::encode(at.to_le_bytes()), hex::encode(value.to_le_bytes())];
    json!({"function": "(write 8 bytes to memory)", "inputs": inputs})
}

pub fn script(out: &mut Output, note: &str, base: u32, pages: u32, max: u32, ops: Vec<Op>) {
    let mut memory = Memory { bytes: vec![0; pages as usize * 65536], max_pages: max };
    let mut heap = FreeingBumpHeapAllocator::new(base);
    let (mut given, mut steps) = (vec![], vec![]);
    for op in ops {
        let (malloc, argument) = match op {
            M(size) => (true, size),
            F(address) => (false, address),
            Fp(number) => (false, given[number]),
            Poke(at, value) => {
                steps.push(poke(&mut memory, at, value));
                continue;
            }
        };
        let name = if malloc { "ext_allocator_malloc_version_1" } else { "ext_allocator_free_version_1" };
        let result = match malloc {
            true => heap.allocate(&mut memory, argument).map(|address| {
                given.push(address.into());
                hex::encode(u32::from(address).to_le_bytes())
            }),
            false => heap.deallocate(&mut memory, Pointer::new(argument)).map(|()| String::new()),
        };
        let mut step = json!({
            "function": name,
            "inputs": [hex::encode(argument.to_le_bytes())],
            "kinds": ["i32"],
            "pages_after": sc_allocator::Memory::pages(&memory),
        });
        let stats = heap.stats();
        step["stats"] = json!({
            "bytes_allocated": stats.bytes_allocated,
            "peak": stats.bytes_allocated_peak,
            "sum": stats.bytes_allocated_sum as u64,
            "address_space_used": stats.address_space_used,
        });
        match result {
            Ok(output) => step["output"] = json!(output),
            Err(error) => {
                step["output"] = Json::Null;
                step["trap"] = json!(error.to_string());
            }
        }
        steps.push(step);
    }
    out.records.push(json!({
        "script": "allocator",
        "note": note,
        "heap_base": base,
        "initial_pages": pages,
        "max_pages": max,
        "steps": steps,
    }));
}
