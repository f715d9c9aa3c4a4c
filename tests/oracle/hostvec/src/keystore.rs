//! Functions of the keystore, an empty one in memory at the start of each script; and the batch verification state.

use crate::{
    crypto::messages,
    host::*,
    script::{Output, Script, Steps},
};
use codec::Encode;
use serde_json::{json, Value as Json};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_io::hashing::blake2_256;

const SEEDS: [&str; 5] = [
    "//Alice",
    "//Bob",
    "0x0101010101010101010101010101010101010101010101010101010101010101",
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
    "//Alice//stash",
];

fn key_type() -> Arg {
    Ptr(bytes("acco"))
}

fn no_key_type() -> Arg {
    Ptr(bytes("none"))
}

fn alice<P: Pair>() -> Vec<u8>
where
    P::Public: AsRef<[u8]>,
{
    P::from_string("//Alice", None).unwrap().public().as_ref().to_vec()
}

pub fn vectors(out: &mut Output) {
    scheme(out, "ed25519", alice::<ed25519::Pair>());
    scheme(out, "ecdsa", alice::<ecdsa::Pair>());
    scheme(out, "sr25519", alice::<sr25519::Pair>());
    batch(out);
}

fn scheme(out: &mut Output, name: &str, key: Vec<u8>) {
    let generate = format!("ext_crypto_{name}_generate_version_1");
    let list = format!("ext_crypto_{name}_public_keys_version_1");
    let sign = format!("ext_crypto_{name}_sign_version_1");
    let prehashed = "ext_crypto_ecdsa_sign_prehashed_version_1";
    let mut steps: Steps = vec![(&list, vec![key_type()])];
    for seed in SEEDS {
        steps.push((&generate, vec![key_type(), Span(Some(bytes(seed)).encode())]));
    }
    steps.push((&list, vec![key_type()]));
    steps.push((&list, vec![no_key_type()]));
    steps.push((&generate, vec![key_type(), Span(Some(vec![0xffu8, 0xfe]).encode())]));
    steps.push((&generate, vec![key_type(), Span(vec![])]));
    steps.push((&generate, vec![key_type(), Span(vec![2])]));
    if name != "sr25519" {
        for message in messages() {
            steps.push((&sign, vec![key_type(), Ptr(key.clone()), Span(message)]));
        }
    }
    steps.push((&sign, vec![no_key_type(), Ptr(key.clone()), Span(vec![])]));
    steps.push((&sign, vec![key_type(), Ptr(vec![3; key.len()]), Span(vec![])]));
    if name == "ecdsa" {
        for message in messages() {
            steps.push((prehashed, vec![key_type(), Ptr(key.clone()), Ptr(blake2_256(&message).to_vec())]));
        }
        steps.push((prehashed, vec![key_type(), Ptr(vec![3; 33]), Ptr(vec![0; 32])]));
    }
    out.script(Script {
        name: &format!("keystore {name}"),
        note: "seeds are Option<Vec<u8>> of UTF-8 text; sr25519 signing is randomised and has no vector; public keys \
               are listed in order here, in none by upstream",
        steps,
        ..Script::default()
    });
    sort_public_keys(out.records.last_mut().unwrap());
}

/// Puts the keys of each list in order: upstream's keystore has none, and the file is to be the same at each run.
pub fn sort_public_keys(script: &mut Json) {
    for step in script["steps"].as_array_mut().unwrap() {
        let name = step["function"].as_str().unwrap();
        if !name.contains("_public_keys_") {
            continue;
        }
        let len = if name.contains("ecdsa") { 33 } else { 32 };
        let list = unhex(step["output"].as_str().unwrap());
        let mut keys: Vec<&[u8]> = list[1..].chunks(len).collect();
        keys.sort();
        step["output"] = json!(hex::encode([&list[..1], &keys.concat()].concat()));
    }
}

fn batch(out: &mut Output) {
    let pair = ecdsa::Pair::from_string("//Alice", None).unwrap();
    let (signature, public) = (pair.sign(b"m"), pair.public());
    let (signature, key): (&[u8], &[u8]) = (signature.as_ref(), public.as_ref());
    let signed = |message| vec![Ptr(signature.to_vec()), span(message), Ptr(key.to_vec())];
    let start = ("ext_crypto_start_batch_verify_version_1", vec![]);
    let finish = ("ext_crypto_finish_batch_verify_version_1", vec![]);
    let good = ("ext_crypto_ecdsa_batch_verify_version_1", signed("m"));
    let bad = ("ext_crypto_ecdsa_batch_verify_version_1", signed("x"));
    let bad_alone = ("ext_crypto_ecdsa_verify_version_1", signed("x"));
    let order = [
        &finish, &start, &finish, &start, &good, &finish, // good
        &start, &good, &bad, &good, &finish, &start, &finish, // one is bad; forgotten by the next batch
        &start, &bad_alone, &finish, &bad, &good, // plain verification does not count
        &start, &start, &finish, &finish,
    ];
    out.script(Script {
        name: "batch verification emulation",
        note:
            "start, verify, finish; a failure is remembered until finish; finish without start and start after start \
               are traps",
        steps: order.into_iter().cloned().collect(),
        ..Script::default()
    });
}
