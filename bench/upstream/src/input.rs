//! Where code and state come from: `--chain SPEC` (a raw chain specification: both), `--runtime FILE` (code alone), or
//! both: the code of the file on the state of the chain. As the command `scexec` takes them.

use crate::Failure;
use sc_executor_common::runtime_blob::RuntimeBlob;
use serde_json::{Map, Value};
use sp_core::storage::{ChildInfo, StateVersion, Storage, StorageChild};

/// Keys below this prefix are child tries' roots; the specs of old tools carry them among the top keys.
const CHILD_STORAGE_PREFIX: &[u8] = b":child_storage:";

pub struct Source {
    /// The code as it was found, compressed or not; none in a state without `:code`.
    pub code: Option<Vec<u8>>,
    pub state: Storage,
}

impl Source {
    pub fn load(chain: Option<&str>, runtime: Option<&str>) -> Result<Self, Failure> {
        let state = match chain {
            Some(path) => read_spec(path)?,
            None => Storage::default(),
        };
        let code = match runtime {
            Some(path) => Some(read(path)?),
            None => state.top.get(&b":code"[..]).cloned(),
        };
        Ok(Source { code, state })
    }

    pub fn blob(&self) -> Result<RuntimeBlob, Failure> {
        let code = self
            .code
            .as_ref()
            .ok_or("no code: give --chain with :code in it, or --runtime")?;
        Ok(RuntimeBlob::uncompress_if_needed(code)?)
    }
}

pub fn state_version(text: &str) -> Result<StateVersion, Failure> {
    match text {
        "0" => Ok(StateVersion::V0),
        "1" => Ok(StateVersion::V1),
        _ => Err(format!("no state version '{text}': 0 or 1").into()),
    }
}

pub fn hex_bytes(text: &str) -> Result<Vec<u8>, Failure> {
    Ok(hex::decode(text.strip_prefix("0x").unwrap_or(text))?)
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("{path}: {error}").into())
}

/// Reads `genesis.raw`: an object with `top` and `childrenDefault`, or (Kusama) a list of the two.
fn read_spec(path: &str) -> Result<Storage, Failure> {
    let spec: Value = serde_json::from_slice(&read(path)?)?;
    let raw = &spec["genesis"]["raw"];
    let (top, children) = if raw.is_array() {
        (&raw[0], &raw[1])
    } else {
        (&raw["top"], &raw["childrenDefault"])
    };

    let mut state = Storage::default();
    for (key, value) in pairs(top.as_object().ok_or("the chain spec has no raw genesis")?) {
        let (key, value) = (key?, value?);
        if !key.starts_with(CHILD_STORAGE_PREFIX) {
            state.top.insert(key, value);
        }
    }
    for (name, entries) in children.as_object().into_iter().flatten() {
        let name = hex_bytes(name)?;
        let mut data = std::collections::BTreeMap::new();
        for (key, value) in pairs(
            entries
                .as_object()
                .ok_or("a child trie of the chain spec is no object")?,
        ) {
            data.insert(key?, value?);
        }
        let child_info = ChildInfo::new_default(&name);
        state.children_default.insert(name, StorageChild { data, child_info });
    }
    Ok(state)
}

type Bytes = Result<Vec<u8>, Failure>;

fn pairs(entries: &Map<String, Value>) -> impl Iterator<Item = (Bytes, Bytes)> + '_ {
    entries
        .iter()
        .map(|(key, value)| (hex_bytes(key), hex_bytes(value.as_str().unwrap_or("?"))))
}
