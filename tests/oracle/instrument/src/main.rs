// Reads "LIMIT FILE" lines and prints, for each, what wasm-instrument makes of the module:
//   FILE LIMIT ok FUNCTIONS BODIES MODULE    digests (BLAKE2b-256): of all bodies, each with its size, and of the module
//   FILE LIMIT refused                       by parity-wasm or by the limiter
use parity_wasm::elements::{deserialize_buffer, serialize, Module, Serialize};
use std::{fs, path::Path};

const MAGIC: [u8; 8] = [0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05];

// A file of code, or ":code" of a raw chain spec, decompressed.
fn read_code(path: &Path) -> Vec<u8> {
    let mut code = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if path.extension().is_some_and(|e| e == "json") {
        let text = String::from_utf8(code).unwrap();
        let value = text.split("\"0x3a636f6465\"").nth(1).unwrap().split('"').nth(1).unwrap();
        code = hex::decode(&value[2..]).unwrap();
    }
    match code.strip_prefix(&MAGIC) {
        Some(packed) => zstd::stream::decode_all(packed).unwrap(),
        None => code,
    }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(blake2b_simd::Params::new().hash_length(32).hash(bytes).as_bytes())
}

fn meter(code: &[u8], limit: u32) -> Option<Module> {
    wasm_instrument::inject_stack_limiter(deserialize_buffer(code).ok()?, limit).ok()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    for line in fs::read_to_string(&args[1]).unwrap().lines() {
        let (limit, file) = line.split_once(' ').unwrap();
        let path = args[2..].iter().map(|folder| Path::new(folder).join(file)).find(|p| p.exists());
        let code = read_code(&path.unwrap_or_else(|| panic!("{file} is nowhere")));
        let Some(module) = meter(&code, limit.parse().unwrap()) else {
            println!("{file} {limit} refused");
            continue;
        };
        let bodies = module.code_section().map(|c| c.bodies().to_vec()).unwrap_or_default();
        let count = bodies.len();
        let mut bytes = Vec::new();
        for body in bodies {
            body.serialize(&mut bytes).unwrap();
        }
        println!("{file} {limit} ok {count} {} {}", digest(&bytes), digest(&serialize(module).unwrap()));
    }
}
