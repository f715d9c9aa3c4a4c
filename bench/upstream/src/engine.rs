//! Upstream's executor as a node configures it, and one call on it.

use crate::{input::Source, Failure};
use sc_executor_common::wasm_runtime::{WasmInstance, WasmModule, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_executor_wasmtime::{Config, InstantiationStrategy, Semantics, WasmtimeRuntime};
use sp_core::storage::StateVersion;
use sp_core::Blake2Hasher;
use sp_externalities::{set_and_run_with_externalities, Extensions};
use sp_io::SubstrateHostFunctions;
use sp_state_machine::{Ext, InMemoryBackend, OverlayedChanges};

pub type Instance = Box<dyn WasmInstance>;

/// Upstream's strategies, by the names that scexec gives them, fastest first.
pub const STRATEGIES: [(&str, InstantiationStrategy); 4] = [
    ("pooling-copy-on-write", InstantiationStrategy::PoolingCopyOnWrite),
    (
        "recreate-instance-copy-on-write",
        InstantiationStrategy::RecreateInstanceCopyOnWrite,
    ),
    ("pooling", InstantiationStrategy::Pooling),
    ("recreate-instance", InstantiationStrategy::RecreateInstance),
];

pub fn strategies(name: &str) -> Result<Vec<(&'static str, InstantiationStrategy)>, Failure> {
    let chosen: Vec<_> = STRATEGIES
        .into_iter()
        .filter(|(known, _)| name == "all" || name == *known)
        .collect();
    if chosen.is_empty() {
        return Err(format!("upstream has no strategy '{name}'").into());
    }
    Ok(chosen)
}

/// The configuration that a node uses for blocks (sc-executor 0.51, `WasmExecutor` with its defaults).
pub fn config(instantiation_strategy: InstantiationStrategy) -> Config {
    Config {
        allow_missing_func_imports: true,
        cache_path: None,
        semantics: Semantics {
            heap_alloc_strategy: DEFAULT_HEAP_ALLOC_STRATEGY,
            instantiation_strategy,
            deterministic_stack_limit: None,
            canonicalize_nans: false,
            parallel_compilation: true,
            wasm_multi_value: false,
            wasm_bulk_memory: false,
            wasm_reference_types: false,
            wasm_simd: false,
        },
    }
}

pub fn compile(source: &Source, strategy: InstantiationStrategy) -> Result<WasmtimeRuntime, Failure> {
    Ok(sc_executor_wasmtime::create_runtime::<SubstrateHostFunctions>(
        source.blob()?,
        config(strategy),
    )?)
}

pub fn instance(runtime: &WasmtimeRuntime) -> Result<Instance, Failure> {
    Ok(runtime.new_instance(DEFAULT_HEAP_ALLOC_STRATEGY)?)
}

/// A runtime with a state in a trie, as a node runs it; every call sees the state as it was loaded.
pub struct Chain {
    runtime: WasmtimeRuntime,
    backend: InMemoryBackend<Blake2Hasher>,
}

impl Chain {
    pub fn new(source: Source, version: StateVersion) -> Result<Self, Failure> {
        let runtime = compile(&source, InstantiationStrategy::PoolingCopyOnWrite)?;
        Ok(Chain {
            runtime,
            backend: (source.state, version).into(),
        })
    }

    pub fn call(&self, method: &str, data: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut instance = instance(&self.runtime)?;
        let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
        overlay
            .enter_runtime()
            .map_err(|_| "the overlay is in a runtime already")?;
        let mut extensions = Extensions::new();
        let mut ext = Ext::new(&mut overlay, &self.backend, Some(&mut extensions));
        Ok(set_and_run_with_externalities(&mut ext, || {
            instance.call(method, data)
        })?)
    }
}
