//! The host functions of two releases of sp-crypto-ec-utils, called over a linear memory as compiled code calls them.

use std::panic::{catch_unwind, AssertUnwindSafe};

/// Memory of a call, as in tests/oracle/hostvec: arguments from 0x10000, results from 16 MiB, 48 MiB in all.
pub const ARGUMENTS: usize = 0x1_0000;
const RESULTS: u32 = 16 << 20;
const MEMORY: usize = 48 << 20;

pub struct Memory {
    pub bytes: Vec<u8>,
    results: u32,
}

impl Memory {
    pub fn new() -> Self {
        Memory { bytes: vec![0; MEMORY], results: RESULTS }
    }

    fn range(&self, at: u32, len: usize) -> Result<std::ops::Range<usize>, String> {
        let range = at as usize..at as usize + len;
        (range.end <= self.bytes.len()).then_some(range).ok_or("memory access is out of bounds".to_string())
    }

    fn read(&self, at: u32, out: &mut [u8]) -> Result<(), String> {
        out.copy_from_slice(&self.bytes[self.range(at, out.len())?]);
        Ok(())
    }

    fn write(&mut self, at: u32, data: &[u8]) -> Result<(), String> {
        let range = self.range(at, data.len())?;
        self.bytes[range].copy_from_slice(data);
        Ok(())
    }

    fn allocate(&mut self, size: u32) -> u32 {
        let at = self.results;
        self.results += size.max(8);
        at
    }
}

/// The result as a number, or nothing for a trap.
pub type Answer = Option<u64>;

pub struct Row {
    pub name: String,
    /// Parameters, all of them i64.
    pub params: usize,
    /// The form of 0.24, with a number as its result.
    pub new: bool,
    run: Box<dyn Fn(&mut Memory, &[u64]) -> Answer + Sync>,
}

impl Row {
    pub fn signature(&self) -> String {
        format!("({}) -> {}", vec!["i64"; self.params].join(", "), if self.new { "i32" } else { "i64" })
    }

    /// Makes the call in a pool of so many threads.
    pub fn call(&self, memory: &mut Memory, args: &[u64], threads: usize) -> Answer {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| catch_unwind(AssertUnwindSafe(|| (self.run)(memory, args))).unwrap_or(None))
    }
}

/// A module for one version of sp-wasm-interface, whose traits are other traits in each, and differ in one method.
macro_rules! release {
    ($module:ident, $interface:ident, $($reader:tt)*) => {
        mod $module {
            use super::{Memory, Row};
            use $interface::{Function, FunctionContext, HostFunctions, Pointer, Result, Value, ValueType, WordSize};

            struct Context<'a>(&'a mut Memory);

            impl FunctionContext for Context<'_> {
                $($reader)*
                fn write_memory(&mut self, at: Pointer<u8>, data: &[u8]) -> Result<()> {
                    self.0.write(at.into(), data)
                }
                fn allocate_memory(&mut self, size: WordSize) -> Result<Pointer<u8>> {
                    Ok(Pointer::new(self.0.allocate(size)))
                }
                fn deallocate_memory(&mut self, _: Pointer<u8>) -> Result<()> {
                    Ok(())
                }
                fn register_panic_error_message(&mut self, _: &str) {}
            }

            fn row(function: &'static dyn Function) -> Row {
                let signature = function.signature();
                let run = move |memory: &mut Memory, args: &[u64]| {
                    let mut values = args.iter().map(|arg| Value::I64(*arg as i64)).collect::<Vec<_>>().into_iter();
                    match function.execute(&mut Context(memory), &mut values) {
                        Ok(Some(Value::I32(value))) => Some(value as u32 as u64),
                        Ok(Some(Value::I64(value))) => Some(value as u64),
                        _ => None,
                    }
                };
                Row {
                    name: function.name().to_string(),
                    params: signature.args.len(),
                    new: signature.return_value == Some(ValueType::I32),
                    run: Box::new(run),
                }
            }

            pub fn rows<T: HostFunctions>() -> Vec<Row> {
                T::host_functions().into_iter().map(row).collect()
            }
        }
    };
}

release!(
    new,
    sp_wasm_interface,
    fn read_memory_into(&mut self, at: Pointer<u8>, out: &mut [u8]) -> Result<()> {
        self.0.read(at.into(), out)
    }
);
release!(
    old,
    old_wasm_interface,
    fn read_memory_into(&self, at: Pointer<u8>, out: &mut [u8]) -> Result<()> {
        self.0.read(at.into(), out)
    }
);

pub fn rows() -> Vec<Row> {
    type New = (
        sp_crypto_ec_utils::bls12_377::host_calls::HostFunctions,
        sp_crypto_ec_utils::bls12_381::host_calls::HostFunctions,
        sp_crypto_ec_utils::bw6_761::host_calls::HostFunctions,
        sp_crypto_ec_utils::ed_on_bls12_377::host_calls::HostFunctions,
        sp_crypto_ec_utils::ed_on_bls12_381_bandersnatch::host_calls::HostFunctions,
        sp_crypto_ec_utils::pallas::host_calls::HostFunctions,
        sp_crypto_ec_utils::vesta::host_calls::HostFunctions,
    );
    type Old = (
        old_crypto_ec_utils::bls12_377::host_calls::HostFunctions,
        old_crypto_ec_utils::bls12_381::host_calls::HostFunctions,
        old_crypto_ec_utils::bw6_761::host_calls::HostFunctions,
        old_crypto_ec_utils::ed_on_bls12_377::host_calls::HostFunctions,
        old_crypto_ec_utils::ed_on_bls12_381_bandersnatch::host_calls::HostFunctions,
    );
    let mut rows = new::rows::<New>();
    rows.extend(old::rows::<Old>());
    rows.sort_by_key(|row| (row.name.clone(), row.new));
    rows
}
