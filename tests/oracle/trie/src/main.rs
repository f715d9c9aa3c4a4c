//! What upstream's trie makes of the random tries of tests/unit/trie_random.h: roots, recorded proofs, compact proofs.
//!
//!     cargo run --release --locked -- roots   > ../../data/trie/roots.txt
//!     cargo run --release --locked -- proofs  > ../../data/trie/proofs.txt
//!     cargo run --release --locked -- compact > ../../data/trie/compact.txt
//!
//! A line of the first two is a digest, BLAKE2b-256(digest so far, item), over the items of a hundred or ten tries.
use hash_db::Hasher;
use parity_scale_codec::Encode;
use sp_core::storage::StateVersion;
use sp_core::{Blake2Hasher, H256};
use sp_state_machine::backend::Backend;
use sp_state_machine::{IterArgs, StorageIterator, TrieBackendBuilder};
use sp_trie::recorder::Recorder;
use sp_trie::{delta_trie_root, empty_trie_root, generate_trie_proof, LayoutV0, LayoutV1, PrefixedMemoryDB};
use std::collections::BTreeMap;

type Db = PrefixedMemoryDB<Blake2Hasher>;
const TRIES: u64 = 10_000;
const ROUNDS: u32 = 6;

/// The generator of tests/unit/trie_random.h, function for function.
struct Random {
    seed: u64,
    number: u64,
    style: u64,
    keys: Vec<Vec<u8>>,
}

type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

impl Random {
    fn start(number: u64) -> Self {
        let mut random = Random {
            seed: number,
            number,
            style: 0,
            keys: vec![],
        };
        random.style = random.draw() % 4;
        random
    }

    fn draw(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }

    fn bytes(&mut self, out: &mut Vec<u8>, len: u64, few: bool) {
        for _ in 0..len {
            let number = self.draw();
            out.push(if few {
                [0x00, 0x01, 0x10, 0x11][(number % 4) as usize]
            } else {
                number as u8
            });
        }
    }

    fn key(&mut self) -> Vec<u8> {
        let mut key = vec![];
        match self.style {
            0 => {
                let len = self.draw() % 8;
                self.bytes(&mut key, len, false)
            }
            1 => {
                let len = self.draw() % 6;
                self.bytes(&mut key, len, true)
            }
            2 => {
                key.extend([0xaa; 16]);
                self.bytes(&mut key, 4, false)
            }
            _ => {
                if !self.keys.is_empty() {
                    let i = self.draw() as usize % self.keys.len();
                    let old = self.keys[i].clone();
                    let mut len = old.len();
                    if len > 0 && self.draw() % 2 == 0 {
                        len = (self.draw() % len as u64) as usize;
                    }
                    key.extend(&old[..len]);
                }
                let len = self.draw() % 4;
                self.bytes(&mut key, len, false)
            }
        }
        key
    }

    fn value(&mut self) -> Vec<u8> {
        let kind = self.draw() % 8;
        let number = self.draw();
        let len = match kind {
            0 => 0,
            1..=4 => 1 + number % 31,
            5 => 31 + number % 4,
            6 => 35 + number % 66,
            _ => 300,
        };
        let mut value = vec![];
        self.bytes(&mut value, len, false);
        value
    }

    fn change(&mut self, changes: &mut Changes, first: bool) {
        let removed = !first && self.draw() % 3 == 0;
        let known = !first && self.draw() % 2 == 0 && !self.keys.is_empty();
        let key = if known {
            let i = self.draw() as usize % self.keys.len();
            self.keys[i].clone()
        } else {
            let key = self.key();
            self.keys.push(key.clone());
            key
        };
        let value = if removed { None } else { Some(self.value()) };
        changes.insert(key, value);
    }

    fn round(&mut self, round: u32) -> (StateVersion, Changes) {
        let mut version = self.number & 1;
        if self.number % 4 == 3 {
            version = self.draw() & 1;
        }
        let count = self.draw();
        let count = match round {
            0 if self.number % 50 == 0 => 40 + count % 400,
            0 => count % 40,
            _ => count % 12,
        };
        let mut changes = Changes::new();
        for _ in 0..count {
            self.change(&mut changes, round == 0);
        }
        (
            if version == 0 {
                StateVersion::V0
            } else {
                StateVersion::V1
            },
            changes,
        )
    }
}

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// Takes out removals of keys that are not there. They should do nothing, but trie-db 0.32 (triedbmut.rs,
/// remove_inspector, the arm for an empty rest of the key) does not compare the partial key of a branch that hangs exactly
/// where the key ends: it takes that branch's value away, which belongs to a longer key, or panics in `fix`.
fn keep_real(changes: &mut Changes, map: &Map) {
    changes.retain(|key, value| value.is_some() || map.contains_key(key));
}

fn apply(db: &mut Db, root: H256, version: StateVersion, changes: &Changes, map: &mut Map) -> H256 {
    for (key, value) in changes {
        match value {
            Some(value) => map.insert(key.clone(), value.clone()),
            None => map.remove(key),
        };
    }
    let delta = changes.iter().map(|(k, v)| (k.as_slice(), v.as_deref()));
    match version {
        StateVersion::V0 => delta_trie_root::<LayoutV0<Blake2Hasher>, _, _, _, _, _>(db, root, delta, None, None),
        StateVersion::V1 => delta_trie_root::<LayoutV1<Blake2Hasher>, _, _, _, _, _>(db, root, delta, None, None),
    }
    .expect("the database has all nodes")
}

struct Digest(H256);

impl Digest {
    fn add(&mut self, item: &[u8]) {
        let mut both = self.0.as_bytes().to_vec();
        both.extend(item);
        self.0 = Blake2Hasher::hash(&both);
    }
}

fn new_db() -> (Db, H256) {
    (Db::default(), empty_trie_root::<LayoutV0<Blake2Hasher>>())
}

fn roots() {
    let mut digest = Digest(H256::zero());
    for number in 0..TRIES {
        let mut random = Random::start(number);
        let (mut db, mut root) = new_db();
        let mut map = Map::new();
        for round in 0..ROUNDS {
            let (version, mut changes) = random.round(round);
            keep_real(&mut changes, &map);
            root = apply(&mut db, root, version, &changes, &mut map);
            digest.add(root.as_bytes());
        }
        if (number + 1) % 100 == 0 {
            println!("{:x}", digest.0);
        }
    }
}

/// A trie after two rounds.
fn settled(number: u64) -> (Random, Db, H256, Map) {
    let mut random = Random::start(number);
    let (mut db, mut root) = new_db();
    let mut map = Map::new();
    for round in 0..2 {
        let (version, mut changes) = random.round(round);
        keep_real(&mut changes, &map);
        root = apply(&mut db, root, version, &changes, &mut map);
    }
    (random, db, root, map)
}

/// One recorded proof for each kind of read: SCALE encoding of the nodes in order, and the recorder's size.
fn proofs() {
    let mut digest = Digest(H256::zero());
    for number in 0..1000 {
        for kind in 0..6 {
            let (mut random, db, root, map) = settled(number);
            let recorder = Recorder::default();
            let backend = TrieBackendBuilder::new(db, root)
                .with_recorder(recorder.clone())
                .build();
            match kind {
                0 => {
                    for _ in 0..4 {
                        let key = random.key();
                        backend.storage(&key).unwrap();
                    }
                }
                1 => {
                    for key in random.keys.clone().iter().take(8) {
                        backend.exists_storage(key).unwrap();
                    }
                }
                2 => {
                    let mut key = random.key();
                    for _ in 0..3 {
                        match backend.next_storage_key(&key).unwrap() {
                            Some(next) => key = next,
                            None => break,
                        }
                    }
                }
                3 => {
                    let mut prefix = random.key();
                    prefix.truncate(prefix.len() / 2);
                    let mut args = IterArgs::default();
                    args.prefix = Some(&prefix);
                    let mut iter = backend.raw_iter(args).unwrap();
                    while iter.next_key(&backend).is_some() {}
                }
                4 => {
                    for key in random.keys.clone().iter().take(8) {
                        backend.storage(key).unwrap();
                    }
                }
                _ => {
                    let (version, mut changes) = random.round(2);
                    keep_real(&mut changes, &map);
                    let delta = changes.iter().map(|(k, v)| (k.as_slice(), v.as_deref()));
                    let (new_root, _) = backend.storage_root(delta, version);
                    digest.add(new_root.as_bytes());
                }
            }
            digest.add(&(recorder.estimate_encoded_size() as u64).to_le_bytes());
            let nodes = recorder.drain_storage_proof();
            digest.add(&nodes.encode());
        }
        if (number + 1) % 10 == 0 {
            println!("{:x}", digest.0);
        }
    }
}

/// Compact proofs of the first keys that are there: number of trie, version, key, value, then the nodes.
fn compact() {
    for number in (1..400).step_by(9) {
        let (_, db, root, map) = settled(number);
        let version = number & 1;
        if number % 4 == 3 || map.is_empty() {
            continue; // mixed layouts can't be checked under one version
        }
        let picks = [0, map.len() / 2, map.len() - 1];
        for i in picks {
            let (key, value) = map.iter().nth(i).unwrap();
            let nodes = match version {
                0 => generate_trie_proof::<LayoutV0<Blake2Hasher>, _, _, _>(&db, root, [key]).unwrap(),
                _ => generate_trie_proof::<LayoutV1<Blake2Hasher>, _, _, _>(&db, root, [key]).unwrap(),
            };
            let item = (
                version as u8,
                root.as_bytes().to_vec(),
                key.clone(),
                value.clone(),
                nodes,
            );
            let hex: String = item.encode().iter().map(|byte| format!("{byte:02x}")).collect();
            println!("{hex}");
        }
    }
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("roots") => roots(),
        Some("proofs") => proofs(),
        Some("compact") => compact(),
        _ => panic!("roots, proofs or compact"),
    }
}
