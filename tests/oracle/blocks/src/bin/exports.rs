//! Blocks as a node's chain_getBlock and export-blocks give them, with digests and justifications of all kinds.
use parity_scale_codec::Encode;
use serde_json::json;
use sp_core::H256;
use sp_runtime::{
    generic::{Block, Digest, DigestItem, Header, SignedBlock},
    traits::{BlakeTwo256, Header as _},
    Justifications, OpaqueExtrinsic,
};

fn bytes(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect()
}

fn hash(seed: u8) -> H256 {
    H256::from_slice(&bytes(seed, 32))
}

/// As a node wrote it before 2021: one justification, of GRANDPA, in place of the list.
fn old_encoding(block: &Block<Header<u32, BlakeTwo256>, OpaqueExtrinsic>, justification: &Option<Vec<u8>>) -> Vec<u8> {
    (block, justification).encode()
}

fn main() {
    let items = vec![
        DigestItem::PreRuntime(*b"BABE", bytes(1, 70)),
        DigestItem::Consensus(*b"FRNK", bytes(2, 3)),
        DigestItem::Other(bytes(3, 9)),
        DigestItem::RuntimeEnvironmentUpdated,
        DigestItem::Seal(*b"BABE", bytes(4, 64)),
    ];
    let mut grandpa = 5u64.encode(); // the round comes first
    grandpa.extend(bytes(5, 300));
    let out: Vec<_> = [1u32, 255, 256, 16384, u32::MAX]
        .into_iter()
        .enumerate()
        .map(|(i, number)| {
            let digest = Digest { logs: items[..=i].to_vec() };
            let header = Header::<u32, BlakeTwo256>::new(number, hash(10), hash(11), hash(12), digest);
            let extrinsics = [4, 0, 63, 64][..i]
                .iter()
                .map(|len| OpaqueExtrinsic::try_from_encoded_extrinsic(&bytes(6, *len).encode()).unwrap())
                .collect();
            let block = Block { header, extrinsics };
            let justifications = match i {
                0 | 1 => None,
                2 => Some(Justifications::from((*b"FRNK", grandpa.clone()))),
                _ => {
                    let mut both = Justifications::from((*b"FRNK", grandpa.clone()));
                    both.append((*b"BEEF", bytes(7, 20)));
                    Some(both)
                }
            };
            let signed = SignedBlock { block: block.clone(), justifications };
            let old = if i % 2 == 0 { None } else { Some(grandpa.clone()) };
            json!({
                "json": serde_json::to_string(&signed).unwrap(),
                "signed": hex::encode(signed.encode()),
                "signedBefore2021": hex::encode(old_encoding(&block, &old)),
                "block": hex::encode(block.encode()),
            })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&out).unwrap());
}
