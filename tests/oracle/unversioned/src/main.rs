//! Writes ../../vectors/unversioned.json: calls of host functions at their raw interface (numbers in, number out, memory
//! before and after), made by the functions of sc-executor 0.8.0-alpha.2 (`SubstrateExternals`: ext_malloc,
//! ext_set_storage, …) and of sp-io 2.0.0-alpha.2 (ext_storage_child_*) themselves, in a memory of three pages whose heap
//! begins at 0x10000, on sp-state-machine's TestExternalities.
//!
//! A script is a list of steps on one state; the memory is new in each step. A step has `function`, `args` (i32 and i64
//! as they are), `memory` (address, bytes as hexadecimal) and either `trap` or `result` (null for none) and `writes`:
//! all bytes that changed, as runs. Signatures of sr25519 are random: those steps say `random`, and only the first run of
//! the file that is in the repository counts.
use sc_executor::deprecated_host_interface::SubstrateExternals;
use serde_json::{json, Value as Json};
use sp_core::{ed25519, offchain, sr25519, testing::KeyStore, traits::KeystoreExt, Blake2Hasher, Pair};
use sp_state_machine::TestExternalities;
use sp_wasm_interface::{
    Function, FunctionContext, HostFunctions, Pointer, Result as WResult, Sandbox, Value, ValueType, WordSize,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

const MEMORY: usize = 3 * 65536;
const HEAP_BASE: u32 = 0x10000;
const OUT: i64 = 0x8000; // where results go
const NOWHERE: i64 = MEMORY as i64 + 8;

struct Context {
    memory: Vec<u8>,
    heap: sp_allocator::FreeingBumpHeapAllocator,
}

impl Context {
    fn range(&self, at: Pointer<u8>, len: usize) -> WResult<std::ops::Range<usize>> {
        let at = u32::from(at) as usize;
        if at + len > self.memory.len() {
            return Err("out of bounds".into());
        }
        Ok(at..at + len)
    }
}

impl FunctionContext for Context {
    fn read_memory_into(&self, at: Pointer<u8>, out: &mut [u8]) -> WResult<()> {
        let range = self.range(at, out.len())?;
        out.copy_from_slice(&self.memory[range]);
        Ok(())
    }
    fn write_memory(&mut self, at: Pointer<u8>, data: &[u8]) -> WResult<()> {
        let range = self.range(at, data.len())?;
        self.memory[range].copy_from_slice(data);
        Ok(())
    }
    fn allocate_memory(&mut self, size: WordSize) -> WResult<Pointer<u8>> {
        self.heap.allocate(&mut self.memory[..], size).map_err(|e| format!("{:?}", e))
    }
    fn deallocate_memory(&mut self, at: Pointer<u8>) -> WResult<()> {
        self.heap.deallocate(&mut self.memory[..], at).map_err(|e| format!("{:?}", e))
    }
    fn sandbox(&mut self) -> &mut dyn Sandbox {
        panic!("no sandbox here")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{:02x}", b)).collect()
}

/// The runs of bytes that differ.
fn writes(before: &[u8], after: &[u8]) -> Vec<Json> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < before.len() {
        if before[at] == after[at] {
            at += 1;
            continue;
        }
        let start = at;
        while at < before.len() && before[at] != after[at] {
            at += 1;
        }
        runs.push(json!([start, hex(&after[start..at])]));
    }
    runs
}

/// The arguments of a step: bytes are placed in memory one after the other.
struct Args {
    numbers: Vec<i64>,
    memory: Vec<(usize, Vec<u8>)>,
    next: usize,
}

fn args() -> Args {
    Args { numbers: vec![], memory: vec![], next: 0x1000 }
}

impl Args {
    fn place(&mut self, bytes: &[u8]) -> i64 {
        let at = self.next;
        if !bytes.is_empty() {
            self.memory.push((at, bytes.to_vec()));
        }
        self.next += (bytes.len() + 15) & !7;
        at as i64
    }
    fn n(mut self, number: i64) -> Args {
        self.numbers.push(number);
        self
    }
    /// A pointer alone.
    fn ptr(mut self, bytes: &[u8]) -> Args {
        let at = self.place(bytes);
        self.n(at)
    }
    /// Pointer and length.
    fn pair(mut self, bytes: &[u8]) -> Args {
        let at = self.place(bytes);
        self.n(at).n(bytes.len() as i64)
    }
    /// Pointer and length in one i64.
    fn span(mut self, bytes: &[u8]) -> Args {
        let at = self.place(bytes);
        self.n(at | (bytes.len() as i64) << 32)
    }
}

struct Script<'a> {
    functions: &'a [&'static dyn Function],
    ext: TestExternalities<Blake2Hasher, u64>,
    offchain: std::sync::Arc<parking_lot::RwLock<offchain::testing::OffchainState>>,
    steps: Vec<Json>,
}

impl<'a> Script<'a> {
    fn new(functions: &'a [&'static dyn Function], services: bool) -> Self {
        let mut ext = TestExternalities::<Blake2Hasher, u64>::new(Default::default());
        let (offchain_ext, offchain) = offchain::testing::TestOffchainExt::new();
        let (pool, _) = offchain::testing::TestTransactionPoolExt::new();
        if services {
            ext.register_extension(KeystoreExt(KeyStore::new()));
            ext.register_extension(offchain::OffchainExt::new(offchain_ext));
            ext.register_extension(offchain::TransactionPoolExt::new(pool));
        }
        Script { functions, ext, offchain, steps: vec![] }
    }

    /// What the call leaves in memory, or None for a trap.
    fn step(&mut self, name: &str, a: Args) -> Option<(Option<i64>, Vec<u8>)> {
        let function = *self.functions.iter().find(|f| f.name() == name).expect(name);
        let mut memory = vec![0u8; MEMORY];
        for (at, bytes) in &a.memory {
            memory[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        let mut context = Context { memory: memory.clone(), heap: sp_allocator::FreeingBumpHeapAllocator::new(HEAP_BASE) };
        let signature = function.signature();
        assert_eq!(signature.args.len(), a.numbers.len(), "{}", name);
        let values: Vec<Value> = signature
            .args
            .iter()
            .zip(&a.numbers)
            .map(|(t, n)| match t {
                ValueType::I32 => Value::I32(*n as i32),
                ValueType::I64 => Value::I64(*n),
                _ => panic!("float"),
            })
            .collect();
        let ext = &mut self.ext;
        let result = catch_unwind(AssertUnwindSafe(|| {
            ext.execute_with(|| function.execute(&mut context, &mut values.into_iter()))
        }));
        let text = |t: &ValueType| if *t == ValueType::I64 { "i64" } else { "i32" };
        let types = format!(
            "({}) -> {}",
            signature.args.iter().map(text).collect::<Vec<_>>().join(", "),
            signature.return_value.as_ref().map(text).unwrap_or("()")
        );
        let placed: Vec<Json> = a.memory.iter().map(|(at, bytes)| json!([at, hex(bytes)])).collect();
        let mut step = json!({"function": name, "type": types, "args": a.numbers, "memory": placed});
        let answer = match result {
            Ok(Ok(value)) => {
                let number = value.map(|v| match v {
                    Value::I32(n) => n as u32 as i64,
                    Value::I64(n) => n,
                    _ => panic!("float"),
                });
                step["result"] = json!(number);
                step["writes"] = json!(writes(&memory, &context.memory));
                Some((number, context.memory))
            }
            _ => {
                step["trap"] = json!(true);
                None
            }
        };
        self.steps.push(step);
        answer
    }

    /// The bytes at `at` after a step that did not trap.
    fn bytes(&mut self, name: &str, a: Args, at: i64, len: usize) -> Vec<u8> {
        let (_, memory) = self.step(name, a).expect(name);
        memory[at as usize..at as usize + len].to_vec()
    }

    fn random(&mut self) {
        self.steps.last_mut().unwrap()["random"] = json!(true);
    }
}

/// xorshift64*, so that the file comes out the same each time.
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545f4914f6cdd1d)
    }
    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() >> 32) as u8).collect()
    }
}

fn hashing(s: &mut Script, r: &mut Random) {
    for name in &["ext_blake2_128", "ext_blake2_256", "ext_keccak_256", "ext_twox_64", "ext_twox_128", "ext_twox_256"] {
        for len in &[0usize, 1, 31, 32, 64, 127, 128, 129, 1000] {
            s.step(name, args().pair(&r.bytes(*len)).n(OUT));
        }
        s.step(name, args().n(NOWHERE).n(0).n(OUT)); // of nothing, anywhere
        s.step(name, args().n(NOWHERE).n(1).n(OUT));
        s.step(name, args().n(MEMORY as i64 - 4).n(5).n(OUT));
        s.step(name, args().pair(b"abc").n(MEMORY as i64 - 7));
        s.step(name, args().n(OUT).n(64).n(OUT)); // over its own data
    }
}

fn roots(s: &mut Script, r: &mut Random) {
    let name = "ext_blake2_256_enumerated_trie_root";
    for count in &[0usize, 1, 2, 3, 16, 17, 63, 64, 65, 200, 300] {
        for most in &[0u64, 1, 40, 80] {
            let items: Vec<Vec<u8>> = (0..*count).map(|_| { let n = r.next() % (most + 1); r.bytes(n as usize) }).collect();
            let lengths: Vec<u8> = items.iter().flat_map(|i| (i.len() as u32).to_le_bytes().to_vec()).collect();
            s.step(name, args().ptr(&items.concat()).ptr(&lengths).n(*count as i64).n(OUT));
        }
    }
    s.step(name, args().n(NOWHERE).n(NOWHERE).n(0).n(OUT));
    s.step(name, args().n(NOWHERE).ptr(&0u32.to_le_bytes()).n(1).n(OUT));
    s.step(name, args().n(OUT).n(MEMORY as i64 - 4).n(2).n(OUT));
    s.step(name, args().n(OUT).ptr(&(MEMORY as u32).to_le_bytes()).n(1).n(OUT));
    s.step(name, args().n(OUT).ptr(&1u32.to_le_bytes()).n(1).n(MEMORY as i64 - 31));
}

fn memory(s: &mut Script) {
    for size in &[0i64, 1, 8, 9, 64, 4096, 65536, 131072, 16777216, 16777217, -1] {
        s.step("ext_malloc", args().n(*size));
    }
    s.step("ext_free", args().n(0));
    s.step("ext_free", args().n(NOWHERE));
    // A block of order 1 that nobody handed out.
    let header = (1u64 << 32 | 1).to_le_bytes();
    let mut a = args();
    let at = a.place(&header);
    s.step("ext_free", a.n(at + 8));
}

fn printing(s: &mut Script) {
    s.step("ext_print_utf8", args().pair(b"hello"));
    s.step("ext_print_utf8", args().pair(b"\xff\xfe"));
    s.step("ext_print_utf8", args().n(NOWHERE).n(5));
    s.step("ext_print_hex", args().pair(b"\x01\x02"));
    s.step("ext_print_hex", args().n(NOWHERE).n(5));
    s.step("ext_print_num", args().n(-1));
    for level in &[0i64, 1, 3, 5, 6, -1] {
        s.step("ext_log", args().n(*level).pair(b"target").pair(b"message"));
    }
    s.step("ext_log", args().n(1).pair(b"\xff").pair(b"message"));
    s.step("ext_log", args().n(1).pair(b"target").pair(b"\xff"));
    s.step("ext_log", args().n(1).pair(b"target").n(NOWHERE).n(1));
    s.step("ext_log", args().n(1).n(NOWHERE).n(1).pair(b"message"));
    s.step("ext_chain_id", args());
}

fn storage(s: &mut Script) {
    s.step("ext_storage_root", args().n(OUT));
    s.step("ext_set_storage", args().pair(b"key").pair(b"some value that is longer than the 32 bytes of a hash"));
    s.step("ext_set_storage", args().pair(b"kez").pair(b""));
    s.step("ext_set_storage", args().pair(b"").pair(b"of the empty key"));
    s.step("ext_set_storage", args().pair(b"other").pair(b"x"));
    s.step("ext_set_storage", args().pair(b":child_storage:default:a").pair(b"refused"));
    s.step("ext_set_storage", args().pair(b"key").n(NOWHERE).n(1));
    s.step("ext_set_storage", args().n(NOWHERE).n(1).pair(b"value"));
    s.step("ext_storage_root", args().n(OUT));
    s.step("ext_storage_root", args().n(MEMORY as i64 - 31));
    for key in &[&b"key"[..], b"kez", b"", b"ke", b"absent", b":child_storage:default:a"] {
        s.step("ext_exists_storage", args().pair(key));
        s.step("ext_get_allocated_storage", args().pair(key).n(OUT));
        for size in &[0i64, 5, 100] {
            for offset in &[0i64, 3, 53, 54, 1000, -1] {
                s.step("ext_get_storage_into", args().pair(key).n(OUT).n(*size).n(*offset));
            }
        }
    }
    s.step("ext_get_allocated_storage", args().pair(b"key").n(NOWHERE));
    s.step("ext_get_allocated_storage", args().pair(b"absent").n(MEMORY as i64 - 3));
    s.step("ext_get_allocated_storage", args().n(NOWHERE).n(1).n(OUT));
    s.step("ext_get_storage_into", args().pair(b"key").n(MEMORY as i64 - 54).n(1000).n(0)); // the value just fits
    s.step("ext_get_storage_into", args().pair(b"key").n(MEMORY as i64 - 52).n(1000).n(0));
    s.step("ext_get_storage_into", args().pair(b"key").n(NOWHERE).n(0).n(0));
    s.step("ext_get_storage_into", args().pair(b"absent").n(NOWHERE).n(9).n(0));
    s.step("ext_exists_storage", args().n(NOWHERE).n(0));
    s.step("ext_clear_storage", args().pair(b"key"));
    s.step("ext_clear_storage", args().pair(b"absent"));
    s.step("ext_clear_storage", args().n(NOWHERE).n(1));
    s.step("ext_storage_root", args().n(OUT));
    s.step("ext_set_storage", args().pair(b"kex").pair(b"1"));
    s.step("ext_clear_prefix", args().pair(b"ke"));
    s.step("ext_clear_prefix", args().n(NOWHERE).n(1));
    s.step("ext_exists_storage", args().pair(b"kez"));
    s.step("ext_storage_root", args().n(OUT));
    s.step("ext_storage_changes_root", args().ptr(&[7; 32]).n(32).n(OUT));
    s.step("ext_storage_changes_root", args().ptr(&[7; 32]).n(1).n(NOWHERE));
    s.step("ext_storage_changes_root", args().n(MEMORY as i64 - 31).n(32).n(OUT));
}

/// sp-io 2.0.0-alpha.2: the child, a definition and a type.
fn children(s: &mut Script) {
    const A: &[u8] = b":child_storage:default:a";
    const EMPTY: &[u8] = b":child_storage:default:";
    fn child(name: &[u8]) -> Args {
        args().span(name).span(b"unique").n(1)
    }
    let root = "ext_storage_root_version_1";
    s.step("ext_storage_child_root_version_1", args().span(A));
    for (key, value) in &[(&b"key"[..], &b"some value that is longer than the 32 bytes of a hash"[..]), (b"kez", b""), (b"", b"y"), (b"l", b"z")] {
        s.step("ext_storage_child_set_version_1", child(A).span(key).span(value));
    }
    s.step("ext_storage_child_set_version_1", child(EMPTY).span(b"k").span(b"v"));
    s.step("ext_storage_child_root_version_1", args().span(A));
    s.step(root, args());
    for key in &[&b"key"[..], b"kez", b"", b"ke", b"z"] {
        s.step("ext_storage_child_get_version_1", child(A).span(key));
        s.step("ext_storage_child_exists_version_1", child(A).span(key));
        s.step("ext_storage_child_next_key_version_1", child(A).span(key));
        for offset in &[0i64, 3, 1000] {
            s.step("ext_storage_child_read_version_1", child(A).span(key).n(OUT | 20 << 32).n(*offset));
        }
    }
    s.step("ext_storage_child_get_version_1", child(b":child_storage:default:absent").span(b"key"));
    s.step("ext_storage_child_get_version_1", child(EMPTY).span(b"k"));
    s.step("ext_storage_child_read_version_1", child(A).span(b"key").n(NOWHERE | 1 << 32).n(0));
    for wrong in &[&b"a"[..], b":child_storage:other:a", b":child_storage:default", b""] {
        s.step("ext_storage_child_get_version_1", child(wrong).span(b"key"));
        s.step("ext_storage_child_root_version_1", args().span(wrong));
    }
    for kind in &[0i64, 2, -1] {
        s.step("ext_storage_child_get_version_1", args().span(A).span(b"unique").n(*kind).span(b"key"));
        s.step("ext_storage_child_storage_kill_version_1", args().span(A).span(b"unique").n(*kind));
    }
    s.step("ext_storage_child_clear_version_1", child(A).span(b"l"));
    s.step("ext_storage_child_exists_version_1", child(A).span(b"l"));
    s.step("ext_storage_child_clear_prefix_version_1", child(A).span(b"ke"));
    s.step("ext_storage_child_root_version_1", args().span(A));
    s.step(root, args());
    s.step("ext_storage_child_storage_kill_version_1", child(A));
    s.step("ext_storage_child_root_version_1", args().span(A));
    s.step("ext_storage_child_storage_kill_version_1", child(EMPTY));
    s.step(root, args());
}

fn crypto(s: &mut Script, r: &mut Random) {
    let ed = ed25519::Pair::from_seed(&[1; 32]);
    let sr = sr25519::Pair::from_seed(&[2; 32]);
    let message = b"signed by two";
    let signatures: [(&str, [u8; 64], [u8; 32]); 2] = [
        ("ext_ed25519_verify", ed.sign(message).0, ed.public().0),
        ("ext_sr25519_verify", sr.sign(message).0, sr.public().0),
    ];
    for (name, signature, public) in &signatures {
        s.step(name, args().pair(message).ptr(signature).ptr(public));
        s.step(name, args().pair(b"").ptr(signature).ptr(public));
        for bit in &[0usize, 100, 255, 256, 300, 511] {
            let mut bad = *signature;
            bad[bit / 8] ^= 1 << (bit % 8);
            s.step(name, args().pair(message).ptr(&bad).ptr(public));
        }
        s.step(name, args().pair(message).ptr(signature).ptr(&[0xff; 32]));
        s.step(name, args().pair(message).ptr(signature).n(MEMORY as i64 - 31));
        s.step(name, args().pair(message).n(MEMORY as i64 - 63).ptr(public));
        s.step(name, args().n(NOWHERE).n(1).ptr(signature).ptr(public));
    }
    for name in &["ext_secp256k1_ecdsa_recover", "ext_secp256k1_ecdsa_recover_compressed"] {
        for i in 0..24u64 {
            let mut signature = r.bytes(65);
            signature[64] = [0, 1, 2, 3, 4, 26, 27, 28, 30, 31, 255, 0][i as usize % 12];
            s.step(name, args().ptr(&r.bytes(32)).ptr(&signature).n(OUT));
        }
        s.step(name, args().ptr(&[1; 32]).ptr(&[0xff; 65]).n(OUT));
        s.step(name, args().ptr(&[1; 32]).ptr(&[0; 65]).n(OUT));
        let mut high = vec![0xff; 65]; // r and s above the group's order
        high[64] = 0;
        s.step(name, args().ptr(&[1; 32]).ptr(&high).n(OUT));
        let mut v = vec![1; 65];
        v[64] = 9;
        s.step(name, args().n(NOWHERE).ptr(&v).n(OUT)); // nobody looks at the message
        v[64] = 1;
        s.step(name, args().n(NOWHERE).ptr(&v).n(OUT));
        s.step(name, args().ptr(&[1; 32]).n(NOWHERE).n(OUT));
        s.step(name, args().ptr(&[1; 32]).ptr(&v).n(NOWHERE));
    }
}

fn keys(s: &mut Script) {
    for scheme in &["ed25519", "sr25519"] {
        let name = |what: &str| format!("ext_{}_{}", scheme, what);
        let id = scheme[..4].as_bytes(); // the test double keeps one list of secrets for a type, whatever the scheme
        s.step(&name("public_keys"), args().ptr(id).n(OUT));
        let public = s.bytes(&name("generate"), args().ptr(id).pair(b"//Alice").n(OUT), OUT, 32);
        s.step(&name("generate"), args().ptr(id).pair(b"\xff").n(OUT));
        s.step(&name("generate"), args().ptr(id).pair(b"//Alice").n(NOWHERE));
        s.step(&name("generate"), args().n(NOWHERE).pair(b"//Alice").n(OUT));
        s.step(&name("public_keys"), args().ptr(id).n(OUT));
        s.step(&name("public_keys"), args().ptr(b"none").n(OUT));
        s.step(&name("public_keys"), args().ptr(id).n(NOWHERE));
        s.step(&name("sign"), args().ptr(id).ptr(&public).pair(b"message").n(OUT));
        if *scheme == "sr25519" {
            s.random();
        }
        s.step(&name("sign"), args().ptr(id).ptr(&[5; 32]).pair(b"message").n(OUT));
        s.step(&name("sign"), args().ptr(b"none").ptr(&public).pair(b"message").n(OUT));
        s.step(&name("sign"), args().ptr(id).ptr(&public).n(NOWHERE).n(1).n(OUT));
        s.step(&name("sign"), args().ptr(id).ptr(&public).pair(b"message").n(NOWHERE));
    }
}

fn workers(s: &mut Script) {
    s.step("ext_is_validator", args());
    s.step("ext_submit_transaction", args().pair(b"extrinsic"));
    s.step("ext_submit_transaction", args().n(NOWHERE).n(1));
    s.step("ext_network_state", args().n(OUT));
    s.step("ext_network_state", args().n(NOWHERE));
    s.offchain.write().timestamp = 1_570_000_000_123;
    s.step("ext_timestamp", args());
    for kind in &[1i64, 2] {
        let get = |key: &[u8]| args().n(*kind).pair(key).n(OUT);
        s.step("ext_local_storage_get", get(b"key"));
        s.step("ext_local_storage_set", args().n(*kind).pair(b"key").pair(&[*kind as u8; 3]));
        s.step("ext_local_storage_get", get(b"key"));
        let cas = "ext_local_storage_compare_and_set";
        s.step(cas, args().n(*kind).pair(b"key").pair(b"no").pair(b"new"));
        s.step(cas, args().n(*kind).pair(b"key").pair(&[*kind as u8; 3]).pair(b"new"));
        s.step(cas, args().n(*kind).pair(b"key").n(NOWHERE).n(-1).pair(b"newer"));
        s.step(cas, args().n(*kind).pair(b"fresh").n(NOWHERE).n(-1).pair(b""));
        s.step("ext_local_storage_get", get(b"key"));
        s.step("ext_local_storage_get", get(b"fresh"));
    }
    for kind in &[0i64, 3, -1] {
        s.step("ext_local_storage_get", args().n(*kind).pair(b"key").n(OUT));
        s.step("ext_local_storage_set", args().n(*kind).pair(b"key").pair(b"v"));
        s.step("ext_local_storage_compare_and_set", args().n(*kind).pair(b"key").pair(b"v").pair(b"v"));
    }
    s.step("ext_local_storage_get", args().n(1).pair(b"key").n(NOWHERE));
    s.step("ext_local_storage_set", args().n(1).pair(b"key").n(NOWHERE).n(1));
}

fn http(s: &mut Script) {
    s.offchain.write().expect_request(
        0,
        offchain::testing::PendingRequest {
            method: "POST".into(),
            uri: "http://localhost/".into(),
            headers: vec![("X-Name".into(), "value".into())],
            body: b"body".to_vec(),
            sent: true,
            response: Some(b"answer".to_vec()),
            response_headers: vec![("Server".into(), "test".into())],
            ..Default::default()
        },
    );
    s.step("ext_http_request_start", args().pair(b"\xff").pair(b"http://localhost/").pair(b""));
    s.step("ext_http_request_start", args().pair(b"POST").pair(b"http://localhost/").n(NOWHERE).n(1));
    s.step("ext_http_request_start", args().pair(b"POST").pair(b"http://localhost/").pair(b""));
    s.step("ext_http_request_add_header", args().n(0).pair(b"X-Name").pair(b"value"));
    s.step("ext_http_request_add_header", args().n(9).pair(b"X-Name").pair(b"value"));
    s.step("ext_http_request_add_header", args().n(0).pair(b"X-Name").pair(b"\xff"));
    s.step("ext_http_request_write_body", args().n(0).pair(b"body").n(0));
    s.step("ext_http_request_write_body", args().n(0x10000).pair(b"").n(5)); // the low 16 bits are the id
    s.step("ext_http_request_write_body", args().n(9).pair(b"body").n(0));
    let ids: Vec<u8> = [0u32, 9, 0x10000].iter().flat_map(|i| i.to_le_bytes().to_vec()).collect();
    s.step("ext_http_response_wait", args().ptr(&ids).n(3).n(OUT).n(0));
    s.step("ext_http_response_wait", args().ptr(&ids).n(0).n(OUT).n(0));
    s.step("ext_http_response_wait", args().ptr(&ids).n(3).n(MEMORY as i64 - 11).n(0));
    s.step("ext_http_response_headers", args().n(0).n(OUT));
    s.step("ext_http_response_headers", args().n(9).n(OUT));
    s.step("ext_http_response_read_body", args().n(9).n(OUT).n(4).n(0));
    s.step("ext_http_response_read_body", args().n(0).n(OUT).n(16).n(0));
    s.step("ext_http_response_read_body", args().n(0).n(OUT).n(4).n(0));
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let old = SubstrateExternals::host_functions();
    let alpha = sp_io::SubstrateHostFunctions::host_functions();
    let mut r = Random(0x5eed);
    let mut scripts = Vec::new();
    let mut run = |name: &str, functions: &[&'static dyn Function], services: bool, f: &mut dyn FnMut(&mut Script)| {
        let mut script = Script::new(functions, services);
        f(&mut script);
        scripts.push(json!({"script": name, "services": services, "steps": script.steps}));
    };
    run("memory", &old, false, &mut memory);
    run("hashing", &old, false, &mut |s| hashing(s, &mut r));
    run("roots", &old, false, &mut |s| roots(s, &mut r));
    run("printing", &old, false, &mut printing);
    run("storage", &old, false, &mut storage);
    run("children", &alpha, false, &mut children);
    run("crypto", &old, false, &mut |s| crypto(s, &mut r));
    run("keys", &old, true, &mut keys);
    run("workers", &old, true, &mut workers);
    run("http", &old, true, &mut http);
    // Without services everything of them is a trap.
    run("no services", &old, false, &mut |s| {
        keys_without(s);
    });
    println!("[");
    for (i, script) in scripts.iter().enumerate() {
        println!("{{\"script\":{},\"services\":{},\"steps\":[", script["script"], script["services"]);
        let steps = script["steps"].as_array().unwrap();
        for (j, step) in steps.iter().enumerate() {
            println!("{}{}", step, if j + 1 < steps.len() { "," } else { "" });
        }
        println!("]}}{}", if i + 1 < scripts.len() { "," } else { "" });
    }
    println!("]");
}

fn keys_without(s: &mut Script) {
    s.step("ext_ed25519_public_keys", args().ptr(b"test").n(OUT));
    s.step("ext_sr25519_generate", args().ptr(b"test").n(0).n(0).n(OUT));
    s.step("ext_ed25519_sign", args().ptr(b"test").ptr(&[5; 32]).pair(b"message").n(OUT));
    s.step("ext_is_validator", args());
    s.step("ext_timestamp", args());
    s.step("ext_submit_transaction", args().pair(b"x"));
    s.step("ext_local_storage_get", args().n(1).pair(b"key").n(OUT));
    s.step("ext_network_state", args().n(OUT));
    s.step("ext_random_seed", args().n(OUT));
    s.step("ext_sleep_until", args().n(1));
}
