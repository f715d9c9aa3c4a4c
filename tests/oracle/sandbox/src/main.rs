//! What upstream's interpreter answers to scripts of sandbox calls, run by tests/data/executor/sandbox.wasm (sandbox.wat
//! says what a script looks like): one JSON record a script, with the output, or null where the call ends in an error.
use sc_executor::{WasmExecutionMethod, WasmExecutor};
use sp_core::traits::{CallInWasm, MissingHostFunctions};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::TestExternalities;
use sp_wasm_interface::HostFunctions;

const NONE: u32 = u32::MAX;

#[derive(Default)]
struct Script {
    name: &'static str,
    steps: Vec<[u32; 8]>,
    blobs: Vec<u8>,
    /// (step, word) of offsets that count from the blobs until the script is written.
    offsets: Vec<(usize, usize)>,
}

impl Script {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            ..Default::default()
        }
    }
    fn step(mut self, words: &[u32]) -> Self {
        let mut step = [0; 8];
        step[..words.len()].copy_from_slice(words);
        self.steps.push(step);
        self
    }
    /// Puts bytes behind word `word` (offset) of the last step, and their length behind the next one.
    fn bytes(mut self, word: usize, bytes: &[u8]) -> Self {
        let at = self.steps.len() - 1;
        self.steps[at][word] = self.blobs.len() as u32;
        self.steps[at][word + 1] = bytes.len() as u32;
        self.offsets.push((at, word));
        self.blobs.extend_from_slice(bytes);
        self
    }
    fn memory(self, initial: u32, maximum: u32) -> Self {
        self.step(&[0, initial, maximum])
    }
    fn get(self, memory: u32, offset: u32, len: u32, ptr: u32) -> Self {
        self.step(&[1, memory, offset, len, ptr])
    }
    fn set(self, memory: u32, offset: u32, bytes: &[u8]) -> Self {
        self.step(&[2, memory, offset]).bytes(3, bytes)
    }
    fn drop_memory(self, memory: u32) -> Self {
        self.step(&[3, memory])
    }
    fn instance_of(self, thunk: u32, code: &[u8], environment: &[u8]) -> Self {
        self.step(&[4, thunk]).bytes(2, code).bytes(4, environment)
    }
    fn instance(self, wat: &str, environment: &[u8]) -> Self {
        self.instance_of(1, &wat::parse_str(wat).unwrap(), environment)
    }
    fn invoke_into(self, instance: u32, name: &str, args: &[u8], ptr: u32, len: u32) -> Self {
        self.step(&[5, instance, 0, 0, 0, 0, ptr, len])
            .bytes(2, name.as_bytes())
            .bytes(4, args)
    }
    fn invoke(self, instance: u32, name: &str, args: &[u8]) -> Self {
        self.invoke_into(instance, name, args, 0, 16)
    }
    fn global(self, instance: u32, name: &[u8]) -> Self {
        self.step(&[6, instance]).bytes(2, name)
    }
    fn drop_instance(self, instance: u32) -> Self {
        self.step(&[7, instance])
    }
    fn input(&self) -> Vec<u8> {
        let mut steps = self.steps.clone();
        let head = 4 + 32 * steps.len() as u32;
        for (step, word) in &self.offsets {
            steps[*step][*word] += head;
        }
        let mut out = (steps.len() as u32).to_le_bytes().to_vec();
        out.extend(steps.iter().flatten().flat_map(|word| word.to_le_bytes()));
        out.extend(&self.blobs);
        out
    }
}

/// A Vec of encoded items.
fn list(items: &[Vec<u8>]) -> Vec<u8> {
    assert!(items.len() < 64);
    let mut out = vec![(items.len() as u8) << 2];
    items.iter().for_each(|item| out.extend(item));
    out
}
fn text(text: &str) -> Vec<u8> {
    let mut out = vec![(text.len() as u8) << 2];
    out.extend(text.as_bytes());
    out
}
fn entry(field: &str, kind: u8, index: u32) -> Vec<u8> {
    [text("env"), text(field), vec![kind], index.to_le_bytes().to_vec()].concat()
}
fn function(field: &str, index: u32) -> Vec<u8> {
    entry(field, 1, index)
}
fn memory(field: &str, index: u32) -> Vec<u8> {
    entry(field, 2, index)
}
fn i32v(value: i32) -> Vec<u8> {
    [vec![0], value.to_le_bytes().to_vec()].concat()
}
fn i64v(value: i64) -> Vec<u8> {
    [vec![1], value.to_le_bytes().to_vec()].concat()
}
fn f32v(bits: u32) -> Vec<u8> {
    [vec![2], bits.to_le_bytes().to_vec()].concat()
}
fn f64v(bits: u64) -> Vec<u8> {
    [vec![3], bits.to_le_bytes().to_vec()].concat()
}

/// The functions of the runtime, by the names that guests here import.
fn environment() -> Vec<u8> {
    let names = [
        "assert", "inc", "id", "trap", "bad", "outside", "unit", "reenter", "fail", "no_block",
    ];
    let mut entries: Vec<_> = names
        .iter()
        .zip(0..)
        .map(|(name, index)| function(name, index))
        .collect();
    entries.push(function("empty", 11));
    list(&entries)
}

const NOTHING: &[u8] = &[0];

/// A guest whose "call" calls one import with (i32.const 5), and drops what comes.
fn caller(name: &str, result: &str) -> String {
    let after = if result.is_empty() { "" } else { "drop" };
    format!(
        r#"(module (import "env" "{name}" (func $f (param i32) {result}))
            (func (export "call") (call $f (i32.const 5)) {after}))"#
    )
}

fn of_upstream_tests() -> Vec<Script> {
    let e = environment();
    let counter = r#"(module (import "env" "assert" (func $assert (param i32)))
        (import "env" "inc" (func $inc (param i32) (result i32))) (start $start)
        (func $start (drop (call $inc (i32.const 1))))
        (func (export "call") (call $assert (i32.eq (i32.const 2) (call $inc (i32.const 1))))))"#;
    let args = r#"(module (import "env" "assert" (func $assert (param i32)))
        (func (export "call") (param i32 i64)
          (call $assert (i32.eq (local.get 0) (i32.const 0x12345678)))
          (call $assert (i64.eq (local.get 1) (i64.const 0x1234567887654321)))))"#;
    let plus = r#"(module (func (export "call") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))"#;
    vec![
        Script::new("start and call").instance(counter, &e).invoke(0, "call", NOTHING),
        Script::new("HostError")
            .instance(
                r#"(module (import "env" "assert" (func $assert (param i32))) (func (export "call") (call $assert (i32.const 0))))"#,
                &e,
            )
            .invoke(0, "call", NOTHING)
            .invoke(0, "call", NOTHING),
        Script::new("arguments").instance(args, &e).invoke(
            0,
            "call",
            &list(&[i32v(0x12345678), i64v(0x1234567887654321)]),
        ),
        Script::new("result").instance(plus, &e).invoke(0, "call", &list(&[i32v(0x1336)])),
        Script::new("result without room").instance(plus, &e).invoke_into(0, "call", &list(&[i32v(1)]), 0, 5),
        Script::new("result with just room").instance(plus, &e).invoke_into(0, "call", &list(&[i32v(1)]), 0, 6),
        Script::new("result outside of memory").instance(plus, &e).invoke_into(0, "call", &list(&[i32v(1)]), u32::MAX - 8, 16),
        Script::new("unlinkable").instance(r#"(module (import "env" "none" (func)))"#, &e),
        Script::new("corrupted").instance_of(1, &[0, 0, 0, 0, 1, 0, 0, 0], &e),
        Script::new("truncated").instance_of(1, b"\0asm\x01\0\0\0\x01", &e),
        Script::new("empty code").instance_of(1, b"", &e),
        Script::new("start does nothing").instance(r#"(module (func $s) (start $s) (func (export "call")))"#, &e),
        Script::new("start traps").instance("(module (func $s unreachable) (start $s))", &e),
        Script::new("start traps in the runtime")
            .instance(r#"(module (import "env" "trap" (func $s)) (start $s))"#, &e),
        Script::new("globals")
            .instance(
                r#"(module (global (export "a") i64 (i64.const 500)) (global (export "b") i32 (i32.const -1))
                  (global (export "c") f32 (f32.const 1.5)) (global (export "d") f64 (f64.const -2.5))
                  (func (export "f")))"#,
                &e,
            )
            .global(0, b"a")
            .global(0, b"b")
            .global(0, b"c")
            .global(0, b"d")
            .global(0, b"f")
            .global(0, b"none"),
        Script::new("global of no text").instance("(module)", &e).global(0, b"\xff"),
    ]
}

fn of_answers() -> Vec<Script> {
    let e = environment();
    let mut scripts = vec![];
    for (name, import, result) in [
        ("id i32", "id", "(result i32)"),
        ("id i32 where i64 is imported", "id", "(result i64)"),
        ("id i32 where nothing is imported", "id", ""),
        ("unit where i32 is imported", "unit", "(result i32)"),
        ("unit", "unit", ""),
        ("the runtime traps", "trap", ""),
        ("undecodable answer", "bad", ""),
        ("empty answer", "empty", ""),
        ("answer outside of memory", "outside", ""),
        ("answer in no block", "no_block", ""),
        ("a host function fails", "fail", "(result i32)"),
    ] {
        let guest = caller(import, result);
        scripts.push(
            Script::new(name)
                .instance(&guest, &e)
                .invoke(0, "call", NOTHING)
                .memory(1, NONE),
        );
    }
    for (name, kind, value) in [
        ("i32 there and back", "i32", i32v(-7)),
        ("i64 there and back", "i64", i64v(-7_000_000_000)),
        ("f32 there and back", "f32", f32v(0x7fa00001)),
        ("f64 there and back", "f64", f64v(0x7ff4000000000001)),
    ] {
        let guest = format!(
            r#"(module (import "env" "id" (func $id (param {kind}) (result {kind})))
                (func (export "call") (param {kind}) (result {kind}) (call $id (local.get 0))))"#
        );
        scripts.push(
            Script::new(name)
                .instance(&guest, &e)
                .invoke(0, "call", &list(&[value])),
        );
    }
    let reenter = r#"(module (import "env" "reenter" (func $f (param i32) (result i32)))
        (func (export "call") (result i32) (call $f (i32.const 0)))
        (func (export "of") (param i32) (result i32) (call $f (local.get 0))))"#;
    let inc = r#"(module (import "env" "inc" (func $inc (param i32) (result i32)))
        (func (export "call") (result i32) (call $inc (i32.const 3))))"#;
    scripts.push(
        Script::new("a guest calls another through the runtime")
            .instance(inc, &e)
            .instance(reenter, &e)
            .invoke(1, "call", NOTHING)
            .invoke(1, "call", NOTHING)
            .invoke(0, "call", NOTHING)
            .invoke(1, "of", &list(&[i32v(9)])),
    );
    scripts.push(
        Script::new("a table entry of another type")
            .instance_of(2, &wat::parse_str(inc).unwrap(), &e)
            .invoke(0, "call", NOTHING),
    );
    scripts.push(Script::new("an empty table entry").instance_of(3, &wat::parse_str(inc).unwrap(), &e));
    scripts.push(Script::new("no table entry").instance_of(4, &wat::parse_str(inc).unwrap(), &e));
    scripts.push(Script::new("no table entry and a bad definition").instance_of(4, b"", b"\xff"));
    scripts
}

fn of_calls() -> Vec<Script> {
    let e = environment();
    let two = r#"(module (func (export "two") (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
        (func (export "div") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (global (export "g") i32 (i32.const 1)) (memory (export "m") 1))"#;
    let base = || Script::new("").instance(two, &e);
    let named = |name, script: Script| Script { name, ..script };
    vec![
        named("ways to call", {
            base()
                .invoke(0, "two", &list(&[i32v(5), i32v(7)]))
                .invoke(0, "two", &list(&[i32v(5)]))
                .invoke(0, "two", &list(&[i32v(5), i32v(7), i32v(9)]))
                .invoke(0, "two", &list(&[i32v(5), i64v(7)]))
                .invoke(0, "none", NOTHING)
                .invoke(0, "g", NOTHING)
                .invoke(0, "m", NOTHING)
                .invoke(0, "div", &list(&[i32v(0)]))
                .invoke(0, "div", &list(&[i32v(1)]))
                .invoke(0, "two", &[list(&[i32v(5), i32v(7)]), vec![1, 2, 3]].concat())
        }),
        named("undecodable arguments", base().invoke(0, "two", &[8, 0, 1])),
        named("an argument of no type", base().invoke(0, "two", &[4, 4, 0, 0, 0, 0])),
        named("no instance", base().invoke(1, "two", NOTHING)),
        named(
            "a torn down instance",
            base().drop_instance(0).invoke(0, "two", NOTHING),
        ),
        named("a torn down instance's global", base().drop_instance(0).global(0, b"g")),
        named("twice torn down", base().drop_instance(0).drop_instance(0)),
        named("tearing down nothing", base().drop_instance(1)),
        named("numbers after tearing down", {
            base()
                .drop_instance(0)
                .instance(two, &e)
                .instance("(module (import \"a\" \"b\" (func)))", &e)
                .instance(two, &e)
                .invoke(1, "div", &list(&[i32v(1)]))
        }),
        named(
            "code after code",
            base()
                .instance(two, &e)
                .invoke(1, "two", &list(&[i32v(1), i32v(2)]))
                .drop_instance(0)
                .invoke(1, "two", &list(&[i32v(3), i32v(2)])),
        ),
    ]
}

fn of_memories() -> Vec<Script> {
    let named = list(&[memory("memory", 0), function("inc", 1)]);
    let guest = r#"(module (import "env" "memory" (memory 1 4)) (data (i32.const 8) "guest")
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1))))"#;
    let with = |initial, maximum| Script::new("").memory(initial, maximum).instance(guest, &named);
    let mut scripts = vec![
        Script { name: "a shared memory", ..with(1, 4) }
            .get(0, 6, 9, 0)
            .set(0, 100, b"\x01\x02\x03\x04")
            .invoke(0, "load", &list(&[i32v(100)]))
            .invoke(0, "store", &list(&[i32v(65532), i32v(-2)]))
            .invoke(0, "store", &list(&[i32v(65533), i32v(-2)]))
            .get(0, 65530, 6, 0)
            .get(0, 65530, 7, 0)
            .invoke(0, "grow", &list(&[i32v(2)]))
            .get(0, 65530, 16, 0)
            .invoke(0, "grow", &list(&[i32v(2)]))
            .set(0, 196600, b"12345678")
            .set(0, 196601, b"12345678")
            .set(0, 196608, b"")
            .set(0, 196609, b"")
            .get(0, 0, 0, u32::MAX)
            .get(0, 0, 1, u32::MAX)
            .step(&[2, 0, 0, 0, 8, u32::MAX - 2])
            .step(&[2, 0, u32::MAX, 0, 8, 1024]),
        Script::new("a memory without an instance").memory(0, 0).get(0, 0, 0, 0).get(0, 0, 1, 0).set(0, 0, b"x")
            .memory(2, NONE).set(1, 131071, b"x").get(1, 131071, 1, 0).drop_memory(0).memory(1, 1).get(2, 0, 16, 0),
        Script::new("a torn down memory lives in its instance").memory(1, 4).instance(guest, &named).drop_memory(0)
            .invoke(0, "load", &list(&[i32v(8)])),
        Script::new("reading a torn down memory").memory(1, 1).drop_memory(0).get(0, 0, 1, 0),
        Script::new("writing a torn down memory").memory(1, 1).drop_memory(0).set(0, 0, b"x"),
        Script::new("tearing a memory down twice").memory(1, 1).drop_memory(0).drop_memory(0),
        Script::new("tearing no memory down").drop_memory(0),
        Script::new("reading no memory").get(0, 0, 0, 0),
        Script::new("a definition with a torn down memory").memory(1, 1).drop_memory(0).instance("(module)", &named),
        Script::new("a definition without its memory").instance("(module)", &named),
        Script::new("an empty definition").instance("(module)", NOTHING),
        Script::new("no definition").instance("(module)", b""),
        Script::new("a definition of an unknown kind").instance("(module)", &list(&[entry("f", 0, 0)])),
        Script::new("a definition with bytes behind it").instance("(module)", &[NOTHING, b"more"].concat()),
        Script::new("a memory for a function").memory(1, 1).instance(r#"(module (import "env" "memory" (func)))"#, &named),
        Script::new("a function for a memory").memory(1, 1).instance(r#"(module (import "env" "inc" (memory 1)))"#, &named),
        Script::new("both under one name").memory(1, 1)
            .instance(
                r#"(module (import "env" "x" (memory 1)) (import "env" "x" (func (param i32) (result i32))) (export "call" (func 0)))"#,
                &list(&[memory("x", 0), function("x", 1)]),
            )
            .invoke(0, "call", &list(&[i32v(4)])),
        Script::new("the last definition counts").memory(1, 1)
            .instance(
                r#"(module (import "env" "x" (func (param i32) (result i32))) (export "call" (func 0)))"#,
                &list(&[function("x", 0), function("x", 1)]),
            )
            .invoke(0, "call", &list(&[i32v(4)])),
        Script::new("a global").instance(r#"(module (import "env" "g" (global i32)))"#, &list(&[function("g", 1)])),
        Script::new("a table").instance(r#"(module (import "env" "t" (table 1 funcref)))"#, &list(&[function("t", 1)])),
        Script::new("data outside").memory(1, 1).instance(
            r#"(module (import "env" "memory" (memory 1)) (data (i32.const 65535) "ab") (start $s) (func $s unreachable))"#,
            &named,
        ),
        Script::new("elements outside").instance(
            r#"(module (table 1 funcref) (func $f) (elem (i32.const 1) $f))"#,
            NOTHING,
        ),
    ];
    for (name, initial, maximum) in [
        ("memory 1 of 0", 1, 0),
        ("memory 65536", 65536, NONE),
        ("memory 65537", 65537, NONE),
        ("memory 1 of 65537", 1, 65537),
        ("memory 0 of 65536", 0, 65536),
    ] {
        scripts.push(Script::new(name).memory(initial, maximum));
    }
    for (name, initial, maximum, limits) in [
        ("memory 1 of 4 for 2", 1, 4, "2"),
        ("memory 2 of 4 for 1 4", 2, 4, "1 4"),
        ("memory 2 of 5 for 1 4", 2, 5, "1 4"),
        ("memory 2 of any for 1 4", 2, NONE, "1 4"),
        ("memory 2 of 3 for 1 4", 2, 3, "1 4"),
        ("memory 2 of any for 1", 2, NONE, "1"),
    ] {
        let guest = format!(r#"(module (import "env" "memory" (memory {limits})))"#);
        scripts.push(Script::new(name).memory(initial, maximum).instance(&guest, &named));
    }
    let grown = r#"(module (import "env" "memory" (memory 1)) (func (export "grow") (result i32) (memory.grow (i32.const 3))))"#;
    scripts.push(
        Script::new("memory 1 grown to 4 for 2")
            .memory(1, 8)
            .instance(grown, &named)
            .invoke(0, "grow", NOTHING)
            .instance(r#"(module (import "env" "memory" (memory 2)))"#, &named),
    );
    scripts
}

fn of_code() -> Vec<Script> {
    let deep = r#"(module (func $f (export "call") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))
          (else (i32.const 0)))))"#;
    vec![
        Script::new("depth").instance(deep, NOTHING).invoke(0, "call", &list(&[i32v(10_000)])).invoke(
            0,
            "call",
            &list(&[i32v(-1)]),
        ),
        Script::new("many parameters")
            .instance(
                &format!(
                    r#"(module (import "env" "assert" (func $f (param {0}))) (func (export "call") {1} (call $f {2})))"#,
                    "i32 ".repeat(20),
                    "",
                    "(i32.const 1)".repeat(20)
                ),
                &environment(),
            )
            .invoke(0, "call", NOTHING),
        Script::new("several results").instance_of(
            1,
            &wat::parse_str(r#"(module (func (export "call") (result i32 i32) i32.const 1 i32.const 2))"#).unwrap(),
            NOTHING,
        ),
        Script::new("bulk memory").instance_of(
            1,
            &wat::parse_str("(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))").unwrap(),
            NOTHING,
        ),
        Script::new("two memories").instance_of(1, &wat::parse_str("(module (memory 1) (memory 1))").unwrap(), NOTHING),
        Script::new("code with a wrong type").instance_of(
            1,
            &wat::parse_str("(module (func (result i32) (i64.const 1)))").unwrap(),
            NOTHING,
        ),
        Script::new("floats").instance(
            r#"(module (func (export "call") (param f64) (result f64) (f64.sqrt (local.get 0))))"#,
            NOTHING,
        ).invoke(0, "call", &list(&[f64v(0x4000000000000000)])),
    ]
}

fn main() {
    let code = include_bytes!("../../../data/executor/sandbox.wasm");
    let scripts: Vec<_> = [of_upstream_tests(), of_answers(), of_calls(), of_memories(), of_code()]
        .into_iter()
        .flatten()
        .collect();
    std::panic::set_hook(Box::new(|_| {}));
    println!("[");
    let last = scripts.len() - 1;
    for (i, script) in scripts.iter().enumerate() {
        let executor = WasmExecutor::new(
            WasmExecutionMethod::Interpreted,
            Some(64),
            sp_io::SubstrateHostFunctions::host_functions(),
            1,
            None,
        );
        let mut state = TestExternalities::<BlakeTwo256, u64>::default();
        let input = script.input();
        let result = executor.call_in_wasm(
            &code[..],
            None,
            "run",
            &input,
            &mut state.ext(),
            MissingHostFunctions::Allow,
        );
        if let Err(error) = &result {
            eprintln!("{}: {}", script.name, error);
        }
        let output = result.map_or("null".into(), |bytes| format!("\"{}\"", hex::encode(bytes)));
        let comma = if i < last { "," } else { "" };
        println!(
            " {{\"name\": \"{}\", \"input\": \"{}\",",
            script.name,
            hex::encode(&input)
        );
        println!("  \"output\": {output}}}{comma}");
    }
    println!("]");
}
