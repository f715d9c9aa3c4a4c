//! The size of the storage proof, with a recorder behind the calls and without one.

use crate::{
    host::*,
    script::{backend, backend_record, pairs, Output},
    state::{EXISTS, GET, NEXT, ROOT2, SET},
};
use cumulus_primitives_proof_size_hostfunction::storage_proof_size::HostFunctions;
use serde_json::json;
use sp_core::{storage::StateVersion::V1, Blake2Hasher};
use sp_state_machine::{Ext, OverlayedChanges, TrieBackendBuilder};
use sp_trie::{proof_size_extension::ProofSizeExt, recorder::Recorder};
use sp_wasm_interface::HostFunctions as _;

const PROOF_SIZE: &str = "ext_storage_proof_size_storage_proof_size_version_1";

pub fn vectors(out: &mut Output) {
    out.host.add(HostFunctions::host_functions());
    script(out, true);
    script(out, false);
}

fn script(out: &mut Output, recorded: bool) {
    let top = pairs(&[("key1", &[1; 64]), ("key2", &[2; 64]), ("other", b"x"), ("third", &[3; 200])]);
    let backend = backend(&top, &[], V1);
    let recorder: Recorder<Blake2Hasher> = Default::default();
    let recording = TrieBackendBuilder::wrap(&backend).with_recorder(recorder.clone()).build();
    let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
    let mut extensions = sp_externalities::Extensions::default();
    if recorded {
        extensions.register(ProofSizeExt::new(recorder));
    }
    let mut ext = Ext::new(&mut overlay, &recording, Some(&mut extensions));
    let size = || (PROOF_SIZE, vec![]);
    let list = [
        size(),
        (GET, vec![span("key1")]),
        size(),
        (GET, vec![span("key1")]),
        size(),
        (EXISTS, vec![span("key2")]),
        size(),
        (GET, vec![span("key2")]),
        size(),
        (GET, vec![span("missing")]),
        size(),
        (NEXT, vec![span("key2")]),
        size(),
        (SET, vec![span("third"), span("1")]),
        size(),
        (ROOT2, vec![I32(1)]),
        size(),
    ];
    let mut steps = vec![];
    for (name, args) in list {
        let call = || out.host.call(name, &args);
        steps.push(sp_externalities::set_and_run_with_externalities(&mut ext, call));
    }
    let note = match recorded {
        true => {
            "recorder and extension present: sum of the SCALE sizes of the distinct trie nodes and values recorded so far"
        }
        false => "no proof is recorded: all ones",
    };
    out.records.push(json!({
        "script": "storage proof size",
        "note": note,
        "backend": backend_record(&top, &[], V1),
        "steps": steps,
    }));
}
