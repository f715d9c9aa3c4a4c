//! Known answers for the Host API, computed by calling upstream's host functions where compiled code would call them:
//! raw i32 and i64 arguments over a linear memory with upstream's allocator in it.
//!
//! ```text
//! hostvec signatures           name and type of every function of sp_io::SubstrateHostFunctions
//! hostvec vectors FILE         chosen cases of every function (tests/vectors/host-vectors.json)
//! hostvec random FILE SEED     random cases, at least 200 of every deterministic function; FILE.zst is compressed
//! ```
//!
//! A file is a JSON array, a record a line: calls (see `host.rs`) and scripts (`script.rs`). It is the same at each run.

mod crypto;
mod hashing;
mod heap;
mod host;
mod keystore;
mod node;
mod proof_size;
mod random;
mod script;
mod state;
mod trie;

use script::Output;
use std::collections::BTreeMap;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    std::panic::set_hook(Box::new(|_| {})); // host functions panic where the runtime traps
    let mut output = Output::new();
    match arguments[1..] {
        ["signatures"] => return output.host.print_signatures(),
        ["vectors", path] => {
            for family in [
                hashing::vectors,
                trie::vectors,
                crypto::vectors,
                keystore::vectors,
                state::vectors,
                node::vectors,
                proof_size::vectors,
                heap::vectors,
            ] {
                family(&mut output);
            }
            write(path, &output);
        }
        ["random", path, seed] => {
            random::vectors(&mut output, seed.parse().expect("SEED is a number"));
            write(path, &output);
        }
        _ => {
            eprintln!("usage: hostvec signatures | vectors FILE | random FILE SEED");
            std::process::exit(2);
        }
    }
}

fn write(path: &str, output: &Output) {
    let lines: Vec<String> = output.records.iter().map(|record| record.to_string()).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    let bytes = match path.ends_with(".zst") {
        true => zstd::bulk::compress(text.as_bytes(), 19).expect("compression in memory"),
        false => text.into_bytes(),
    };
    std::fs::write(path, bytes).expect("FILE can be written");
    print_counts(output);
}

/// Cases of each function, those without any included.
fn print_counts(output: &Output) {
    let mut counts: BTreeMap<&str, usize> = output.host.names().map(|name| (name, 0)).collect();
    for record in &output.records {
        let steps = record["steps"].as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(record));
        for name in steps.iter().filter_map(|step| step["function"].as_str()) {
            *counts.entry(name).or_default() += 1;
        }
    }
    for (name, count) in counts {
        println!("{count:6} {name}");
    }
}
