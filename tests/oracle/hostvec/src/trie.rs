//! Trie roots and proofs: node forms and sizes, layouts, and undecodable inputs.

use crate::{
    host::*,
    script::{Output, Pairs},
};
use codec::Encode;
use sp_core::{Blake2Hasher, KeccakHasher};
use sp_io::hashing::blake2_256;
use sp_trie::{LayoutV0, LayoutV1, MemoryDB, TrieConfiguration, TrieDBMutBuilder, TrieMut};

/// A note and an encoded input.
type Case = (&'static str, Vec<u8>);

pub fn vectors(out: &mut Output) {
    roots(out);
    proofs::<LayoutV0<Blake2Hasher>, LayoutV1<Blake2Hasher>>(out, "blake2_256");
    proofs::<LayoutV0<KeccakHasher>, LayoutV1<KeccakHasher>>(out, "keccak_256");
}

fn sets() -> Vec<Case> {
    let enc = |l: &[(&[u8], &[u8])]| l.iter().map(|(a, b)| (a.to_vec(), b.to_vec())).collect::<Pairs>().encode();
    let v = |n: usize, c: u8| vec![c; n];
    let mut many = vec![];
    for i in 0..300u32 {
        many.push((blake2_256(&i.to_le_bytes()).to_vec(), pattern(i % 70)));
    }
    let mut dense = vec![];
    for i in 0..=255u8 {
        dense.push((vec![i], vec![i; (i % 40) as usize]));
    }
    let long = vec![0xabu8; 40];
    let longer = vec![0xcdu8; 200];
    let huge = vec![0x11u8; 40000];
    vec![
        ("empty", enc(&[])),
        ("single", enc(&[(b"a", b"1")])),
        ("single, empty value", enc(&[(b"a", b"")])),
        ("single, empty key", enc(&[(b"", b"v")])),
        ("value 31", enc(&[(b"k", &v(31, 1))])),
        ("value 32", enc(&[(b"k", &v(32, 1))])),
        ("value 33", enc(&[(b"k", &v(33, 1))])),
        ("value 34", enc(&[(b"k", &v(34, 1))])),
        (
            "branch with value",
            enc(&[(b"do", b"verb"), (b"dog", b"puppy"), (b"doge", b"coin"), (b"horse", b"stallion")]),
        ),
        (
            "branch with 33 byte value",
            enc(&[(b"do", &v(33, 2)), (b"dog", &v(33, 3)), (b"doge", &v(32, 4)), (b"horse", &v(100, 5))]),
        ),
        ("unsorted input", enc(&[(b"z", b"1"), (b"a", b"2"), (b"m", b"3")])),
        ("duplicate key, last wins", enc(&[(b"a", b"1"), (b"a", b"2")])),
        ("children sharing one nibble", enc(&[(&[0x10], b"x"), (&[0x11], b"y"), (&[0x1f], b"z"), (&[0x20], b"w")])),
        (
            "inline child then hashed child",
            enc(&[(&[0x10, 1], &v(20, 1)), (&[0x10, 2], &v(40, 2)), (&[0x20], &v(3, 3))]),
        ),
        (
            "partial key 62/63/64 nibbles",
            enc(&[(&v(31, 0x11), b"1"), (&v(32, 0x22), b"2"), (&[&v(31, 0x33)[..], &[0x30]].concat(), b"3")]),
        ),
        ("partial key 80 nibbles", enc(&[(&long, b"v"), (b"", b"root value")])),
        ("partial key 400 nibbles", enc(&[(&longer, b"v")])),
        ("partial key 80000 nibbles", enc(&[(&huge, b"v")])),
        (
            "hashed value leaf with 30/31/32 nibbles",
            enc(&[
                (&v(15, 0x44), &v(50, 1)),
                (&v(16, 0x55), &v(50, 2)),
                (&[&v(15, 0x66)[..], &[0x60]].concat(), &v(50, 3)),
            ]),
        ),
        (
            "hashed value branch with 14/15/16 nibbles",
            enc(&[(&v(7, 0x44), &v(50, 1)), (&v(9, 0x44), b"a"), (&v(8, 0x55), &v(50, 2)), (&v(10, 0x55), b"b")]),
        ),
        ("dense 256", dense.encode()),
        ("300 hashed keys", many.encode()),
    ]
}

fn lists() -> Vec<Case> {
    let mut lists: Vec<Case> = vec![
        ("empty", Vec::<Vec<u8>>::new().encode()),
        ("one empty", vec![Vec::<u8>::new()].encode()),
        ("one", vec![bytes("hello")].encode()),
        ("three", vec![bytes("a"), bytes("bb"), bytes("ccc")].encode()),
        ("two of 33 bytes", vec![vec![1u8; 33], vec![2u8; 33]].encode()),
        ("32/33/34 bytes", vec![vec![1u8; 32], vec![2u8; 33], vec![3u8; 34]].encode()),
        ("64 items (index 63 is one byte, 64 is two)", (0..65u32).map(|i| pattern(i)).collect::<Vec<_>>().encode()),
        ("300 items", (0..300u32).map(|i| pattern(i % 50 + 1)).collect::<Vec<_>>().encode()),
    ];
    lists.push((
        "17000 items (four byte index from 16384)",
        (0..17000u32).map(|i| i.to_le_bytes().to_vec()).collect::<Vec<_>>().encode(),
    ));
    lists
}

fn roots(out: &mut Output) {
    let (sets, lists) = (sets(), lists());
    for hasher in ["blake2_256", "keccak_256"] {
        for (kind, list) in [("root", &sets), ("ordered_root", &lists)] {
            let (n1, n2) =
                (format!("ext_trie_{hasher}_{kind}_version_1"), format!("ext_trie_{hasher}_{kind}_version_2"));
            for (note, e) in list.iter() {
                if e.len() > 60000 && hasher == "keccak_256" {
                    continue;
                }
                out.call(&n1, &[Span(e.clone())], note);
                for v in [0, 1] {
                    out.call(&n2, &[Span(e.clone()), I32(v)], note);
                }
            }
            let e = list[2].1.clone();
            out.call(&n1, &[Span([&e[..], &[1, 2, 3]].concat())], "trailing bytes after the SCALE value are ignored");
            out.call(&n1, &[Span(vec![])], "zero bytes are not a SCALE vector: trap");
            out.call(&n1, &[Span(vec![8, 4, 0x61])], "truncated SCALE: trap");
            out.call(&n1, &[Span(vec![0x01, 0x00])], "non-minimal compact length: trap");
            out.call(&n2, &[Span(e.clone()), I32(2)], "state version 2 is an alias of 1");
            out.call(&n2, &[Span(e.clone()), I32(3)], "state version 3: trap");
            out.call(&n2, &[Span(e.clone()), I32(0x100)], "only the low byte of the number is used: 0x100 is 0");
            out.call(&n2, &[Span(e.clone()), I32(0x1ff)], "low byte 0xff: trap");
        }
    }
}

fn proofs<L0: TrieConfiguration, L1: TrieConfiguration>(out: &mut Output, hasher: &str)
where
    <L0::Hash as sp_core::Hasher>::Out: AsRef<[u8]>,
{
    let kvs: Vec<(Vec<u8>, Vec<u8>)> = vec![
        (bytes("do"), bytes("verb")),
        (bytes("dog"), vec![7; 40]),
        (bytes("doge"), bytes("coin")),
        (bytes("horse"), vec![9; 33]),
        (bytes("e"), vec![]),
    ];
    fn gen<L: TrieConfiguration>(kvs: &[(Vec<u8>, Vec<u8>)], key: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut db = MemoryDB::<L::Hash>::default();
        let mut root = Default::default();
        {
            let mut t = TrieDBMutBuilder::<L>::new(&mut db, &mut root).build();
            for (k, v) in kvs {
                t.insert(k, v).unwrap();
            }
        }
        let p = sp_trie::generate_trie_proof::<L, _, _, _>(&db, root, &[key.to_vec()]).unwrap();
        (root.as_ref().to_vec(), p)
    }
    for (ver, name) in [
        (0u32, format!("ext_trie_{hasher}_verify_proof_version_1")),
        (0, format!("ext_trie_{hasher}_verify_proof_version_2")),
        (1, format!("ext_trie_{hasher}_verify_proof_version_2")),
    ] {
        let two = name.ends_with('2');
        let go = |out: &mut Output, root: &[u8], p: Vec<u8>, k: &[u8], v: &[u8], note: &str| {
            let mut a = vec![Ptr(root.to_vec()), Span(p), Span(k.to_vec()), Span(v.to_vec())];
            if two {
                a.push(I32(ver))
            }
            out.call(&name, &a, note);
        };
        for (k, v) in &kvs {
            let (root, p) = if ver == 0 { gen::<L0>(&kvs, k) } else { gen::<L1>(&kvs, k) };
            go(out, &root, p.encode(), k, v, "valid");
            go(out, &root, p.encode(), k, b"wrong value", "wrong value");
        }
        let (root, p) = if ver == 0 { gen::<L0>(&kvs, b"dog") } else { gen::<L1>(&kvs, b"dog") };
        let d = vec![7u8; 40];
        go(out, &root, Vec::<Vec<u8>>::new().encode(), b"dog", &d, "empty proof");
        go(out, &root, p.encode(), b"cat", b"x", "key not covered by the proof");
        go(out, &[0; 32], p.encode(), b"dog", &d, "wrong root");
        let mut q = p.clone();
        q.push(vec![1, 2, 3]);
        go(out, &root, q.encode(), b"dog", &d, "extra node: rejected");
        let mut q = p.clone();
        q.reverse();
        if q.len() > 1 {
            go(out, &root, q.encode(), b"dog", &d, "nodes in the opposite order");
        }
        let mut q = p.clone();
        let l = q.len() - 1;
        q[l].push(0);
        go(out, &root, q.encode(), b"dog", &d, "trailing byte in the last node");
        go(out, &root, p.encode()[..5].to_vec(), b"dog", &d, "truncated SCALE proof: trap");
        let single = vec![(bytes("k"), bytes("v"))];
        let (root, p) = if ver == 0 { gen::<L0>(&single, b"k") } else { gen::<L1>(&single, b"k") };
        go(out, &root, p.encode(), b"k", b"v", "single entry trie");
        go(out, &root, p.encode(), b"k", b"", "empty value claimed");
    }
}
