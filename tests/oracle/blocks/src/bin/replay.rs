//! Executes a file of blocks in order, as a node does, with upstream's executor and state machine:
//!
//! ```text
//! replay SPEC.json FILE        one line a block: number, hash, state root; stops at the first that is refused. In the
//!                              end BLAKE2b-256 of all hashes and roots (tests/data/blocks/*.digest)
//! replay SPEC.json FILE N      executes the first block N times on the genesis, and prints the least time in ms
//! ```
//!
//! FILE has blocks in SCALE behind their lengths (Vec<u8>), or one line of 0x… each. The state is in memory; the layout of
//! genesis is version 0, as for all chains whose first runtime is older than state version 1.
use parity_scale_codec::{Decode, Encode};
use sc_executor_common::runtime_blob::RuntimeBlob;
use sc_executor_common::wasm_runtime::{WasmModule, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_executor_wasmtime::{Config, InstantiationStrategy, Semantics, WasmtimeRuntime};
use sp_core::storage::{ChildInfo, StateVersion, Storage, StorageChild};
use sp_core::Blake2Hasher;
use sp_externalities::{set_and_run_with_externalities, Extensions};
use sp_io::SubstrateHostFunctions;
use sp_runtime::generic::{Block, DigestItem, Header};
use sp_runtime::traits::{BlakeTwo256, Hash as _, Header as _};
use sp_runtime::OpaqueExtrinsic;
use sp_state_machine::{Backend, BasicExternalities, Ext, InMemoryBackend, OverlayedChanges};
use sp_version::RuntimeVersion;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;
type State = InMemoryBackend<Blake2Hasher>;
type ChainBlock = Block<Header<u32, BlakeTwo256>, OpaqueExtrinsic>;

fn hex_bytes(text: &str) -> Result<Vec<u8>, Failure> {
    Ok(hex::decode(text.trim().trim_start_matches("0x"))?)
}

fn read_spec(path: &str) -> Result<Storage, Failure> {
    let spec: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let raw = &spec["genesis"]["raw"];
    let list = raw.is_array();
    let (top, children) = if list {
        (&raw[0], &raw[1])
    } else {
        (&raw["top"], &raw["childrenDefault"])
    };
    let mut state = Storage::default();
    for (key, value) in top.as_object().ok_or("no raw genesis")? {
        let key = hex_bytes(key)?;
        if !key.starts_with(b":child_storage:") {
            state.top.insert(key, hex_bytes(value.as_str().ok_or("no text")?)?);
        }
    }
    for (name, pairs) in children.as_object().into_iter().flatten() {
        let child_info = ChildInfo::new_default(&hex_bytes(name)?);
        let mut child = StorageChild {
            data: Default::default(),
            child_info,
        };
        for (key, value) in pairs.as_object().ok_or("no child trie")? {
            child
                .data
                .insert(hex_bytes(key)?, hex_bytes(value.as_str().ok_or("no text")?)?);
        }
        state.children_default.insert(hex_bytes(name)?, child);
    }
    Ok(state)
}

fn read_blocks(path: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(b"0x") {
        return std::str::from_utf8(&bytes)?.lines().map(hex_bytes).collect();
    }
    let (mut input, mut blocks) = (&bytes[..], Vec::new());
    while !input.is_empty() {
        blocks.push(Vec::<u8>::decode(&mut input)?);
    }
    Ok(blocks)
}

/// The code of a state, compiled as a node compiles it, with its version.
struct Runtime {
    code: Vec<u8>,
    runtime: WasmtimeRuntime,
    version: StateVersion,
}

impl Runtime {
    fn of(state: &State) -> Result<Self, Failure> {
        let code = state.storage(b":code").map_err(|_| "no state")?.ok_or("no :code")?;
        let config = Config {
            allow_missing_func_imports: true,
            cache_path: None,
            semantics: Semantics {
                heap_alloc_strategy: DEFAULT_HEAP_ALLOC_STRATEGY,
                instantiation_strategy: InstantiationStrategy::PoolingCopyOnWrite,
                deterministic_stack_limit: None,
                canonicalize_nans: false,
                parallel_compilation: true,
                wasm_multi_value: false,
                wasm_bulk_memory: false,
                wasm_reference_types: false,
                wasm_simd: false,
            },
        };
        let blob = RuntimeBlob::uncompress_if_needed(&code)?;
        let runtime = sc_executor_wasmtime::create_runtime::<SubstrateHostFunctions>(blob, config)?;
        let mut instance = runtime.new_instance(DEFAULT_HEAP_ALLOC_STRATEGY)?;
        let mut nothing = BasicExternalities::default();
        let output = set_and_run_with_externalities(&mut nothing, || instance.call("Core_version", &[]))?;
        let hint = core_version(&output);
        let version = RuntimeVersion::decode_with_version_hint(&mut &output[..], hint)?.state_version();
        Ok(Runtime { code, runtime, version })
    }
}

/// The version of the Core API, found as RuntimeVersion::decode finds it: the id is in the list of APIs.
fn core_version(output: &[u8]) -> Option<u32> {
    let id = [0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b]; // BLAKE2b-64 of "Core"
    let at = output.windows(8).position(|bytes| bytes == id)?;
    u32::decode(&mut output.get(at + 8..at + 12)?).ok()
}

/// The state after a block, or why there is none.
fn execute(runtime: &Runtime, state: &State, block: &ChainBlock) -> Result<State, Failure> {
    let mut unsealed = block.clone();
    if matches!(unsealed.header.digest().logs().last(), Some(DigestItem::Seal(..))) {
        unsealed.header.digest_mut().pop();
    }
    let mut instance = runtime.runtime.new_instance(DEFAULT_HEAP_ALLOC_STRATEGY)?;
    let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
    overlay.enter_runtime().map_err(|_| "in a runtime already")?;
    let mut extensions = Extensions::new();
    let mut ext = Ext::new(&mut overlay, state, Some(&mut extensions));
    let input = unsealed.encode();
    set_and_run_with_externalities(&mut ext, || instance.call("Core_execute_block", &input))?;
    overlay.exit_runtime().map_err(|_| "not in a runtime")?;
    let changes = overlay.drain_storage_changes(state, runtime.version)?;
    if changes.transaction_storage_root != *block.header.state_root() {
        return Err(format!("the state root is {:?}", changes.transaction_storage_root).into());
    }
    Ok(state.update_backend(changes.transaction_storage_root, changes.transaction))
}

/// Only what a call and the root take: as the benchmark of scexec measures it.
fn time(runtime: &Runtime, state: &State, block: &ChainBlock, count: usize) -> Result<f64, Failure> {
    let mut unsealed = block.clone();
    unsealed
        .header
        .digest_mut()
        .logs
        .retain(|item| !matches!(item, DigestItem::Seal(..)));
    let input = unsealed.encode();
    let mut instance = runtime.runtime.new_instance(DEFAULT_HEAP_ALLOC_STRATEGY)?;
    let mut best = f64::MAX;
    for _ in 0..count {
        let start = Instant::now();
        let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
        overlay.enter_runtime().map_err(|_| "in a runtime already")?;
        let mut extensions = Extensions::new();
        let mut ext = Ext::new(&mut overlay, state, Some(&mut extensions));
        set_and_run_with_externalities(&mut ext, || instance.call("Core_execute_block", &input))?;
        overlay.exit_runtime().map_err(|_| "not in a runtime")?;
        let changes = overlay.drain_storage_changes(state, runtime.version)?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(changes.transaction_storage_root, *block.header.state_root());
    }
    Ok(best)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [spec, file, rest @ ..] = &arguments[..] else {
        return Err("usage: replay SPEC.json FILE [N]".into());
    };
    let mut state: State = (read_spec(spec)?, StateVersion::V0).into();
    let mut runtime = Runtime::of(&state)?;
    let mut all = Vec::new();
    for encoded in read_blocks(file)? {
        let block = ChainBlock::decode(&mut &encoded[..])?;
        if let Some(count) = rest.first() {
            println!("{:.3}", time(&runtime, &state, &block, count.parse()?)?);
            return Ok(());
        }
        state = execute(&runtime, &state, &block)?;
        println!("{} {:?} {:?}", block.header.number(), block.header.hash(), state.root());
        all.extend_from_slice(block.header.hash().as_bytes());
        all.extend_from_slice(state.root().as_bytes());
        if state.storage(b":code").map_err(|_| "no state")?.as_ref() != Some(&runtime.code) {
            runtime = Runtime::of(&state)?;
        }
    }
    println!("{}", hex::encode(BlakeTwo256::hash(&all)));
    Ok(())
}
