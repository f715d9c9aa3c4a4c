//! Signatures by random keys, true and changed; recovery from random numbers; keys from random seeds.

use super::{dice::Dice, CASES};
use crate::{
    crypto::{plus_order, sr25519_sign},
    host::*,
    keystore::sort_public_keys,
    script::{Output, Script, Steps},
};
use codec::Encode;
use serde_json::json;
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_io::hashing::blake2_256;
use sp_state_machine::BasicExternalities;

pub fn vectors(out: &mut Output, dice: &mut Dice) {
    for _ in 0..CASES {
        ed25519_case(out, dice);
        sr25519_case(out, dice);
        ecdsa_case(out, dice);
        recovery(out, dice);
    }
    for _ in 0..50 {
        keys(out, dice, "ed25519");
        keys(out, dice, "ecdsa");
    }
    for _ in 0..50 {
        sr25519_keys(out, dice);
    }
}

/// Changes a signature, its message, or its key, or none of them.
fn change(dice: &mut Dice, signature: &mut [u8], message: &mut Vec<u8>, key: &mut [u8]) {
    match dice.below(8) {
        0 => dice.flip(signature),
        1 => dice.damage(message),
        2 => dice.flip(key),
        3 => signature.copy_from_slice(&dice.bytes(signature.len())),
        4 => signature[63] ^= 0x80,
        _ => {}
    }
}

/// A call of a batch function; they look for an extension.
fn batch(out: &mut Output, name: &str, args: &[Arg]) {
    let record = out.call_inside(name, args, BasicExternalities::default());
    out.records.push(record);
}

fn ed25519_case(out: &mut Output, dice: &mut Dice) {
    let pair = ed25519::Pair::from_seed_slice(&dice.bytes(32)).unwrap();
    let mut message = dice.some_bytes(100);
    let (sign, public) = (pair.sign(&message), pair.public());
    let (mut signature, mut key) = (AsRef::<[u8]>::as_ref(&sign).to_vec(), AsRef::<[u8]>::as_ref(&public).to_vec());
    change(dice, &mut signature, &mut message, &mut key);
    let args = [Ptr(signature), Span(message), Ptr(key)];
    out.call("ext_crypto_ed25519_verify_version_1", &args, "");
    // What the function answered before the fault that makes it trap.
    let mut record = out.host.call("ext_crypto_ed25519_verify_version_1", &args);
    record["function"] = json!("ext_crypto_ed25519_batch_verify_version_1");
    out.records.push(record);
}

fn sr25519_case(out: &mut Output, dice: &mut Dice) {
    let pair = sr25519::Pair::from_seed_slice(&dice.bytes(32)).unwrap();
    let mut message = dice.some_bytes(100);
    let public = pair.public();
    let (mut signature, mut key) =
        (sr25519_sign(&pair, &message, dice.number()), AsRef::<[u8]>::as_ref(&public).to_vec());
    change(dice, &mut signature, &mut message, &mut key);
    let args = [Ptr(signature), Span(message), Ptr(key)];
    out.call("ext_crypto_sr25519_verify_version_1", &args, "");
    out.call("ext_crypto_sr25519_verify_version_2", &args, "");
    batch(out, "ext_crypto_sr25519_batch_verify_version_1", &args);
}

fn ecdsa_case(out: &mut Output, dice: &mut Dice) {
    let pair = ecdsa::Pair::from_seed_slice(&dice.bytes(32)).unwrap();
    let mut message = dice.some_bytes(100);
    let (sign, public) = (pair.sign(&message), pair.public());
    let (mut signature, mut key) = (AsRef::<[u8]>::as_ref(&sign).to_vec(), AsRef::<[u8]>::as_ref(&public).to_vec());
    change(dice, &mut signature, &mut message, &mut key);
    let hash = blake2_256(&message).to_vec();
    let args = [Ptr(signature.clone()), Span(message), Ptr(key.clone())];
    out.call("ext_crypto_ecdsa_verify_version_1", &args, "");
    out.call("ext_crypto_ecdsa_verify_version_2", &args, "");
    batch(out, "ext_crypto_ecdsa_batch_verify_version_1", &args);
    out.call("ext_crypto_ecdsa_verify_prehashed_version_1", &[Ptr(signature), Ptr(hash), Ptr(key)], "");
}

/// r or s: any number, a small one, or one just above the group order.
fn scalar(dice: &mut Dice) -> Vec<u8> {
    let small = [vec![0; 31], dice.bytes(1)].concat();
    match dice.below(6) {
        0 => small,
        1 => plus_order(&small).unwrap(),
        _ => dice.bytes(32),
    }
}

fn recovery(out: &mut Output, dice: &mut Dice) {
    let hash = if dice.one_in(20) { vec![0xff; 32] } else { dice.bytes(32) };
    let v = *dice.pick(&[0, 0, 0, 1, 1, 1, 2, 3, 4, 26, 27, 28, 30, 31, 255]);
    let signature = match dice.one_in(2) {
        true => [scalar(dice), scalar(dice), vec![v]].concat(),
        false => {
            let pair = ecdsa::Pair::from_seed_slice(&dice.bytes(32)).unwrap();
            AsRef::<[u8]>::as_ref(&pair.sign_prehashed(hash.as_slice().try_into().unwrap())).to_vec()
        }
    };
    for form in ["recover", "recover_compressed"] {
        for version in [1, 2] {
            let name = format!("ext_crypto_secp256k1_ecdsa_{form}_version_{version}");
            out.call(&name, &[Ptr(signature.clone()), Ptr(hash.clone())], "");
        }
    }
}

/// A secret URI: a seed or nothing, then hard junctions.
fn uri(dice: &mut Dice) -> String {
    let mut uri = if dice.one_in(2) { format!("0x{}", hex::encode(dice.bytes(32))) } else { String::new() };
    for _ in 0..1 + dice.below(3) {
        uri += &match dice.below(3) {
            0 => format!("//{}", dice.number()),
            1 => format!("//{}", hex::encode(dice.some_bytes(20))),
            _ => "//Some name".into(),
        };
    }
    if dice.one_in(5) {
        uri += "///a password";
    }
    if dice.one_in(20) {
        uri.insert_str(0, "0x");
    }
    uri
}

fn public(scheme: &str, uri: &str) -> Option<Vec<u8>> {
    match scheme {
        "ed25519" => Some(AsRef::<[u8]>::as_ref(&ed25519::Pair::from_string(uri, None).ok()?.public()).to_vec()),
        "ecdsa" => Some(AsRef::<[u8]>::as_ref(&ecdsa::Pair::from_string(uri, None).ok()?.public()).to_vec()),
        _ => unreachable!(),
    }
}

/// Keys of two types, listed, and signing with one of them or with one that is not there.
fn keys(out: &mut Output, dice: &mut Dice, scheme: &str) {
    let generate = format!("ext_crypto_{scheme}_generate_version_1");
    let list = format!("ext_crypto_{scheme}_public_keys_version_1");
    let sign = format!("ext_crypto_{scheme}_sign_version_1");
    let mut steps: Steps = vec![];
    for _ in 0..4 {
        let uri = uri(dice);
        let key_type = Ptr(bytes(dice.pick::<&str>(&["babe", "gran"])));
        let mut key = public(scheme, &uri).unwrap_or(vec![2; if scheme == "ecdsa" { 33 } else { 32 }]);
        steps.push((&generate, vec![key_type.clone(), Span(Some(bytes(&uri)).encode())]));
        steps.push((&list, vec![key_type.clone()]));
        if dice.one_in(6) {
            dice.flip(&mut key);
        }
        steps.push((&sign, vec![key_type.clone(), Ptr(key.clone()), Span(dice.some_bytes(60))]));
        if scheme == "ecdsa" {
            let args = vec![key_type, Ptr(key), Ptr(dice.bytes(32))];
            steps.push(("ext_crypto_ecdsa_sign_prehashed_version_1", args));
        }
    }
    out.script(Script { name: "random keys", steps, ..Script::default() });
    sort_public_keys(out.records.last_mut().unwrap());
}

/// As above; signing is not deterministic.
fn sr25519_keys(out: &mut Output, dice: &mut Dice) {
    let mut steps: Steps = vec![];
    for _ in 0..4 {
        let mut uri = uri(dice);
        if dice.one_in(3) {
            uri = uri.replacen("//", "/", 1);
        }
        let key_type = Ptr(bytes(dice.pick::<&str>(&["babe", "imon"])));
        steps.push(("ext_crypto_sr25519_generate_version_1", vec![key_type.clone(), Span(Some(bytes(&uri)).encode())]));
        steps.push(("ext_crypto_sr25519_public_keys_version_1", vec![key_type]));
    }
    out.script(Script { name: "random keys", steps, ..Script::default() });
    sort_public_keys(out.records.last_mut().unwrap());
}
