//! Measurements, in the form that `scexec bench --output json` prints.

use crate::{
    engine::{self, Instance},
    input::Source,
    Failure,
};
use sc_executor_wasmtime::{InstantiationStrategy, WasmtimeRuntime};
use serde_json::{json, Value};
use sp_core::{storage::StateVersion, Blake2Hasher, H256};
use sp_externalities::{set_and_run_with_externalities, Extensions};
use sp_state_machine::{BasicExternalities, Ext, InMemoryBackend, OverlayedChanges};
use sp_trie::{LayoutV0, LayoutV1, TrieConfiguration};
use std::time::{Duration, Instant};

pub struct Calls<'a> {
    pub source: &'a Source,
    pub method: &'a str,
    pub data: &'a [u8],
    /// Of each thread.
    pub count: usize,
    pub threads: usize,
    /// A state in a trie under an overlay, as a node has it, and not the plain map that upstream's own benchmark uses.
    pub overlay: bool,
}

impl Calls<'_> {
    /// `createMs`: from code bytes to an instance; `firstMs`: its first call; the rest: `count` further calls on each of
    /// `threads` threads, each with an instance of its own.
    pub fn measure(&self, name: &str, strategy: InstantiationStrategy) -> Result<Value, Failure> {
        let start = Instant::now();
        let runtime = engine::compile(self.source, strategy)?;
        let mut instance = engine::instance(&runtime)?;
        let create = start.elapsed();
        let mut times = self.run(&mut instance, 1)?;
        let first = times.remove(0);
        drop(instance);

        let start = Instant::now();
        let mut times = self.run_threads(&runtime)?;
        let elapsed = start.elapsed();
        times.sort_unstable();
        Ok(json!({
            "strategy": name,
            "createMs": milliseconds(create),
            "firstMs": milliseconds(first),
            "minNs": times[0].as_nanos() as u64,
            "medianNs": times[times.len() / 2].as_nanos() as u64,
            "p99Ns": times[times.len() * 99 / 100].as_nanos() as u64,
            "callsPerSecond": times.len() as f64 / elapsed.as_secs_f64(),
        }))
    }

    fn run_threads(&self, runtime: &WasmtimeRuntime) -> Result<Vec<Duration>, Failure> {
        std::thread::scope(|scope| {
            let work = || self.run(&mut engine::instance(runtime)?, self.count);
            let others: Vec<_> = (1..self.threads).map(|_| scope.spawn(work)).collect();
            let mut times = work()?;
            for other in others {
                times.extend(other.join().expect("a thread of the benchmark panicked")?);
            }
            Ok(times)
        })
    }

    fn run(&self, instance: &mut Instance, count: usize) -> Result<Vec<Duration>, Failure> {
        let mut work = || {
            let mut times = Vec::with_capacity(count);
            for _ in 0..count {
                let start = Instant::now();
                instance.call(self.method, self.data)?;
                times.push(start.elapsed());
            }
            Ok(times)
        };
        let state = self.source.state.clone();
        if !self.overlay {
            return set_and_run_with_externalities(&mut BasicExternalities::new(state), work);
        }
        let backend: InMemoryBackend<Blake2Hasher> = (state, StateVersion::V1).into();
        let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
        overlay
            .enter_runtime()
            .map_err(|_| "the overlay is in a runtime already")?;
        let mut extensions = Extensions::new();
        set_and_run_with_externalities(&mut Ext::new(&mut overlay, &backend, Some(&mut extensions)), &mut work)
    }
}

/// Decompress, parse, write back.
pub fn blob(source: &Source, iterations: usize) -> Result<Value, Failure> {
    let mut len = 0;
    best(iterations, || {
        len = source.blob()?.serialize().len();
        Ok(())
    })
    .map(|time| json!({ "bestMs": milliseconds(time), "bytes": len }))
}

/// Adds the metering of the stack, with writing back.
pub fn instrument(source: &Source, limit: u32, iterations: usize) -> Result<(Value, Vec<u8>), Failure> {
    let blob = source.blob()?;
    let mut code = Vec::new();
    let time = best(iterations, || {
        code = blob.clone().inject_stack_depth_metering(limit)?.serialize();
        Ok(())
    })?;
    Ok((json!({ "bestMs": milliseconds(time), "bytes": code.len() }), code))
}

/// The root of the top trie, from all its keys.
pub fn root(source: &Source, version: StateVersion, iterations: usize) -> Result<Value, Failure> {
    let mut root = H256::zero();
    let time = best(iterations, || {
        root = match version {
            StateVersion::V0 => LayoutV0::<Blake2Hasher>::trie_root(source.state.top.iter()),
            StateVersion::V1 => LayoutV1::<Blake2Hasher>::trie_root(source.state.top.iter()),
        };
        Ok(())
    })?;
    Ok(json!({
        "keys": source.state.top.len(),
        "root": format!("{root:?}"),
        "bestMs": milliseconds(time),
    }))
}

/// A block on the state of its parent: the call, and the root with its changes; nothing is committed.
pub fn block(source: &Source, data: &[u8], version: StateVersion, iterations: usize) -> Result<Value, Failure> {
    let runtime = engine::compile(source, InstantiationStrategy::PoolingCopyOnWrite)?;
    let mut instance = engine::instance(&runtime)?;
    let backend: InMemoryBackend<Blake2Hasher> = (source.state.clone(), version).into();
    let mut root = H256::zero();
    let time = best(iterations, || {
        let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
        overlay
            .enter_runtime()
            .map_err(|_| "the overlay is in a runtime already")?;
        let mut extensions = Extensions::new();
        let mut ext = Ext::new(&mut overlay, &backend, Some(&mut extensions));
        set_and_run_with_externalities(&mut ext, || instance.call("Core_execute_block", data))?;
        overlay.exit_runtime().map_err(|_| "the overlay is not in a runtime")?;
        root = overlay.storage_root(&backend, version).0;
        Ok(())
    })?;
    Ok(json!({ "root": format!("{root:?}"), "bestMs": milliseconds(time) }))
}

/// Loads a finished artifact: `loadMs` until there is an instance, `firstMs` for its first call.
pub fn artifact(path: &str, calls: &Calls) -> Result<Value, Failure> {
    let strategy = InstantiationStrategy::PoolingCopyOnWrite;
    let config = engine::config(strategy);
    let artifact = sc_executor_wasmtime::prepare_runtime_artifact(calls.source.blob()?, &config.semantics)?;
    std::fs::write(path, artifact)?;

    let (mut load, mut first) = (Duration::MAX, Duration::MAX);
    for _ in 0..calls.count {
        let start = Instant::now();
        // SAFETY: the file was written just above, by the same version and with the same configuration.
        let runtime = unsafe {
            sc_executor_wasmtime::create_runtime_from_artifact::<sp_io::SubstrateHostFunctions>(
                path.as_ref(),
                config.clone(),
            )?
        };
        let mut instance = engine::instance(&runtime)?;
        load = load.min(start.elapsed());
        first = first.min(calls.run(&mut instance, 1)?[0]);
    }
    Ok(json!({ "loadMs": milliseconds(load), "firstMs": milliseconds(first) }))
}

fn best(iterations: usize, mut work: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..iterations.max(1) {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
