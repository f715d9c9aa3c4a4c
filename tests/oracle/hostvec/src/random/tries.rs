//! Roots of small tries whose keys share much, and proofs of them, true and changed.

use super::{dice::Dice, CASES};
use crate::{
    host::*,
    script::{Output, Pairs},
};
use codec::Encode;
use sp_core::{Blake2Hasher, KeccakHasher};
use sp_trie::{LayoutV0, LayoutV1, MemoryDB, TrieConfiguration, TrieDBMutBuilder, TrieMut};

pub fn vectors(out: &mut Output, dice: &mut Dice) {
    for hasher in ["blake2_256", "keccak_256"] {
        for _ in 0..CASES {
            roots(out, dice, hasher);
        }
    }
    for _ in 0..CASES {
        proofs::<LayoutV0<Blake2Hasher>, LayoutV1<Blake2Hasher>>(out, dice, "blake2_256");
        proofs::<LayoutV0<KeccakHasher>, LayoutV1<KeccakHasher>>(out, dice, "keccak_256");
    }
}

fn some_pairs(dice: &mut Dice) -> Pairs {
    (0..dice.below(14)).map(|_| (dice.key(), dice.value())).collect()
}

fn some_version(dice: &mut Dice) -> Arg {
    I32(if dice.one_in(12) { dice.number() as u32 } else { dice.below(2) as u32 })
}

fn roots(out: &mut Output, dice: &mut Dice, hasher: &str) {
    let items: Vec<Vec<u8>> = (0..dice.below(90)).map(|_| dice.some_bytes(3)).collect();
    for (kind, mut input) in [("root", some_pairs(dice).encode()), ("ordered_root", items.encode())] {
        if dice.one_in(8) {
            dice.damage(&mut input);
        }
        out.call(&format!("ext_trie_{hasher}_{kind}_version_1"), &[Span(input.clone())], "");
        let args = [Span(input), some_version(dice)];
        out.call(&format!("ext_trie_{hasher}_{kind}_version_2"), &args, "");
    }
}

/// The root, and the compact proof of one key.
fn proof_of<L: TrieConfiguration>(pairs: &Pairs, key: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut database, mut root) = (MemoryDB::<L::Hash>::default(), Default::default());
    {
        let mut trie = TrieDBMutBuilder::<L>::new(&mut database, &mut root).build();
        for (key, value) in pairs {
            trie.insert(key, value).unwrap();
        }
    }
    let proof = sp_trie::generate_trie_proof::<L, _, _, _>(&database, root, &[key.to_vec()]).unwrap();
    (AsRef::<[u8]>::as_ref(&root).to_vec(), proof)
}

fn proofs<L0: TrieConfiguration, L1: TrieConfiguration>(out: &mut Output, dice: &mut Dice, hasher: &str) {
    let mut pairs = some_pairs(dice);
    pairs.push((dice.key(), dice.value()));
    let mut key = dice.pick(&pairs).0.clone();
    let mut value = pairs.iter().rev().find(|(other, _)| *other == key).unwrap().1.clone();
    let version = dice.below(2) as u32;
    let (mut root, mut proof) = match version {
        0 => proof_of::<L0>(&pairs, &key),
        _ => proof_of::<L1>(&pairs, &key),
    };
    match dice.below(12) {
        0 => dice.flip(&mut root),
        1 => value = dice.value(),
        2 => key = dice.key(),
        3 => proof.push(dice.some_bytes(4)),
        4 => drop(proof.pop()),
        5 | 6 => {
            let at = dice.below(proof.len());
            dice.damage(&mut proof[at]);
        }
        _ => {}
    }
    let mut encoded = proof.encode();
    if dice.one_in(20) {
        dice.damage(&mut encoded);
    }
    let mut args = vec![Ptr(root), Span(encoded), Span(key), Span(value)];
    out.call(&format!("ext_trie_{hasher}_verify_proof_version_1"), &args, "");
    args.push(I32(version));
    out.call(&format!("ext_trie_{hasher}_verify_proof_version_2"), &args, "");
}
