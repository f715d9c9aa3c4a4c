//! Collecting records; scripts: calls in order on one overlay, in the mode of a runtime's call.
//!
//! A script's record has `script`, `note`, `backend` (`state_version`, `top`, `default_children`, `root`), `steps` (call
//! records), and where there is any `transaction_index_after` and `offchain_index_after`. A step that traps is recorded,
//! and the script goes on with the state as it was.

use crate::host::{Arg, Host};
use serde_json::{json, Value as Json};
use sp_core::offchain::{self, testing};
use sp_core::{
    storage::{ChildInfo, StateVersion, Storage, StorageChild},
    Blake2Hasher,
};
use sp_externalities::Extensions;
use sp_state_machine::{Backend, BasicExternalities, Ext, InMemoryBackend, OverlayedChanges};
use std::sync::Arc;

pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;
pub type Steps<'a> = Vec<(&'a str, Vec<Arg>)>;

pub fn pairs(list: &[(&str, &[u8])]) -> Pairs {
    list.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.to_vec())).collect()
}

pub struct Script<'a> {
    pub name: &'a str,
    pub note: &'a str,
    pub version: StateVersion,
    pub top: Pairs,
    pub children: Vec<(Vec<u8>, Pairs)>,
    pub steps: Steps<'a>,
}

impl Default for Script<'_> {
    fn default() -> Self {
        Script { name: "", note: "", version: StateVersion::V1, top: vec![], children: vec![], steps: vec![] }
    }
}

fn hex_map(pairs: &Pairs) -> Json {
    Json::Object(pairs.iter().map(|(key, value)| (hex::encode(key), json!(hex::encode(value)))).collect())
}

pub fn backend(top: &Pairs, children: &[(Vec<u8>, Pairs)], version: StateVersion) -> InMemoryBackend<Blake2Hasher> {
    let mut storage = Storage::default();
    storage.top.extend(top.iter().cloned());
    for (name, data) in children {
        let child = StorageChild { data: data.iter().cloned().collect(), child_info: ChildInfo::new_default(name) };
        storage.children_default.insert(name.clone(), child);
    }
    (storage, version).into()
}

/// The backend's part of a record.
pub fn backend_record(top: &Pairs, children: &[(Vec<u8>, Pairs)], version: StateVersion) -> Json {
    let root = backend(top, children, version).storage_root(std::iter::empty(), version).0;
    let children = children.iter().map(|(name, data)| (hex::encode(name), hex_map(data))).collect();
    json!({
        "state_version": version as u8,
        "top": hex_map(top),
        "default_children": Json::Object(children),
        "root": hex::encode(root),
    })
}

/// An empty keystore, upstream's test doubles of the off-chain worker, and a pool that takes everything.
fn extensions() -> Extensions {
    let mut extensions = Extensions::default();
    extensions.register(sp_keystore::KeystoreExt(Arc::new(sp_keystore::testing::MemoryKeystore::new())));
    let (worker, _) = testing::TestOffchainExt::new();
    extensions.register(offchain::OffchainDbExt::new(worker.clone()));
    extensions.register(offchain::OffchainWorkerExt::new(worker));
    extensions.register(offchain::TransactionPoolExt::new(testing::TestTransactionPoolExt::new().0));
    extensions
}

pub struct Output {
    pub records: Vec<Json>,
    pub host: Host,
}

impl Output {
    pub fn new() -> Self {
        Output { records: vec![], host: Host::new() }
    }

    /// A call outside of any externalities.
    pub fn call(&mut self, name: &str, args: &[Arg], note: &str) {
        let mut record = self.host.call(name, args);
        if !note.is_empty() {
            record["note"] = json!(note);
        }
        self.records.push(record);
    }

    /// A call in externalities without state.
    pub fn call_inside(&self, name: &str, args: &[Arg], mut externalities: BasicExternalities) -> Json {
        externalities.execute_with(|| self.host.call(name, args))
    }

    pub fn script(&mut self, script: Script) {
        let backend = backend(&script.top, &script.children, script.version);
        let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
        overlay.enter_runtime().expect("nothing was entered before");
        let mut extensions = extensions();
        let mut steps = vec![];
        {
            let mut ext = Ext::new(&mut overlay, &backend, Some(&mut extensions));
            for (name, args) in &script.steps {
                let call = || self.host.call(name, args);
                steps.push(sp_externalities::set_and_run_with_externalities(&mut ext, call));
            }
        }
        let mut record = json!({
            "script": script.name,
            "note": script.note,
            "backend": backend_record(&script.top, &script.children, script.version),
            "steps": steps,
        });
        add_remains(&mut record, overlay);
        self.records.push(record);
    }
}

/// What the steps left beside the state.
fn add_remains(record: &mut Json, mut overlay: OverlayedChanges<Blake2Hasher>) {
    let operations: Vec<Json> =
        overlay.transaction_index_ops().iter().map(|operation| json!(format!("{operation:?}"))).collect();
    let _ = overlay.exit_runtime(); // rolls open layers back
    let index: Vec<Json> = overlay
        .offchain_drain_committed()
        .map(|((prefix, key), change)| {
            json!({"prefix": hex::encode(prefix), "key": hex::encode(key), "change": format!("{change:?}")})
        })
        .collect();
    if !operations.is_empty() {
        record["transaction_index_after"] = json!(operations);
    }
    if !index.is_empty() {
        record["offchain_index_after"] = json!(index);
    }
}
