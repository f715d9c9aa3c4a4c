//! What upstream's executor answers to scripts of runtime tasks, run by tests/data/executor/tasks.wasm (tasks.wat says
//! what a script looks like): one JSON record a script, with the output, or null where the call ends in an error.
use sc_executor::{WasmExecutionMethod, WasmExecutor};
use sp_core::traits::{CallInWasm, MissingHostFunctions};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::TestExternalities;
use sp_wasm_interface::HostFunctions;

/// Entries of the table.
const EMPTY: u32 = 0;
const DISPATCH: u32 = 1;
const RUN: u32 = 2;
const ECHO: u32 = 3;
const BACKWARDS: u32 = 4;
const WRONG: u32 = 5;
const SHOW: u32 = 6;
const NOTHING: u32 = 7;
const OUTSIDE: u32 = 8;
const IMPORT: u32 = 9;
const NONE: u32 = 11;

#[derive(Default)]
struct Script {
    name: &'static str,
    steps: Vec<[u32; 5]>,
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
        let mut step = [0; 5];
        step[..words.len()].copy_from_slice(words);
        self.steps.push(step);
        self
    }
    /// A step with bytes behind its words: their offset, and their length.
    fn bytes(mut self, words: &[u32], bytes: &[u8]) -> Self {
        let at = [self.blobs.len() as u32, bytes.len() as u32];
        self.offsets.push((self.steps.len(), words.len()));
        self.blobs.extend_from_slice(bytes);
        self.step(&[words, &at].concat())
    }
    fn spawn_by(self, dispatcher: u32, function: u32, payload: &[u8]) -> Self {
        self.bytes(&[0, dispatcher, function], payload)
    }
    fn spawn(self, function: u32, payload: &[u8]) -> Self {
        self.spawn_by(DISPATCH, function, payload)
    }
    /// Spawns a script.
    fn task(self, script: Script) -> Self {
        self.spawn(RUN, &script.input())
    }
    fn join(self, handle: u64) -> Self {
        self.step(&[1, handle as u32, (handle >> 32) as u32])
    }
    fn get(self, key: &[u8]) -> Self {
        self.bytes(&[2], key)
    }
    fn set(self, key: &[u8]) -> Self {
        self.bytes(&[9], key)
    }
    fn trap(self) -> Self {
        self.step(&[3])
    }
    fn panic(self) -> Self {
        self.step(&[4])
    }
    fn global(self, more: u32) -> Self {
        self.step(&[6, more])
    }
    fn memory(self, more: u32) -> Self {
        self.step(&[7, more])
    }
    fn deep(self, depth: u32, handle: u32) -> Self {
        self.step(&[8, depth, handle])
    }
    fn version(self, code: &[u8]) -> Self {
        self.bytes(&[10], code)
    }
    fn batch(self) -> Self {
        self.step(&[11])
    }
    fn changes_root(self) -> Self {
        self.bytes(&[13], &[0; 32])
    }
    fn input(&self) -> Vec<u8> {
        let mut steps = self.steps.clone();
        let head = 4 + 20 * steps.len() as u32;
        for (step, word) in &self.offsets {
            steps[*step][*word] += head;
        }
        let mut out = (steps.len() as u32).to_le_bytes().to_vec();
        out.extend(steps.iter().flatten().flat_map(|word| word.to_le_bytes()));
        out.extend(&self.blobs);
        out
    }
}

fn part() -> Script {
    Script::new("")
}

fn of_handles() -> Vec<Script> {
    vec![
        Script::new("a task").spawn(BACKWARDS, b"123").join(0),
        Script::new("handles count from 0")
            .spawn(ECHO, b"a")
            .spawn(ECHO, b"b")
            .join(0)
            .spawn(ECHO, b"c")
            .join(2)
            .join(1)
            .spawn(ECHO, b"d")
            .join(3),
        Script::new("joined in reverse order")
            .spawn(BACKWARDS, b"first")
            .spawn(BACKWARDS, b"second")
            .join(1)
            .join(0),
        (0..40).fold(Script::new("many"), |script, i| script.spawn(ECHO, &[i; 3]).join(i.into())),
        Script::new("joined twice").spawn(ECHO, b"a").join(0).join(0),
        Script::new("nothing spawned").join(0),
        Script::new("a handle to come").spawn(ECHO, b"a").join(1),
        Script::new("a handle above 32 bits").spawn(ECHO, b"a").join(1 << 32),
        Script::new("never joined").spawn(ECHO, b"a").spawn(ECHO, b"b").join(1),
    ]
}

fn of_functions() -> Vec<Script> {
    let long: Vec<u8> = (0..40_000u32).map(|i| i as u8).collect();
    vec![
        Script::new("no input").spawn(ECHO, b"").join(0),
        Script::new("no output").spawn(NOTHING, b"a").join(0),
        Script::new("long input and output").spawn(BACKWARDS, &long).join(0),
        Script::new("what a dispatcher gets").spawn_by(SHOW, 0xfedcba98, b"payload").join(0),
        Script::new("what a dispatcher gets without input").spawn_by(SHOW, 0, b"").join(0),
        Script::new("output outside of memory").spawn(OUTSIDE, b"a").join(0),
        Script::new("an empty function").spawn(EMPTY, b"a").join(0),
        Script::new("no function").spawn(NONE, b"a").join(0),
        Script::new("a function of another type").spawn(WRONG, b"a").join(0),
        Script::new("an empty dispatcher").spawn_by(EMPTY, ECHO, b"a").join(0),
        Script::new("no dispatcher").spawn_by(NONE, ECHO, b"a").join(0),
        Script::new("a dispatcher of another type").spawn_by(WRONG, ECHO, b"a").join(0),
        Script::new("an entry for a dispatcher").spawn_by(ECHO, ECHO, b"a").join(0),
        Script::new("an import for a dispatcher").spawn_by(IMPORT, ECHO, b"a").join(0),
        Script::new("a wrong task that is never joined").spawn_by(NONE, ECHO, b"a").global(1),
        Script::new("a task that traps and is never joined").task(part().trap()).global(1),
        Script::new("a payload outside of memory").step(&[0, DISPATCH, ECHO, 0, u32::MAX]),
    ]
}

fn of_scripts() -> Vec<Script> {
    vec![
        Script::new("a trap").task(part().trap()).join(0),
        Script::new("a panic").task(part().panic()).join(0),
        Script::new("recursion without end").task(part().deep(0, 0)).join(0),
        Script::new("joined deep in recursion").spawn(ECHO, b"four").deep(1000, 0),
        Script::new("one of two fails").task(part().trap()).spawn(ECHO, b"a").join(1),
        Script::new("storage of the call").set(b"key").get(b"key").get(b"none").changes_root(),
        Script::new("a task reads storage").set(b"key").task(part().get(b"key")).join(0),
        Script::new("a task writes storage").task(part().set(b"key")).join(0),
        Script::new("a task asks for the root of changes").task(part().changes_root()).join(0),
        Script::new("a task asks for a version").task(part().version(b"\0asm\x01\0\0\0")).join(0),
        Script::new("a task verifies in batches").task(part().batch()).join(0),
        Script::new("a call verifies in batches beside a task").batch().task(part().batch()).join(0).batch(),
        Script::new("state of its own")
            .global(1)
            .memory(10)
            .task(part().global(100).memory(1000).global(1))
            .task(part().global(100).memory(1000))
            .join(0)
            .join(1)
            .global(1)
            .memory(10),
        Script::new("a task in a task")
            .spawn(ECHO, b"outer")
            .task(part().spawn(ECHO, b"inner").join(0))
            .join(1)
            .join(0),
        Script::new("a task in a task in a task")
            .task(part().task(part().spawn(BACKWARDS, b"inmost").join(0)).join(0))
            .join(0),
        Script::new("a task joins what the call spawned").spawn(ECHO, b"a").task(part().join(0)).join(1),
        Script::new("a task does not join its own").task(part().spawn(ECHO, b"a")).join(0),
        Script::new("a call joins what a task spawned").task(part().spawn(ECHO, b"a")).join(0).join(1),
        Script::new("a task in a task fails").task(part().task(part().trap()).join(0)).join(0),
    ]
}

fn main() {
    let code = include_bytes!("../../../data/executor/tasks.wasm");
    let scripts: Vec<_> = [of_handles(), of_functions(), of_scripts()].into_iter().flatten().collect();
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
            MissingHostFunctions::Disallow,
        );
        if let Err(error) = &result {
            eprintln!("{}: {}", script.name, error);
        }
        let output = result.map_or("null".into(), |bytes| format!("\"{}\"", hex::encode(bytes)));
        let comma = if i < last { "," } else { "" };
        println!(" {{\"name\": \"{}\", \"input\": \"{}\",", script.name, hex::encode(&input));
        println!("  \"output\": {output}}}{comma}");
    }
    println!("]");
}
