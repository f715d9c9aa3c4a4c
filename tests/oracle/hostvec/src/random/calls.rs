//! Functions that need nothing but their arguments: hashing, logging, printing, tracing, the panic handler, the heap.

use super::{dice::Dice, CASES};
use crate::{heap, host::*, script::Output};
use codec::Encode;

const HASHES: [&str; 8] =
    ["keccak_256", "keccak_512", "sha2_256", "blake2_128", "blake2_256", "twox_64", "twox_128", "twox_256"];

pub fn vectors(out: &mut Output, dice: &mut Dice) {
    for function in HASHES {
        for _ in 0..CASES {
            out.call(&format!("ext_hashing_{function}_version_1"), &[Span(dice.some_bytes(300))], "");
        }
    }
    for _ in 0..CASES {
        texts(out, dice);
        tracing(out, dice);
    }
    for _ in 0..60 {
        heap_script(out, dice);
    }
}

/// Text that may be no UTF-8.
fn some_text(dice: &mut Dice) -> Vec<u8> {
    let mut text = dice.text(12).into_bytes();
    if dice.one_in(4) {
        dice.damage(&mut text);
    }
    text
}

fn texts(out: &mut Output, dice: &mut Dice) {
    let level = if dice.one_in(4) { dice.number() as u32 } else { dice.below(5) as u32 };
    let args = [I32(level), Span(some_text(dice)), Span(some_text(dice))];
    out.call("ext_logging_log_version_1", &args, "");
    out.call("ext_misc_print_utf8_version_1", &[Span(some_text(dice))], "");
    out.call("ext_misc_print_hex_version_1", &[Span(dice.some_bytes(40))], "");
    out.call("ext_misc_print_num_version_1", &[I64(dice.number())], "");
    out.call("ext_panic_handler_abort_on_panic_version_1", &[Span(some_text(dice))], "");
}

/// sp_tracing::WasmMetadata
fn metadata(dice: &mut Dice) -> Vec<u8> {
    let fields: Vec<Vec<u8>> = (0..dice.below(4)).map(|_| dice.some_bytes(5)).collect();
    let (name, target, file, module) = (dice.some_bytes(9), dice.some_bytes(9), dice.some_bytes(9), dice.some_bytes(9));
    (name, target, dice.below(5) as u8, file, dice.number() as u32, module, dice.one_in(2), fields).encode()
}

/// sp_tracing::WasmValue
fn value(dice: &mut Dice) -> Vec<u8> {
    let tag = dice.below(10) as u8;
    let rest = match tag {
        0 | 1 => dice.bytes(1),
        2 | 3 => dice.bytes(4),
        4 | 5 => dice.bytes(8),
        6 => vec![dice.below(2) as u8],
        _ => dice.some_bytes(12).encode(),
    };
    [vec![tag], rest].concat()
}

/// sp_tracing::WasmEntryAttributes
fn attributes(dice: &mut Dice) -> Vec<u8> {
    let parent = if dice.one_in(2) { Some(dice.number()) } else { None };
    let count = dice.below(4);
    let mut encoded = [parent.encode(), metadata(dice), codec::Compact(count as u32).encode()].concat();
    for _ in 0..count {
        encoded.extend(dice.some_bytes(5).encode());
        let value = if dice.one_in(3) { vec![0] } else { [vec![1], value(dice)].concat() };
        encoded.extend(value);
    }
    encoded
}

fn tracing(out: &mut Output, dice: &mut Dice) {
    let (mut metadata, mut attributes) = (metadata(dice), attributes(dice));
    if dice.one_in(3) {
        dice.damage(&mut metadata);
        dice.damage(&mut attributes);
    }
    out.call("ext_wasm_tracing_enabled_version_1", &[Span(metadata)], "");
    out.call("ext_wasm_tracing_enter_span_version_1", &[Span(attributes.clone())], "");
    out.call("ext_wasm_tracing_event_version_1", &[Span(attributes)], "");
    out.call("ext_wasm_tracing_exit_version_1", &[I64(dice.number() % 50)], "");
}

/// Allocations of all sizes, frees of what was given, seldom of what was not; headers forged now and then.
fn heap_script(out: &mut Output, dice: &mut Dice) {
    let (mut ops, mut given) = (vec![], 0);
    let base = 0x1000 + dice.below(16) as u32;
    for _ in 0..12 {
        ops.push(match dice.below(20) {
            0 => heap::Op::F(dice.number() as u32 & 0x3_ffff),
            1 => heap::Op::Poke(base + dice.below(200) as u32, *dice.pick(&[0, 1 << 32, (1 << 32) + 3, u64::MAX])),
            2..=9 if given > 0 => heap::Op::Fp(dice.below(given)),
            _ => heap::Op::M(1 << dice.below(17)),
        });
        // Which allocations will succeed is not known here: only the first few surely do.
        given = ops.iter().take(3).take_while(|op| matches!(op, heap::Op::M(_))).count();
    }
    heap::script(out, "random", base, 2, 8, ops);
}
