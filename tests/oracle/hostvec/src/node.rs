//! What a node does beside the state: indexes, the off-chain worker, logging, tracing, printing.

use crate::{
    host::*,
    script::{Output, Script},
    state::{COMMIT, ROLL, START},
};
use codec::Encode;

pub fn vectors(out: &mut Output) {
    let (oset, oclr) = ("ext_offchain_index_set_version_1", "ext_offchain_index_clear_version_1");
    out.script(Script {
        name: "offchain index",
        note: "follows storage transactions",
        steps: vec![
            (oset, vec![span("a"), span("1")]),
            (oset, vec![span("b"), span("2")]),
            (oclr, vec![span("b")]),
            (oclr, vec![span("never")]),
            (oset, vec![span("a"), span("3")]),
            (oset, vec![Span(vec![]), Span(vec![])]),
            (START, vec![]),
            (oset, vec![span("t"), span("rolled back")]),
            (oclr, vec![span("a")]),
            (ROLL, vec![]),
            (START, vec![]),
            (oset, vec![span("u"), span("kept")]),
            (COMMIT, vec![]),
            (oclr, vec![span("c")]),
            (oclr, vec![Span(vec![7])]),
        ],
        ..Script::default()
    });
    let (idx, ren) = ("ext_transaction_index_index_version_1", "ext_transaction_index_renew_version_1");
    out.script(Script {
        name: "transaction index",
        note: "recorded in call order; not undone by a rollback",
        steps: vec![
            (idx, vec![I32(0), I32(100), Ptr(vec![1; 32])]),
            (idx, vec![I32(1), I32(0), Ptr(vec![2; 32])]),
            (ren, vec![I32(2), Ptr(vec![1; 32])]),
            (START, vec![]),
            (idx, vec![I32(3), I32(5), Ptr(vec![3; 32])]),
            (ROLL, vec![]),
            (ren, vec![I32(0xffff_ffff), Ptr(vec![0; 32])]),
            (idx, vec![I32(4), I32(0xffff_ffff), Ptr(vec![4; 32])]),
            (ren, vec![I32(1), Ptr(vec![9; 32])]),
            (ren, vec![I32(1), Ptr(vec![9; 32])]),
            (idx, vec![I32(9), I32(9), Ptr(vec![9; 32])]),
            (ren, vec![I32(3), Ptr(vec![8; 32])]),
        ],
        ..Script::default()
    });
    let (ls, lg, lc, cas) = (
        "ext_offchain_local_storage_set_version_1",
        "ext_offchain_local_storage_get_version_1",
        "ext_offchain_local_storage_clear_version_1",
        "ext_offchain_local_storage_compare_and_set_version_1",
    );
    out.script(Script { name: "offchain local storage", note: "kind 0 is persistent, kind 1 is local (the test database behind these steps has no LOCAL store, so only kind 0 is used); any other kind traps", steps: vec![
        (lg, vec![I32(0), span("k")]), (ls, vec![I32(0), span("k"), span("v")]), (lg, vec![I32(0), span("k")]), (ls, vec![I32(0), span("k"), Span(vec![])]), (lg, vec![I32(0), span("k")]), (ls, vec![I32(0), Span(vec![]), span("e")]), (lg, vec![I32(0), Span(vec![])]),
        (cas, vec![I32(0), span("k"), Span(None::<Vec<u8>>.encode()), span("n")]), (cas, vec![I32(0), span("k"), Span(Some(Vec::<u8>::new()).encode()), span("n")]), (lg, vec![I32(0), span("k")]), (cas, vec![I32(0), span("new"), Span(None::<Vec<u8>>.encode()), span("1")]), (cas, vec![I32(0), span("new"), Span(Some(bytes("2")).encode()), span("3")]), (cas, vec![I32(0), span("new"), Span(Some(bytes("1")).encode()), span("3")]), (cas, vec![I32(0), span("none"), Span(Some(bytes("1")).encode()), span("3")]), (cas, vec![I32(0), span("k"), Span(vec![]), span("n")]),
        (lc, vec![I32(0), span("k")]), (lc, vec![I32(0), span("k")]), (lc, vec![I32(0), span("zz")]), (lc, vec![I32(0), Span(vec![])]), (lg, vec![I32(0), span("k")]), (ls, vec![I32(0), span("m"), span("3")]), (ls, vec![I32(0), span("m"), span("4")]), (lc, vec![I32(0), span("m")]), (lg, vec![I32(2), span("k")]), (lg, vec![I32(0x100), span("k")]), (ls, vec![I32(2), span("k"), span("v")]) ], ..Script::default() });
    out.script(Script { name: "offchain http argument errors", note: "the request id is a u16 in an i32: the high bits are cut off; method, uri, header name and value are UTF-8", steps: vec![
        ("ext_offchain_http_request_start_version_1", vec![span("GET"), span("http://localhost:1"), Span(vec![])]),
        ("ext_offchain_http_request_start_version_1", vec![Span(vec![0xff]), span("http://localhost:1"), Span(vec![])]),
        ("ext_offchain_http_request_add_header_version_1", vec![I32(0), span("X-A"), span("b")]),
        ("ext_offchain_http_request_add_header_version_1", vec![I32(0x1_0000), span("X-B"), span("b")]),
        ("ext_offchain_http_request_add_header_version_1", vec![I32(7), span("X-B"), span("b")]),
        ("ext_offchain_http_request_write_body_version_1", vec![I32(7), span("body"), Span(vec![0])]),
        ("ext_offchain_http_response_headers_version_1", vec![I32(7)]),
        ("ext_offchain_http_response_wait_version_1", vec![Span(vec![8, 7, 0]), Span(vec![0])]),
        ("ext_offchain_http_response_wait_version_1", vec![Span(vec![4, 7, 0]), Span(vec![0])]),
        ("ext_offchain_http_response_read_body_version_1", vec![I32(7), Buffer(4, 0xee), Span(vec![0])]),
    ], ..Script::default() });
    for (l, n) in [
        (0u32, "error"),
        (1, "warn"),
        (2, "info"),
        (3, "debug"),
        (4, "trace"),
        (5, "unknown level: trap"),
        (0x104, "only the low byte counts"),
        (0xff, "unknown level: trap"),
    ] {
        out.call("ext_logging_log_version_1", &[I32(l), span("target"), span("message")], n);
    }
    out.call("ext_logging_log_version_1", &[I32(0), Span(vec![0xff]), span("message")], "target not UTF-8: trap");
    out.call(
        "ext_logging_log_version_1",
        &[I32(0), span("t"), Span(vec![0xff])],
        "message not UTF-8: silently ignored",
    );
    out.call("ext_logging_max_level_version_1", &[], "host log level off");
    for d in [vec![], bytes("text"), vec![0xff, 0xfe], pattern(300), vec![0]] {
        out.call("ext_misc_print_utf8_version_1", &[Span(d.clone())], "nothing returned; not UTF-8 is ignored");
        out.call("ext_misc_print_hex_version_1", &[Span(d)], "");
    }
    for x in [0u64, 1, 42, 1 << 63, u64::MAX] {
        out.call("ext_misc_print_num_version_1", &[I64(x)], "");
    }
    let md = |lvl: u8, span: bool| {
        (bytes("name"), bytes("target"), lvl, bytes("file.rs"), 7u32, bytes("module"), span, Vec::<Vec<u8>>::new())
            .encode()
    };
    let attrs = |p: Option<u64>| {
        let mut e = p.encode();
        e.extend(md(2, true));
        e.extend(Vec::<u8>::new().encode());
        e
    };
    for (m, n) in [
        (md(0, true), "no subscriber: 0"),
        (md(4, false), "no subscriber: 0"),
        (md(5, true), "unknown level: trap"),
        (vec![], "empty: trap"),
        (md(2, true)[..9].to_vec(), "truncated: trap"),
    ] {
        out.call("ext_wasm_tracing_enabled_version_1", &[Span(m)], n);
    }
    for (m, n) in [
        (attrs(None), "no subscriber: the null id 0xdead of the tracing library"),
        (attrs(Some(3)), "no subscriber: the null id 0xdead of the tracing library"),
        (vec![], "empty: trap"),
        (vec![2], "bad option: trap"),
        (attrs(None)[..5].to_vec(), "truncated: trap"),
    ] {
        out.call("ext_wasm_tracing_enter_span_version_1", &[Span(m.clone())], n);
        out.call(
            "ext_wasm_tracing_event_version_1",
            &[Span(m)],
            &n.replace(": the null id 0xdead of the tracing library", ": nothing happens"),
        );
    }
    for x in [1u64, 2, 3, 77, u64::MAX] {
        out.call("ext_wasm_tracing_exit_version_1", &[I64(x)], "no subscriber: nothing happens");
    }
    out.call("ext_wasm_tracing_exit_version_1", &[I64(0)], "span id 0: trap (ids are non-zero)");
    let sub = "ext_offchain_submit_transaction_version_1";
    out.script(Script {
        name: "submit transaction",
        note: "a pool that accepts everything; the result is Result<(), ()>",
        steps: vec![
            (sub, vec![Span(vec![])]),
            (sub, vec![Span(vec![4, 1])]),
            (sub, vec![span("any bytes")]),
            (sub, vec![Pattern(1000)]),
            (sub, vec![Raw(1 << 32 | (48u64 << 20))]),
        ],
        ..Script::default()
    });

    out.call("ext_misc_runtime_version_version_1", &[span("x")], "without the host extension: trap");
    for m in [bytes("boom"), vec![], pattern(4)] {
        out.call("ext_panic_handler_abort_on_panic_version_1", &[Span(m)], "the function itself returns; the runtime executes unreachable next; the message becomes the error text; not UTF-8: trap");
    }
    for f in [
        "ext_offchain_is_validator_version_1",
        "ext_offchain_timestamp_version_1",
        "ext_offchain_network_state_version_1",
        "ext_offchain_random_seed_version_1",
        "ext_storage_start_transaction_version_1",
        "ext_storage_root_version_1",
    ] {
        out.call(f, &[], "outside of an execution context: trap");
    }
}
