//! Signatures: valid ones, damaged ones, and the corners of each scheme where verifiers have differed.

use crate::{host::*, script::Output};
use rand_chacha::{rand_core::SeedableRng, ChaChaRng};
use serde_json::json;
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_io::hashing::blake2_256;
use sp_state_machine::BasicExternalities;

const PEOPLE: [&str; 5] = ["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve"];

pub fn messages() -> Vec<Vec<u8>> {
    vec![vec![], bytes("a"), bytes("hello world"), pattern(200), pattern(5000)]
}

/// A signature, the message, the public key, and what is special.
#[derive(Clone)]
struct Case {
    signature: Vec<u8>,
    message: Vec<u8>,
    key: Vec<u8>,
    note: String,
}

impl Case {
    fn new(signature: Vec<u8>, message: &[u8], key: &[u8], note: &str) -> Self {
        Case { signature, message: message.to_vec(), key: key.to_vec(), note: note.into() }
    }

    fn args(&self) -> [Arg; 3] {
        [Ptr(self.signature.clone()), Span(self.message.clone()), Ptr(self.key.clone())]
    }
}

fn flipped(signature: &[u8], byte: usize) -> Vec<u8> {
    let mut flipped = signature.to_vec();
    flipped[byte] ^= 1;
    flipped
}

fn longer(message: &[u8], byte: u8) -> Vec<u8> {
    [message, &[byte]].concat()
}

/// The order L of the group of edwards25519 and Ristretto, little endian.
fn group_order() -> Vec<u8> {
    unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
}

/// s, the second half of the signature, plus L.
fn s_plus_order(signature: &[u8]) -> Vec<u8> {
    let mut sum = signature.to_vec();
    let mut carry = 0u32;
    for (byte, add) in sum[32..].iter_mut().zip(group_order()) {
        carry += *byte as u32 + add as u32;
        *byte = carry as u8;
        carry >>= 8;
    }
    sum
}

pub fn vectors(out: &mut Output) {
    ed25519_cases(out);
    sr25519_cases(out);
    ecdsa_cases(out);
}

// ---- ed25519

fn ed25519_list() -> Vec<Case> {
    let mut cases = vec![];
    for (person, message) in PEOPLE.iter().zip(messages()) {
        let pair = ed25519::Pair::from_string(person, None).unwrap();
        let (signature, public) = (pair.sign(&message), pair.public());
        let (signature, key): (&[u8], &[u8]) = (signature.as_ref(), public.as_ref());
        cases.push(Case::new(signature.to_vec(), &message, key, "valid"));
        cases.push(Case::new(flipped(signature, 3), &message, key, "bit flipped in R"));
        cases.push(Case::new(flipped(signature, 40), &message, key, "bit flipped in s"));
        cases.push(Case::new(signature.to_vec(), &longer(&message, 1), key, "other message"));
        cases.push(Case::new(s_plus_order(signature), &message, key, "s not reduced (s+L)"));
    }
    let identity = [vec![1], vec![0; 31]].concat();
    let other_identity = unhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    let off_curve = [vec![2], vec![0; 31]].concat();
    let with_zero_s = |r: &[u8]| [r, &[0; 32]].concat();
    let mut add = |signature, message: &str, key: &[u8], note| {
        cases.push(Case::new(signature, message.as_bytes(), key, note));
    };
    add(vec![0; 64], "", &[0; 32], "all zero (small order point, accepted by ZIP215 rules)");
    add(with_zero_s(&identity), "any", &identity, "identity key, identity R, s=0");
    add(with_zero_s(&identity), "any", &other_identity, "non-canonical encoding of the identity as key");
    add(with_zero_s(&other_identity), "any", &identity, "non-canonical R");
    add(vec![0; 64], "x", &[0xff; 32], "key 0xff*32");
    add(vec![0; 64], "x", &off_curve, "key not on the curve");
    add([vec![0; 63], vec![0xe0]].concat(), "", &[0; 32], "top bits of s set");
    cases
}

fn ed25519_cases(out: &mut Output) {
    let (verify, batch) = ("ext_crypto_ed25519_verify_version_1", "ext_crypto_ed25519_batch_verify_version_1");
    let cases = ed25519_list();
    for case in &cases {
        let mut record = out.host.call(verify, &case.args());
        let mut legacy = BasicExternalities::default();
        legacy.register_extension(sp_io::UseDalekExt::default());
        record["output_legacy_dalek"] = out.call_inside(verify, &case.args(), legacy)["output"].clone();
        record["note"] = json!(case.note);
        out.records.push(record);
    }
    for case in cases.iter().take(6) {
        let mut record = out.call_inside(batch, &case.args(), BasicExternalities::default());
        record["note"] = json!(format!(
            "{}; upstream since the UseDalekExt switch traps inside a call (nested borrow); before it, and for a host \
             that wants old blocks to work, the result is that of ed25519_verify",
            case.note
        ));
        record["expected_before_the_upstream_fault"] = out.host.call(verify, &case.args())["output"].clone();
        out.records.push(record);
    }
}

// ---- sr25519

/// A signature whose nonce comes from a seed, so that the file is the same at each run.
pub fn sr25519_sign(pair: &sr25519::Pair, message: &[u8], seed: u64) -> Vec<u8> {
    let pair: &schnorrkel::Keypair = pair.as_ref();
    let transcript = schnorrkel::signing_context(b"substrate").bytes(message);
    let transcript = schnorrkel::context::attach_rng(transcript, ChaChaRng::seed_from_u64(seed));
    pair.sign(transcript).to_bytes().to_vec()
}

fn sr25519_list() -> Vec<Case> {
    let mut cases = vec![];
    for (seed, (person, message)) in PEOPLE.iter().zip(messages()).enumerate() {
        let pair = sr25519::Pair::from_string(person, None).unwrap();
        let signature = sr25519_sign(&pair, &message, seed as u64);
        let public = pair.public();
        let key: &[u8] = public.as_ref();
        let unmarked = |signature: &[u8]| [&signature[..63], &[signature[63] & 0x7f]].concat();
        let marked = |signature: &[u8]| [&signature[..63], &[signature[63] | 0x80]].concat();
        cases.push(Case::new(signature.clone(), &message, key, "valid"));
        cases.push(Case::new(unmarked(&signature), &message, key, "marker bit cleared"));
        cases.push(Case::new(flipped(&signature, 3), &message, key, "bit flipped in R"));
        cases.push(Case::new(signature.clone(), &longer(&message, 1), key, "other message"));
        let sum = marked(&s_plus_order(&unmarked(&signature)));
        cases.push(Case::new(sum, &message, key, "s not reduced (s+L)"));
    }
    // Signatures of the scheme before its audit: public test values of the schnorrkel crate.
    let old = "5a9755f069939f45d96aaf125cf5ce7ba1db998686f87f2fb3cbdea922078741\
               a73891ba265f70c31436e18a9acd14d189d73c12317ab6c313285cd938453202";
    let old_message =
        "Verifying that I am the owner of 5G9hQLdsKQswNPgB499DeA5PkFBbgkLPJWkkS6FAM6xGQ8xD. Hash: 221455a3\n";
    let old_key = "b4bfa1f7a5166695eb75299fd1c4c03ea212871c342f2c5dfea0902b2c246918";
    let wasm = "28a854d54903e056f89581c691c1f7d2ff39f8f896c9e9c22475e60902cc2b35\
                47199e0e91fa32902028f2ca2355e8cdd16cfe19ba5e8b658c94aa80f3b81a00";
    let zero_seed = sr25519::Pair::from_seed(&[0; 32]).public();
    let only_marker = [vec![0; 63], vec![0x80]].concat();
    let mut add = |signature, message: &str, key: &[u8], note| {
        cases.push(Case::new(signature, message.as_bytes(), key, note));
    };
    add(unhex(old), old_message, &unhex(old_key), "pre-audit (schnorrkel 0.1.1) signature");
    add(unhex(wasm), "SUBSTRATE", zero_seed.as_ref(), "pre-audit signature by the wasm library");
    add(vec![0; 64], "", &[0; 32], "all zero");
    add(only_marker.clone(), "", &[0; 32], "identity key, R=0, s=0, marker set");
    add(only_marker.clone(), "msg", &[0; 32], "identity key, R=0, s=0, marker set, message");
    add(only_marker, "", &[0xff; 32], "key is not a Ristretto encoding");
    cases
}

fn sr25519_cases(out: &mut Output) {
    let cases = sr25519_list();
    for name in ["ext_crypto_sr25519_verify_version_1", "ext_crypto_sr25519_verify_version_2"] {
        for case in &cases {
            out.call(name, &case.args(), &case.note);
        }
    }
    batch(out, "ext_crypto_sr25519_batch_verify_version_1", &cases[..6]);
}

/// Batch functions look for their extension, so they need externalities.
fn batch(out: &mut Output, name: &str, cases: &[Case]) {
    for case in cases {
        let mut record = out.call_inside(name, &case.args(), BasicExternalities::default());
        record["note"] = json!(case.note);
        out.records.push(record);
    }
}

// ---- ecdsa

/// The order n of secp256k1, big endian.
pub fn secp256k1_order() -> Vec<u8> {
    unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
}

/// x + n, where it fits 32 bytes.
pub fn plus_order(x: &[u8]) -> Option<Vec<u8>> {
    let mut sum = vec![0; 32];
    let mut carry = 0u32;
    for i in (0..32).rev() {
        carry += x[i] as u32 + secp256k1_order()[i] as u32;
        sum[i] = carry as u8;
        carry >>= 8;
    }
    (carry == 0).then_some(sum)
}

/// n - x
fn negated(x: &[u8]) -> Vec<u8> {
    let mut difference = vec![0; 32];
    let mut borrow = 0i32;
    for i in (0..32).rev() {
        let digit = secp256k1_order()[i] as i32 - x[i] as i32 - borrow;
        difference[i] = digit as u8;
        borrow = (digit < 0) as i32;
    }
    difference
}

fn small(x: u8) -> Vec<u8> {
    [vec![0; 31], vec![x]].concat()
}

fn rsv(r: Vec<u8>, s: Vec<u8>, v: u8) -> Vec<u8> {
    [r, s, vec![v]].concat()
}

/// A signature, the hash, and what is special.
type Recovery = (Vec<u8>, Vec<u8>, String);

/// Signatures by the five, and what becomes of them when changed.
fn ecdsa_signed(cases: &mut Vec<Case>, recoveries: &mut Vec<Recovery>) {
    for (person, message) in PEOPLE.iter().zip(messages()) {
        let pair = ecdsa::Pair::from_string(person, None).unwrap();
        let (signature, public) = (pair.sign(&message), pair.public());
        let (signature, key): (&[u8], &[u8]) = (signature.as_ref(), public.as_ref());
        let hash = blake2_256(&message).to_vec();
        let high_s = rsv(signature[..32].to_vec(), negated(&signature[32..64]), signature[64] ^ 1);
        let ethereum = [&signature[..64], &[signature[64] + 27]].concat();
        let changes = [
            (signature.to_vec(), "valid", "valid"),
            (high_s, "high s (n-s) with the matching recovery id", "high s"),
            (flipped(signature, 64), "wrong recovery id", "other recovery id"),
            (ethereum, "recovery id 27/28", "recovery id 27/28"),
            (flipped(signature, 5), "bit flipped in r", "bit flipped in r"),
        ];
        for (changed, note, recovery_note) in changes {
            cases.push(Case::new(changed.clone(), &message, key, note));
            recoveries.push((changed, hash.clone(), recovery_note.into()));
        }
        cases.push(Case::new(signature.to_vec(), &longer(&message, 0), key, "other message"));
        cases.push(Case::new(signature.to_vec(), &message, &flipped(key, 0), "other y parity in the key"));
    }
}

/// Small and overflowing r and s, and every recovery id that has a meaning somewhere.
fn ecdsa_corners(recoveries: &mut Vec<Recovery>) {
    let hash = blake2_256(b"hello world").to_vec();
    let mut add = |signature, note: String| recoveries.push((signature, hash.clone(), note));
    for v in [0u8, 1, 2, 3, 4, 5, 26, 27, 28, 29, 30, 31, 32, 255] {
        for r in [1u8, 2, 3, 4, 5] {
            if r <= 2 || v <= 3 {
                add(rsv(small(r), small(5), v), format!("r={r}, s=5, v={v}"));
            }
        }
    }
    for r in [1u8, 2, 3, 4] {
        add(rsv(small(r), plus_order(&small(5)).unwrap(), 0), format!("r={r}, s=n+5 (overflowing)"));
        add(rsv(plus_order(&small(r)).unwrap(), small(5), 0), format!("r=n+{r} (overflowing), s=5"));
    }
    add(vec![0; 65], "r=0, s=0".into());
    add(rsv(small(1), small(0), 0), "s=0".into());
    add(rsv(small(0), small(1), 0), "r=0".into());
    add(vec![0xff; 65], "all 0xff".into());
    add(rsv(vec![0xff; 32], vec![0xff; 32], 0), "r,s 0xff, v=0".into());
    recoveries.push((rsv(small(1), small(1), 0), vec![0; 32], "message hash 0".into()));
    recoveries.push((rsv(small(1), small(1), 0), vec![0xff; 32], "message hash 0xff (above n)".into()));
    recoveries.push((rsv(secp256k1_order(), small(1), 0), hash.clone(), "r = n".into()));
}

fn ecdsa_cases(out: &mut Output) {
    let (mut cases, mut recoveries) = (vec![], vec![]);
    ecdsa_signed(&mut cases, &mut recoveries);
    ecdsa_corners(&mut recoveries);
    // Corners to verify, with the key that version 1 recovers.
    let hash = blake2_256(b"hello world").to_vec();
    for (signature, message_hash, note) in &recoveries {
        let name = "ext_crypto_secp256k1_ecdsa_recover_compressed_version_1";
        let record = out.host.call(name, &[Ptr(signature.clone()), Ptr(message_hash.clone())]);
        let answer = unhex(record["output"].as_str().unwrap());
        if answer[0] == 0 && (note.contains("overflow") || note.contains("s=5")) && *message_hash == hash {
            cases.push(Case::new(signature.clone(), b"hello world", &answer[1..], note));
        }
    }
    let alice = ecdsa::Pair::from_string("//Alice", None).unwrap().public();
    cases.push(Case::new(vec![0; 65], b"", alice.as_ref(), "zero signature"));
    cases.push(Case::new(vec![0xff; 65], b"", alice.as_ref(), "0xff signature"));

    for name in ["ext_crypto_ecdsa_verify_version_1", "ext_crypto_ecdsa_verify_version_2"] {
        for case in &cases {
            out.call(name, &case.args(), &case.note);
        }
    }
    for case in &cases {
        let args = [Ptr(case.signature.clone()), Ptr(blake2_256(&case.message).to_vec()), Ptr(case.key.clone())];
        out.call("ext_crypto_ecdsa_verify_prehashed_version_1", &args, &case.note);
    }
    batch(out, "ext_crypto_ecdsa_batch_verify_version_1", &cases[..7]);
    for form in ["recover", "recover_compressed"] {
        for version in [1, 2] {
            let name = format!("ext_crypto_secp256k1_ecdsa_{form}_version_{version}");
            for (signature, hash, note) in &recoveries {
                out.call(&name, &[Ptr(signature.clone()), Ptr(hash.clone())], note);
            }
        }
    }
}
