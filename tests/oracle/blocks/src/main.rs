//! Random blocks with digests of all kinds; what a node makes of each: hash, hash without the seal, extrinsics roots.
use parity_scale_codec::Encode;
use serde_json::json;
use sp_core::{Blake2Hasher, H256};
use sp_runtime::{
    generic::{Block, Digest, DigestItem, Header},
    traits::{BlakeTwo256, Hash as _, Header as _},
    OpaqueExtrinsic,
};
use sp_trie::{LayoutV0, LayoutV1, TrieConfiguration};

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % bound
    }
    fn bytes(&mut self, len: u64) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
    fn hash(&mut self) -> H256 {
        H256::from_slice(&self.bytes(32))
    }
}

fn digest_item(r: &mut Random, last: bool) -> DigestItem {
    let len = r.below(100);
    let data = r.bytes(len);
    match if last { 2 } else { r.below(5) } {
        0 => DigestItem::PreRuntime(*b"BABE", data),
        1 => DigestItem::Consensus(*b"FRNK", data),
        2 => DigestItem::Seal(*b"BABE", data),
        3 => DigestItem::Other(data),
        _ => DigestItem::RuntimeEnvironmentUpdated,
    }
}

fn main() {
    let mut r = Random(7);
    let mut out = Vec::new();
    for i in 0..45u64 {
        let items = r.below(5);
        let sealed = i % 3 > 0 && items > 0;
        let logs = (0..items).map(|k| digest_item(&mut r, sealed && k + 1 == items)).collect();
        let number = [0, 1, 63, 64, 16383, 16384, (1 << 30) - 1, 1 << 30, u32::MAX][i as usize % 9];
        let header = Header::<u32, BlakeTwo256>::new(number, r.hash(), r.hash(), r.hash(), Digest { logs });
        let extrinsics: Vec<OpaqueExtrinsic> = (0..r.below(7))
            .map(|_| {
                let len = [0, 1, 40, 63, 64, 300, if i == 8 { 17000 } else { 20 }][r.below(7) as usize];
                OpaqueExtrinsic::try_from_encoded_extrinsic(&r.bytes(len).encode()).unwrap()
            })
            .collect();
        let encoded: Vec<Vec<u8>> = extrinsics.iter().map(Encode::encode).collect();
        let block = Block { header: header.clone(), extrinsics };
        let mut unsealed = block.clone();
        if matches!(unsealed.header.digest().logs().last(), Some(DigestItem::Seal(..))) {
            unsealed.header.digest_mut().pop();
        }
        out.push(json!({
            "block": hex::encode(block.encode()),
            "number": number,
            "parent": hex::encode(header.parent_hash),
            "hash": hex::encode(header.hash()),
            "unsealedHash": hex::encode(unsealed.header.hash()),
            "executionInput": hex::encode(BlakeTwo256::hash(&unsealed.encode())),
            "extrinsics": encoded.len(),
            "rootV0": hex::encode(LayoutV0::<Blake2Hasher>::ordered_trie_root(encoded.iter())),
            "rootV1": hex::encode(LayoutV1::<Blake2Hasher>::ordered_trie_root(encoded.iter())),
        }));
    }
    println!("{}", serde_json::to_string_pretty(&out).unwrap());
}
