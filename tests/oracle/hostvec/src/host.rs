//! One call of a host function, and its record.
//!
//! A record has `function`, `inputs` (hex of the bytes behind a span or pointer; numbers as little-endian 4 or 8 bytes;
//! or `{"pattern", "len"}`), `kinds` (`span`, `ptr`, `i32`, `i64`; `buffer`: a span that is written back; `raw`: the
//! argument itself), `output` (hex of the bytes behind the result, or of the number; null for a trap), `output_kind`
//! (`span`, `ptrN`, `i32`, `i64`, `none`), `trap`, `buffers_after`, `panic_message`, `note`.

use sc_allocator::FreeingBumpHeapAllocator;
use serde_json::{json, Map, Value as Json};
use sp_wasm_interface::{Function, FunctionContext, HostFunctions, Pointer, Value, ValueType, WordSize};
use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Memory of a call: arguments from 0x10000, the heap from 16 MiB, 48 MiB in all.
const ARGUMENTS: usize = 0x1_0000;
const HEAP: u32 = 16 << 20;
pub const MEMORY: usize = 48 << 20;

pub struct Memory {
    pub bytes: Vec<u8>,
    pub max_pages: u32,
}

impl sc_allocator::Memory for Memory {
    fn with_access_mut<R>(&mut self, run: impl FnOnce(&mut [u8]) -> R) -> R {
        run(&mut self.bytes)
    }
    fn with_access<R>(&self, run: impl FnOnce(&[u8]) -> R) -> R {
        run(&self.bytes)
    }
    fn grow(&mut self, pages: u32) -> Result<(), ()> {
        let len = self.bytes.len() + pages as usize * 65536;
        self.bytes.resize(len, 0);
        Ok(())
    }
    fn pages(&self) -> u32 {
        (self.bytes.len() / 65536) as u32
    }
    fn max_pages(&self) -> Option<u32> {
        Some(self.max_pages)
    }
}

/// What a host function sees of the runtime.
struct Context {
    memory: Memory,
    allocator: FreeingBumpHeapAllocator,
    panic: Option<String>,
}

impl Context {
    fn range(&self, at: Pointer<u8>, len: usize, what: &str) -> Result<std::ops::Range<usize>, String> {
        let at: u32 = at.into();
        sc_executor_common::util::checked_range(at as usize, len, self.memory.bytes.len())
            .ok_or(format!("memory {what} is out of bounds"))
    }
}

impl FunctionContext for Context {
    fn read_memory_into(&mut self, at: Pointer<u8>, out: &mut [u8]) -> Result<(), String> {
        let range = self.range(at, out.len(), "read")?;
        out.copy_from_slice(&self.memory.bytes[range]);
        Ok(())
    }
    fn write_memory(&mut self, at: Pointer<u8>, data: &[u8]) -> Result<(), String> {
        let range = self.range(at, data.len(), "write")?;
        self.memory.bytes[range].copy_from_slice(data);
        Ok(())
    }
    fn allocate_memory(&mut self, size: WordSize) -> Result<Pointer<u8>, String> {
        self.allocator.allocate(&mut self.memory, size).map_err(|error| error.to_string())
    }
    fn deallocate_memory(&mut self, at: Pointer<u8>) -> Result<(), String> {
        self.allocator.deallocate(&mut self.memory, at).map_err(|error| error.to_string())
    }
    fn register_panic_error_message(&mut self, message: &str) {
        self.panic = Some(message.into())
    }
}

/// An argument.
#[derive(Clone, Debug)]
pub enum Arg {
    /// Bytes behind a pointer-size.
    Span(Vec<u8>),
    /// Bytes behind a pointer.
    Ptr(Vec<u8>),
    I32(u32),
    I64(u64),
    /// A pointer-size of a buffer that is written back: length, and the byte that fills it.
    Buffer(u32, u8),
    /// The argument as it stands.
    Raw(u64),
    /// A span of that many bytes of a pattern.
    Pattern(u32),
}

pub use Arg::*;

/// byte[i] = (31 i + 7) mod 256
pub fn pattern(len: u32) -> Vec<u8> {
    (0..len as u64).map(|i| (i * 31 + 7) as u8).collect()
}

pub fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

pub fn span(text: &str) -> Arg {
    Span(bytes(text))
}

pub fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hexadecimal text in this program")
}

/// Bytes behind an i32 result, where it is a pointer.
fn pointed_size(name: &str) -> Option<usize> {
    let ends = |text: &str| name.contains(text);
    match name {
        _ if name.starts_with("ext_hashing_") && ends("_512_") => Some(64),
        _ if name.starts_with("ext_hashing_") && ends("_128_") => Some(16),
        _ if name.starts_with("ext_hashing_") && ends("_64_") => Some(8),
        _ if name.starts_with("ext_hashing_") => Some(32),
        _ if name.starts_with("ext_trie_") && !ends("verify") => Some(32),
        _ if ends("ecdsa_generate") => Some(33),
        _ if ends("_generate_version") || ends("random_seed") => Some(32),
        _ => None,
    }
}

/// Whether an i64 result is a number, not a pointer-size.
fn is_number(name: &str) -> bool {
    ["timestamp", "enter_span", "proof_size"].iter().any(|part| name.contains(part))
}

/// Arguments in memory and their part of the record.
#[derive(Default)]
struct Placed {
    values: Vec<Value>,
    inputs: Vec<Json>,
    kinds: Vec<Json>,
    buffers: Vec<std::ops::Range<usize>>,
}

impl Placed {
    fn add(&mut self, value: Value, input: Json, kind: &str) {
        self.values.push(value);
        self.inputs.push(input);
        self.kinds.push(json!(kind));
    }
}

fn pointer_size(at: usize, len: usize) -> Value {
    Value::I64(((len as u64) << 32 | at as u64) as i64)
}

fn place(memory: &mut [u8], args: &[Arg], types: &[ValueType]) -> Placed {
    let mut placed = Placed::default();
    let mut at = ARGUMENTS;
    let mut put = |data: &[u8]| {
        let start = at;
        memory[start..start + data.len()].copy_from_slice(data);
        at += (data.len() + 15) & !7;
        assert!(at < HEAP as usize);
        start
    };
    for (arg, wasm_type) in args.iter().zip(types) {
        match arg {
            Span(data) => placed.add(pointer_size(put(data), data.len()), json!(hex::encode(data)), "span"),
            Ptr(data) => placed.add(Value::I32(put(data) as i32), json!(hex::encode(data)), "ptr"),
            Pattern(len) => {
                let input = json!({"pattern": "byte[i]=(31*i+7)&255", "len": len});
                placed.add(pointer_size(put(&pattern(*len)), *len as usize), input, "span");
            }
            I32(value) => placed.add(Value::I32(*value as i32), json!(hex::encode(value.to_le_bytes())), "i32"),
            I64(value) => placed.add(Value::I64(*value as i64), json!(hex::encode(value.to_le_bytes())), "i64"),
            Raw(value) => {
                let narrow = *wasm_type == ValueType::I32;
                let argument = if narrow { Value::I32(*value as i32) } else { Value::I64(*value as i64) };
                placed.add(argument, json!(hex::encode(value.to_le_bytes())), "raw");
            }
            Buffer(len, fill) => {
                let data = vec![*fill; *len as usize];
                let start = put(&data);
                placed.add(pointer_size(start, data.len()), json!(hex::encode(&data)), "buffer");
                placed.buffers.push(start..start + data.len());
            }
        }
    }
    placed
}

/// Why a call trapped, without what depends on upstream's wording of a version.
fn reason(error: String) -> String {
    match error {
        _ if error.contains("SCALE-decode") => "argument is not valid SCALE".into(),
        _ if error.contains("UTF-8") => "argument is not valid UTF-8".into(),
        _ if error.contains("failed to convert") => "argument number has no meaning".into(),
        _ => error.split(": could not").next().unwrap_or_default().into(),
    }
}

fn panic_text(panic: Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or(panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default();
    format!("host panic: {}", text.split(':').next().unwrap_or_default())
}

/// `output_kind` and the bytes of a result.
fn result_bytes(name: &str, result: Option<Value>, memory: &[u8]) -> (String, Vec<u8>) {
    match result {
        None => ("none".into(), vec![]),
        Some(Value::I32(value)) => match pointed_size(name) {
            Some(len) => (format!("ptr{len}"), memory[value as u32 as usize..][..len].to_vec()),
            None => ("i32".into(), value.to_le_bytes().to_vec()),
        },
        Some(Value::I64(value)) if is_number(name) => ("i64".into(), value.to_le_bytes().to_vec()),
        Some(Value::I64(value)) => {
            let (at, len) = (value as u32 as usize, (value as u64 >> 32) as usize);
            ("span".into(), memory[at..at + len].to_vec())
        }
        Some(other) => unreachable!("no host function returns {other:?}"),
    }
}

/// Upstream's host functions by name.
pub struct Host {
    functions: BTreeMap<String, &'static dyn Function>,
}

impl Host {
    pub fn new() -> Self {
        let mut host = Host { functions: BTreeMap::new() };
        host.add(sp_io::SubstrateHostFunctions::host_functions());
        host
    }

    pub fn add(&mut self, functions: Vec<&'static dyn Function>) {
        self.functions.extend(functions.into_iter().map(|function| (function.name().to_string(), function)));
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    pub fn print_signatures(&self) {
        for function in self.functions.values() {
            let signature = function.signature();
            println!("{} {:?} -> {:?}", function.name(), signature.args, signature.return_value);
        }
    }

    /// Makes a call over a fresh memory, in the externalities of the thread.
    pub fn call(&self, name: &str, args: &[Arg]) -> Json {
        let function = *self.functions.get(name).unwrap_or_else(|| panic!("no host function {name}"));
        let memory = Memory { bytes: vec![0; MEMORY], max_pages: 65536 };
        let mut context = Context { memory, allocator: FreeingBumpHeapAllocator::new(HEAP), panic: None };
        let types = function.signature().args.to_vec();
        assert_eq!(types.len(), args.len(), "{name}");
        let placed = place(&mut context.memory.bytes, args, &types);
        for (expected, value) in types.iter().zip(&placed.values) {
            assert_eq!(*expected, value.value_type(), "{name}");
        }

        let mut values = placed.values.clone().into_iter();
        let result = catch_unwind(AssertUnwindSafe(|| function.execute(&mut context, &mut values)));
        let mut record = Map::new();
        record.insert("function".into(), json!(name));
        record.insert("inputs".into(), json!(placed.inputs));
        record.insert("kinds".into(), json!(placed.kinds));
        let trap = match result {
            Err(panic) => Some(panic_text(panic)),
            Ok(Err(error)) => Some(reason(error)),
            Ok(Ok(result)) => {
                let (kind, output) = result_bytes(name, result, &context.memory.bytes);
                record.insert("output".into(), json!(hex::encode(output)));
                record.insert("output_kind".into(), json!(kind));
                None
            }
        };
        if let Some(trap) = trap {
            record.insert("output".into(), Json::Null);
            record.insert("trap".into(), json!(trap));
        }
        if !placed.buffers.is_empty() {
            let after = placed.buffers.into_iter().map(|range| hex::encode(&context.memory.bytes[range]));
            record.insert("buffers_after".into(), json!(after.collect::<Vec<_>>()));
        }
        if let Some(message) = context.panic {
            record.insert("panic_message".into(), json!(message));
        }
        Json::Object(record)
    }
}
