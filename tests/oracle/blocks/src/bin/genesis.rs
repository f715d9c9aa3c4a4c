//! Makes a plain chain spec raw, as sc-chain-spec 54 does (GenesisConfigBuilderRuntimeCaller, json_patch), with upstream's
//! executor:
//!
//! ```text
//! genesis SPEC.json        prints the number of keys, and the state roots in both layouts
//! ```
//!
//! The methods of before version 1 of the GenesisBuilder API (create_default_config, build_config) are called where the
//! code exports no newer ones. Numbers keep their digits (serde_json, arbitrary_precision).
use parity_scale_codec::{Decode, Encode};
use sc_executor_common::runtime_blob::RuntimeBlob;
use sc_executor_common::wasm_runtime::{WasmModule, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_executor_wasmtime::{Config, InstantiationStrategy, Semantics};
use serde_json::Value;
use sp_core::storage::StateVersion;
use sp_core::Blake2Hasher;
use sp_externalities::set_and_run_with_externalities;
use sp_io::SubstrateHostFunctions;
use sp_state_machine::{Backend, BasicExternalities, InMemoryBackend};

type Failure = Box<dyn std::error::Error>;

fn merge(a: &mut Value, b: Value) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for (k, v) in b {
                merge(a.entry(k).or_insert(Value::Null), v);
            }
        }
        (a, b) => *a = b,
    }
}

fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("genesis SPEC.json")?;
    let spec: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let genesis = &spec["genesis"]["runtimeGenesis"];
    let code = hex::decode(genesis["code"].as_str().ok_or("no code")?.trim_start_matches("0x"))?;
    let config = Config {
        allow_missing_func_imports: true,
        cache_path: None,
        semantics: Semantics {
            heap_alloc_strategy: DEFAULT_HEAP_ALLOC_STRATEGY,
            instantiation_strategy: InstantiationStrategy::RecreateInstance,
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
    let call = |ext: &mut BasicExternalities, method: &str, input: &[u8]| -> Result<Vec<u8>, Failure> {
        let mut instance = runtime.new_instance(DEFAULT_HEAP_ALLOC_STRATEGY)?;
        Ok(set_and_run_with_externalities(ext, || instance.call(method, input))?)
    };
    let mut empty = BasicExternalities::default();
    let preset = call(&mut empty, "GenesisBuilder_get_preset", &None::<String>.encode());
    let (default, build) = match preset {
        Ok(output) => (Option::<Vec<u8>>::decode(&mut &output[..])?.ok_or("no preset")?, "GenesisBuilder_build_state"),
        Err(_) => {
            let output = call(&mut empty, "GenesisBuilder_create_default_config", &[])?;
            (Vec::<u8>::decode(&mut &output[..])?, "GenesisBuilder_build_config")
        }
    };
    let json = if genesis["config"].is_null() {
        let mut json: Value = serde_json::from_slice(&default)?;
        merge(&mut json, genesis["patch"].clone());
        json
    } else {
        genesis["config"].clone()
    };
    let mut state = BasicExternalities::default();
    let output = call(&mut state, build, &serde_json::to_string_pretty(&json)?.encode())?;
    Result::<(), String>::decode(&mut &output[..])??;
    let mut storage = state.into_storages();
    storage.top.insert(b":code".to_vec(), code);
    println!("keys {}", storage.top.len());
    for version in [StateVersion::V0, StateVersion::V1] {
        let state: InMemoryBackend<Blake2Hasher> = (storage.clone(), version).into();
        let (top, children) = (&storage.top, &storage.children_default);
        let pairs = top.iter().map(|(k, v)| (&k[..], Some(&v[..])));
        let nested = children.values().map(|c| (&c.child_info, c.data.iter().map(|(k, v)| (&k[..], Some(&v[..])))));
        println!("{version:?} 0x{}", hex::encode(state.full_storage_root(pairs, nested, version).0));
    }
    Ok(())
}
