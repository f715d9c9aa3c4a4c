//! Storage, default child storage, and how both behave over pending changes.

use crate::{
    host::*,
    script::{pairs, Output, Pairs, Script, Steps},
};
use codec::Encode;
use sp_core::storage::StateVersion::{V0, V1};

pub const GET: &str = "ext_storage_get_version_1";
pub const READ: &str = "ext_storage_read_version_1";
pub const SET: &str = "ext_storage_set_version_1";
pub const CLEAR: &str = "ext_storage_clear_version_1";
pub const EXISTS: &str = "ext_storage_exists_version_1";
pub const CP1: &str = "ext_storage_clear_prefix_version_1";
pub const CP2: &str = "ext_storage_clear_prefix_version_2";
pub const CP3: &str = "ext_storage_clear_prefix_version_3";
pub const APPEND: &str = "ext_storage_append_version_1";
pub const ROOT1: &str = "ext_storage_root_version_1";
pub const ROOT2: &str = "ext_storage_root_version_2";
pub const NEXT: &str = "ext_storage_next_key_version_1";
pub const START: &str = "ext_storage_start_transaction_version_1";
pub const ROLL: &str = "ext_storage_rollback_transaction_version_1";
pub const COMMIT: &str = "ext_storage_commit_transaction_version_1";
pub const CHANGES: &str = "ext_storage_changes_root_version_1";
pub const CGET: &str = "ext_default_child_storage_get_version_1";
pub const CREAD: &str = "ext_default_child_storage_read_version_1";
pub const CSET: &str = "ext_default_child_storage_set_version_1";
pub const CCLEAR: &str = "ext_default_child_storage_clear_version_1";
pub const CEXISTS: &str = "ext_default_child_storage_exists_version_1";
pub const KILL1: &str = "ext_default_child_storage_storage_kill_version_1";
pub const KILL2: &str = "ext_default_child_storage_storage_kill_version_2";
pub const KILL3: &str = "ext_default_child_storage_storage_kill_version_3";
pub const KILL4: &str = "ext_default_child_storage_storage_kill_version_4";
pub const CCP1: &str = "ext_default_child_storage_clear_prefix_version_1";
pub const CCP2: &str = "ext_default_child_storage_clear_prefix_version_2";
pub const CCP3: &str = "ext_default_child_storage_clear_prefix_version_3";
pub const CROOT1: &str = "ext_default_child_storage_root_version_1";
pub const CROOT2: &str = "ext_default_child_storage_root_version_2";
pub const CNEXT: &str = "ext_default_child_storage_next_key_version_1";

/// A limit.
pub fn lim(x: Option<u32>) -> Arg {
    Span(x.encode())
}
/// A cursor.
pub fn cur(x: Option<&[u8]>) -> Arg {
    Span(x.map(|v| v.to_vec()).encode())
}

fn base() -> Pairs {
    pairs(&[("a", b"1"), ("ab", b"22"), ("abc", &[3; 40]), ("b", b""), ("ba", &[5; 33]), ("c", b"\x0cxyz")])
}

pub fn vectors(out: &mut Output) {
    access(out);
    read(out);
    append(out);
    next_key(out);
    clear_prefix(out);
    roots(out);
    transactions(out);
    children(out);
}

fn access(out: &mut Output) {
    out.script(Script {
        name: "get set clear exists",
        note: "",
        top: base(),
        steps: vec![
            (GET, vec![span("a")]),
            (GET, vec![span("b")]),
            (GET, vec![span("missing")]),
            (GET, vec![Span(vec![])]),
            (GET, vec![span("abc")]),
            (EXISTS, vec![span("a")]),
            (EXISTS, vec![span("b")]),
            (EXISTS, vec![span("missing")]),
            (SET, vec![span("n"), span("new")]),
            (GET, vec![span("n")]),
            (EXISTS, vec![span("n")]),
            (SET, vec![span("a"), Span(vec![])]),
            (GET, vec![span("a")]),
            (EXISTS, vec![span("a")]),
            (SET, vec![Span(vec![]), span("empty key")]),
            (GET, vec![Span(vec![])]),
            (CLEAR, vec![span("ab")]),
            (GET, vec![span("ab")]),
            (EXISTS, vec![span("ab")]),
            (CLEAR, vec![span("missing")]),
            (CLEAR, vec![span("n")]),
            (GET, vec![span("n")]),
            (CLEAR, vec![Span(vec![])]),
            (EXISTS, vec![Span(vec![])]),
            (CLEAR, vec![span("ab")]),
            (SET, vec![span("ab"), Pattern(3000)]),
            (GET, vec![span("ab")]),
        ],
        ..Script::default()
    });
    out.script(Script { name: "reserved keys", note: "writes to keys that start with :child_storage: are ignored; reads see them; :code and :heappages are ordinary", top: base(), children: vec![(bytes("kid"), pairs(&[("x", b"1")]))], steps: vec![
        (SET, vec![span(":child_storage:default:kid"), Span(vec![9; 32])]), (GET, vec![span(":child_storage:default:kid")]),
        (SET, vec![span(":child_storage:"), span("v")]), (GET, vec![span(":child_storage:")]),
        (SET, vec![span(":child_storage"), span("v")]), (GET, vec![span(":child_storage")]),
        (CLEAR, vec![span(":child_storage:default:kid")]), (EXISTS, vec![span(":child_storage:default:kid")]),
        (CP2, vec![span(":child_storage:default:"), lim(None)]), (CP2, vec![span(":chi"), lim(None)]), (CP2, vec![Span(vec![]), lim(None)]), (CP1, vec![Span(vec![])]), (EXISTS, vec![span("a")]),
        (APPEND, vec![span(":child_storage:default:kid"), span("v")]), (GET, vec![span(":child_storage:default:kid")]),
        (SET, vec![span(":code"), span("wasm")]), (GET, vec![span(":code")]), (NEXT, vec![span(":")]), (NEXT, vec![span(":child_storage:")]),
    ], ..Script::default() });
}

fn read(out: &mut Output) {
    out.script(Script { name: "read", note: "result is Option<u32> of the bytes from the offset to the end; the buffer keeps its bytes beyond what was copied", top: pairs(&[("k", b"0123456789"), ("e", b"")]), steps: vec![
        (READ, vec![span("k"), Buffer(10, 0xee), I32(0)]), (READ, vec![span("k"), Buffer(16, 0xee), I32(0)]), (READ, vec![span("k"), Buffer(4, 0xee), I32(0)]), (READ, vec![span("k"), Buffer(4, 0xee), I32(3)]),
        (READ, vec![span("k"), Buffer(16, 0xee), I32(8)]), (READ, vec![span("k"), Buffer(4, 0xee), I32(10)]), (READ, vec![span("k"), Buffer(4, 0xee), I32(11)]), (READ, vec![span("k"), Buffer(4, 0xee), I32(0xffff_ffff)]),
        (READ, vec![span("k"), Buffer(0, 0), I32(0)]), (READ, vec![span("k"), Buffer(0, 0), I32(4)]), (READ, vec![span("e"), Buffer(4, 0xee), I32(0)]), (READ, vec![span("missing"), Buffer(4, 0xee), I32(0)]), (READ, vec![span("missing"), Buffer(0, 0xee), I32(7)]),
        (READ, vec![span("k"), Raw(4 << 32 | (48u64 << 20) - 3), I32(0)]),
        (SET, vec![span("k"), span("new")]), (READ, vec![span("k"), Buffer(4, 0xee), I32(1)]), (CLEAR, vec![span("k")]), (READ, vec![span("k"), Buffer(4, 0xee), I32(1)]),
    ], ..Script::default() });
}

fn append(out: &mut Output) {
    let ap = |name: &str, before: Option<Vec<u8>>, overlay: bool, n: usize, out: &mut Output| {
        let mut steps: Steps = vec![];
        if overlay {
            if let Some(v) = &before {
                steps.push((SET, vec![span("l"), Span(v.clone())]))
            }
        }
        for i in 0..n {
            steps.push((APPEND, vec![span("l"), Span(vec![0xa0 + (i % 16) as u8])]));
        }
        steps.push((GET, vec![span("l")]));
        steps.push((APPEND, vec![span("l"), Span(vec![])]));
        steps.push((GET, vec![span("l")]));
        steps.push((APPEND, vec![span("l"), span("xyz")]));
        steps.push((READ, vec![span("l"), Buffer(12, 0), I32(0)]));
        steps.push((GET, vec![span("l")]));
        out.script(Script {
            name,
            note: if overlay { "value set in this block" } else { "value in the backend" },
            top: if overlay { vec![] } else { before.map(|v| vec![(bytes("l"), v)]).unwrap_or_default() },
            steps,
            ..Script::default()
        });
    };
    ap("append to nothing", None, false, 3, out);
    for ov in [false, true] {
        ap("append to an empty value", Some(vec![]), ov, 1, out);
        ap("append to an empty vector", Some(vec![0]), ov, 2, out);
        ap(
            "append 63 to 64 (compact grows from 1 to 2 bytes)",
            Some((0..63u8).collect::<Vec<u8>>().encode()),
            ov,
            1,
            out,
        );
        ap("append 16383 to 16384 (compact grows from 2 to 4 bytes)", Some(vec![7u8; 16383].encode()), ov, 1, out);
        ap(
            "append when the length is 2^30-1 (grows to 5 bytes), items missing",
            Some(codec::Compact(0x3fff_ffffu32).encode()),
            ov,
            1,
            out,
        );
        ap("append when the length is 2^32-2", Some(codec::Compact(0xffff_fffeu32).encode()), ov, 1, out);
        ap(
            "append to a value whose first bytes are not a compact u32 (big mode, 8 bytes)",
            Some(unhex("13ffffffffffffffff0102")),
            ov,
            1,
            out,
        );
        ap("append to a value with non-minimal compact", Some(unhex("0100aa")), ov, 1, out);
        ap("append to a truncated compact", Some(unhex("02")), ov, 1, out);
        ap("append to something that only looks like a vector", Some(bytes("hello")), ov, 1, out);
    }
    out.script(Script {
        name: "append and transactions",
        note: "",
        top: pairs(&[("l", b"\x04a")]),
        steps: vec![
            (START, vec![]),
            (APPEND, vec![span("l"), span("b")]),
            (GET, vec![span("l")]),
            (START, vec![]),
            (APPEND, vec![span("l"), span("c")]),
            (GET, vec![span("l")]),
            (ROLL, vec![]),
            (GET, vec![span("l")]),
            (START, vec![]),
            (CLEAR, vec![span("l")]),
            (APPEND, vec![span("l"), span("z")]),
            (GET, vec![span("l")]),
            (COMMIT, vec![]),
            (GET, vec![span("l")]),
            (ROLL, vec![]),
            (GET, vec![span("l")]),
            (ROOT2, vec![I32(1)]),
        ],
        ..Script::default()
    });
    out.script(Script { name: "append after a root", note: "upstream (sp-state-machine 0.54) keeps the cached root when only appends follow: the second root is stale until another write", top: pairs(&[("l", b"\x04a")]), steps: vec![
        (ROOT2, vec![I32(1)]), (APPEND, vec![span("l"), span("b")]), (ROOT2, vec![I32(1)]), (GET, vec![span("l")]), (SET, vec![span("x"), span("y")]), (ROOT2, vec![I32(1)]), (CLEAR, vec![span("x")]), (ROOT2, vec![I32(1)]),
    ], ..Script::default() });
}

fn next_key(out: &mut Output) {
    out.script(Script {
        name: "next key",
        note: "strictly greater, bytewise order, pending writes and deletions included",
        top: base(),
        steps: vec![
            (NEXT, vec![Span(vec![])]),
            (NEXT, vec![span("a")]),
            (NEXT, vec![span("aa")]),
            (NEXT, vec![span("abc")]),
            (NEXT, vec![span("c")]),
            (NEXT, vec![Span(vec![0xff])]),
            (SET, vec![span("aa"), span("x")]),
            (NEXT, vec![span("a")]),
            (CLEAR, vec![span("ab")]),
            (NEXT, vec![span("aa")]),
            (CP1, vec![span("ab")]),
            (NEXT, vec![span("aa")]),
            (SET, vec![span("d"), span("x")]),
            (NEXT, vec![span("c")]),
            (START, vec![]),
            (CLEAR, vec![span("d")]),
            (NEXT, vec![span("c")]),
            (ROLL, vec![]),
            (NEXT, vec![span("c")]),
            (SET, vec![Span(vec![]), span("e")]),
            (NEXT, vec![Span(vec![])]),
            (NEXT, vec![span("missing")]),
        ],
        ..Script::default()
    });
}

fn clear_prefix(out: &mut Output) {
    let pre = || pairs(&[(":a", b"1"), (":ab", b"2"), (":abc", b"3"), (":abd", b"4"), (":b", b"5")]);
    out.script(Script {
        name: "clear prefix",
        note: "version 1 has no limit",
        top: pre(),
        steps: vec![
            (CP1, vec![span(":ab")]),
            (NEXT, vec![span(":")]),
            (NEXT, vec![span(":a")]),
            (CP1, vec![span(":zz")]),
            (CP1, vec![span(":b")]),
            (NEXT, vec![span(":a")]),
            (SET, vec![span(":abz"), span("q")]),
            (CP1, vec![span(":ab")]),
            (EXISTS, vec![span(":abz")]),
            (CP1, vec![span(":")]),
            (NEXT, vec![Span(vec![])]),
            (ROOT2, vec![I32(1)]),
        ],
        ..Script::default()
    });
    for (l, note) in [
        (None, "no limit"),
        (Some(0), "limit 0"),
        (Some(1), "limit 1"),
        (Some(3), "limit equal to the number of keys"),
        (Some(9), "limit above"),
    ] {
        out.script(Script {
            name: "clear prefix v2",
            note,
            top: pre(),
            steps: vec![
                (CP2, vec![span(":ab"), lim(l)]),
                (NEXT, vec![span(":a")]),
                (CP2, vec![span(":ab"), lim(l)]),
                (NEXT, vec![span(":a")]),
                (CP2, vec![span("none"), lim(l)]),
                (ROOT2, vec![I32(1)]),
            ],
            ..Script::default()
        });
        out.script(Script {
            name: "clear prefix v2 with pending writes",
            note,
            top: pre(),
            steps: vec![
                (SET, vec![span(":abx"), span("p")]),
                (SET, vec![span(":aby"), span("p")]),
                (SET, vec![span(":abc"), span("p")]),
                (CLEAR, vec![span(":abd")]),
                (CP2, vec![span(":ab"), lim(l)]),
                (EXISTS, vec![span(":ab")]),
                (EXISTS, vec![span(":abc")]),
                (EXISTS, vec![span(":abd")]),
                (EXISTS, vec![span(":abx")]),
            ],
            ..Script::default()
        });
        out.script(Script {
            name: "clear prefix v3",
            note,
            top: pre(),
            steps: vec![
                (SET, vec![span(":abx"), span("p")]),
                (CP3, vec![span(":ab"), lim(l), cur(None)]),
                (NEXT, vec![span(":a")]),
                (CP3, vec![span(":ab"), lim(l), cur(Some(b":abd"))]),
                (NEXT, vec![span(":a")]),
                (CP3, vec![span(":ab"), lim(l), cur(None)]),
            ],
            ..Script::default()
        });
    }
    out.script(Script {
        name: "clear prefix argument errors",
        note: "limit is Option<u32>",
        top: pre(),
        steps: vec![
            (CP2, vec![span(":"), Span(vec![])]),
            (CP2, vec![span(":"), Span(vec![2])]),
            (CP2, vec![span(":"), Span(vec![1, 0, 0])]),
            (CP2, vec![span(":q"), Span(vec![0, 9, 9])]),
            (CP2, vec![span(":q"), Span(vec![1, 1, 0, 0, 0, 7])]),
        ],
        ..Script::default()
    });
}

fn roots(out: &mut Output) {
    for (v, n) in [(V0, "backend built as state version 0"), (V1, "backend built as state version 1")] {
        out.script(Script {
            name: "root",
            note: n,
            version: v,
            top: base(),
            steps: vec![
                (ROOT1, vec![]),
                (ROOT2, vec![I32(0)]),
                (ROOT2, vec![I32(1)]),
                (ROOT2, vec![I32(2)]),
                (ROOT2, vec![I32(3)]),
                (SET, vec![span("x"), Span(vec![1; 32])]),
                (ROOT1, vec![]),
                (ROOT2, vec![I32(1)]),
                (SET, vec![span("x"), Span(vec![1; 33])]),
                (ROOT1, vec![]),
                (ROOT2, vec![I32(1)]),
                (SET, vec![span("abc"), Span(vec![3; 40])]),
                (ROOT1, vec![]),
                (ROOT2, vec![I32(1)]),
                (CLEAR, vec![span("x")]),
                (ROOT2, vec![I32(1)]),
                (CP1, vec![Span(vec![])]),
                (ROOT1, vec![]),
                (ROOT2, vec![I32(1)]),
            ],
            ..Script::default()
        });
    }
    out.script(Script { name: "layout migration", note: "backend written as version 0; under version 1 only values written now are hashed, an untouched long value stays inline even when its node is rewritten", version: V0, top: pairs(&[("ab", &[3; 40]), ("abc", b"1"), ("z", &[4; 50])]), steps: vec![
        (SET, vec![span("abd"), span("2")]), (ROOT2, vec![I32(1)]), (ROOT2, vec![I32(0)]), (SET, vec![span("ab"), Span(vec![3; 40])]), (ROOT2, vec![I32(1)]), (SET, vec![span("z"), Span(vec![4; 50])]), (ROOT2, vec![I32(1)]), (ROOT2, vec![I32(0)]) ], ..Script::default() });
    out.script(Script {
        name: "root of an empty state",
        note: "",
        steps: vec![
            (ROOT1, vec![]),
            (ROOT2, vec![I32(0)]),
            (ROOT2, vec![I32(1)]),
            (SET, vec![span("k"), span("v")]),
            (ROOT1, vec![]),
            (ROOT2, vec![I32(1)]),
            (CLEAR, vec![span("k")]),
            (ROOT1, vec![]),
            (CHANGES, vec![Span(vec![0; 32])]),
            (CHANGES, vec![Span(vec![])]),
            (CHANGES, vec![Span(vec![1; 5])]),
            (CHANGES, vec![Span(vec![2; 33])]),
            (CHANGES, vec![span("x")]),
        ],
        ..Script::default()
    });
}

fn transactions(out: &mut Output) {
    out.script(Script {
        name: "transactions",
        note: "commit or rollback without an open transaction is a host panic, hence a trap",
        top: base(),
        children: vec![(bytes("kid"), pairs(&[("x", b"1")]))],
        steps: vec![
            (ROLL, vec![]),
            (COMMIT, vec![]),
            (START, vec![]),
            (SET, vec![span("a"), span("t1")]),
            (START, vec![]),
            (SET, vec![span("a"), span("t2")]),
            (CSET, vec![span("kid"), span("x"), span("t2")]),
            (CSET, vec![span("other"), span("y"), span("t2")]),
            (CLEAR, vec![span("ab")]),
            (GET, vec![span("a")]),
            (ROOT2, vec![I32(1)]),
            (ROLL, vec![]),
            (GET, vec![span("a")]),
            (GET, vec![span("ab")]),
            (CGET, vec![span("kid"), span("x")]),
            (CGET, vec![span("other"), span("y")]),
            (ROOT2, vec![I32(1)]),
            (START, vec![]),
            (SET, vec![span("z"), span("t3")]),
            (COMMIT, vec![]),
            (GET, vec![span("z")]),
            (ROLL, vec![]),
            (GET, vec![span("z")]),
            (GET, vec![span("a")]),
            (ROOT2, vec![I32(1)]),
            (START, vec![]),
            (SET, vec![span("q"), span("1")]),
            (COMMIT, vec![]),
            (GET, vec![span("q")]),
            (COMMIT, vec![]),
            (ROLL, vec![]),
            (START, vec![]),
            (ROLL, vec![]),
            (START, vec![]),
            (START, vec![]),
            (COMMIT, vec![]),
            (COMMIT, vec![]),
        ],
        ..Script::default()
    });
}

fn children(out: &mut Output) {
    let kids = || {
        vec![
            (bytes("kid"), pairs(&[("a", b"1"), ("ab", b"22"), ("abc", &[3; 40]), ("b", b"")])),
            (bytes("k2"), pairs(&[("z", b"9")])),
        ]
    };
    out.script(Script {
        name: "child get set clear exists read",
        note: "",
        top: base(),
        children: kids(),
        steps: vec![
            (CGET, vec![span("kid"), span("a")]),
            (CGET, vec![span("kid"), span("b")]),
            (CGET, vec![span("kid"), span("none")]),
            (CGET, vec![span("nokid"), span("a")]),
            (CGET, vec![Span(vec![]), span("a")]),
            (CEXISTS, vec![span("kid"), span("a")]),
            (CEXISTS, vec![span("kid"), span("b")]),
            (CEXISTS, vec![span("kid"), span("none")]),
            (CEXISTS, vec![span("nokid"), span("a")]),
            (CSET, vec![span("kid"), span("n"), span("new")]),
            (CGET, vec![span("kid"), span("n")]),
            (CSET, vec![span("kid"), Span(vec![]), span("e")]),
            (CGET, vec![span("kid"), Span(vec![])]),
            (CSET, vec![span("fresh"), span("n"), Span(vec![])]),
            (CEXISTS, vec![span("fresh"), span("n")]),
            (CSET, vec![Span(vec![]), span("n"), span("v")]),
            (CGET, vec![Span(vec![]), span("n")]),
            (CCLEAR, vec![span("kid"), span("a")]),
            (CGET, vec![span("kid"), span("a")]),
            (CCLEAR, vec![span("kid"), span("none")]),
            (CCLEAR, vec![span("nokid"), span("a")]),
            (CCLEAR, vec![span("kid"), span("n")]),
            (CCLEAR, vec![span("fresh"), span("n")]),
            (CREAD, vec![span("kid"), span("abc"), Buffer(8, 0xee), I32(0)]),
            (CREAD, vec![span("kid"), span("abc"), Buffer(8, 0xee), I32(38)]),
            (CREAD, vec![span("kid"), span("abc"), Buffer(8, 0xee), I32(41)]),
            (CREAD, vec![span("kid"), span("none"), Buffer(8, 0xee), I32(0)]),
            (CREAD, vec![span("nokid"), span("a"), Buffer(8, 0xee), I32(0)]),
            (CREAD, vec![span("kid"), span("b"), Buffer(2, 0xee), I32(0)]),
            (CNEXT, vec![span("kid"), Span(vec![])]),
            (CNEXT, vec![span("kid"), span("ab")]),
            (CNEXT, vec![span("kid"), span("b")]),
            (CNEXT, vec![span("nokid"), Span(vec![])]),
            (CNEXT, vec![span("fresh"), Span(vec![])]),
            (CNEXT, vec![span("k2"), span("a")]),
            (ROOT2, vec![I32(1)]),
            (CROOT2, vec![span("kid"), I32(1)]),
            (CROOT2, vec![span("fresh"), I32(1)]),
        ],
        ..Script::default()
    });
    for (v, n) in [(V0, "backend state version 0"), (V1, "backend state version 1")] {
        out.script(Script {
            name: "child root",
            note: n,
            version: v,
            top: base(),
            children: kids(),
            steps: vec![
                (CROOT1, vec![span("kid")]),
                (CROOT2, vec![span("kid"), I32(0)]),
                (CROOT2, vec![span("kid"), I32(1)]),
                (CROOT1, vec![span("nokid")]),
                (CROOT2, vec![span("nokid"), I32(1)]),
                (CROOT2, vec![span("kid"), I32(3)]),
                (CSET, vec![span("kid"), span("x"), Span(vec![8; 33])]),
                (CROOT1, vec![span("kid")]),
                (GET, vec![span(":child_storage:default:kid")]),
                (CROOT2, vec![span("kid"), I32(1)]),
                (GET, vec![span(":child_storage:default:kid")]),
                (ROOT2, vec![I32(1)]),
                (ROOT1, vec![]),
                (CSET, vec![span("fresh"), span("x"), span("1")]),
                (NEXT, vec![span(":child_storage:")]),
                (CROOT2, vec![span("fresh"), I32(1)]),
                (NEXT, vec![span(":child_storage:")]),
                (GET, vec![span(":child_storage:default:fresh")]),
                (ROOT2, vec![I32(1)]),
                (CCLEAR, vec![span("fresh"), span("x")]),
                (CROOT1, vec![span("fresh")]),
                (GET, vec![span(":child_storage:default:fresh")]),
                (ROOT2, vec![I32(1)]),
            ],
            ..Script::default()
        });
    }
    out.script(Script { name: "child root after the top root", note: "upstream answers from the stored root once the top root is cached: a child that was never asked for its root before then shows its old one", top: base(), children: kids(), steps: vec![
        (CSET, vec![span("kid"), span("x"), span("1")]), (ROOT2, vec![I32(1)]), (CROOT2, vec![span("kid"), I32(1)]), (CSET, vec![span("kid"), span("x"), span("1")]), (CROOT2, vec![span("kid"), I32(1)]), (ROOT2, vec![I32(1)]), (CROOT2, vec![span("kid"), I32(1)]) ], ..Script::default() });
    let many = || {
        vec![(
            bytes("kid"),
            (0..5u8)
                .map(|i| (vec![b'a', b'0' + i], vec![i]))
                .chain(std::iter::once((bytes("b"), bytes("x"))))
                .collect::<Pairs>(),
        )]
    };
    out.script(Script {
        name: "child kill v1",
        note: "",
        top: base(),
        children: many(),
        steps: vec![
            (KILL1, vec![span("nokid")]),
            (CSET, vec![span("kid"), span("p"), span("1")]),
            (KILL1, vec![span("kid")]),
            (CNEXT, vec![span("kid"), Span(vec![])]),
            (CROOT1, vec![span("kid")]),
            (EXISTS, vec![span(":child_storage:default:kid")]),
            (ROOT2, vec![I32(1)]),
            (KILL1, vec![span("kid")]),
            (CSET, vec![span("kid"), span("p"), span("1")]),
            (KILL1, vec![span("kid")]),
            (CEXISTS, vec![span("kid"), span("p")]),
            (KILL1, vec![Span(vec![])]),
        ],
        ..Script::default()
    });
    for (l, note) in [
        (None, "no limit"),
        (Some(0), "limit 0"),
        (Some(2), "limit 2"),
        (Some(6), "limit equal to the number of keys"),
        (Some(7), "limit above"),
    ] {
        for k in [KILL2, KILL3] {
            out.script(Script {
                name: "child kill with limit",
                note,
                top: vec![],
                children: many(),
                steps: vec![
                    (CSET, vec![span("kid"), span("p"), span("1")]),
                    (CSET, vec![span("kid"), span("a1"), span("1")]),
                    (k, vec![span("kid"), lim(l)]),
                    (CNEXT, vec![span("kid"), Span(vec![])]),
                    (k, vec![span("kid"), lim(l)]),
                    (k, vec![span("nokid"), lim(l)]),
                    (CROOT2, vec![span("kid"), I32(1)]),
                ],
                ..Script::default()
            });
        }
        out.script(Script {
            name: "child kill v4",
            note,
            top: vec![],
            children: many(),
            steps: vec![
                (CSET, vec![span("kid"), span("p"), span("1")]),
                (KILL4, vec![span("kid"), lim(l), cur(None)]),
                (KILL4, vec![span("kid"), lim(l), cur(Some(b"a2"))]),
                (KILL4, vec![span("kid"), lim(l), cur(None)]),
                (CNEXT, vec![span("kid"), Span(vec![])]),
            ],
            ..Script::default()
        });
        out.script(Script {
            name: "child clear prefix with limit",
            note,
            top: vec![],
            children: many(),
            steps: vec![
                (CSET, vec![span("kid"), span("ap"), span("1")]),
                (CCP2, vec![span("kid"), span("a"), lim(l)]),
                (CNEXT, vec![span("kid"), Span(vec![])]),
                (CCP2, vec![span("kid"), span("a"), lim(l)]),
                (CCP3, vec![span("kid"), span("a"), lim(l), cur(None)]),
                (CCP3, vec![span("kid"), Span(vec![]), lim(l), cur(None)]),
                (CCP2, vec![span("nokid"), span("a"), lim(l)]),
                (CROOT2, vec![span("kid"), I32(1)]),
            ],
            ..Script::default()
        });
    }
    out.script(Script {
        name: "child clear prefix v1",
        note: "",
        top: vec![],
        children: many(),
        steps: vec![
            (CCP1, vec![span("kid"), span("a1")]),
            (CEXISTS, vec![span("kid"), span("a1")]),
            (CCP1, vec![span("kid"), span("none")]),
            (CCP1, vec![span("nokid"), span("a")]),
            (CCP1, vec![span("kid"), span("a")]),
            (CNEXT, vec![span("kid"), Span(vec![])]),
            (CCP1, vec![span("kid"), Span(vec![])]),
            (CNEXT, vec![span("kid"), Span(vec![])]),
            (CROOT1, vec![span("kid")]),
            (ROOT2, vec![I32(1)]),
        ],
        ..Script::default()
    });
}
