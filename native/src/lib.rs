//! Thin C glue to Rust libraries that have no equal in C. Wasmtime's own C API is linked in as it is; everything else is
//! a function `scn_*`, declared in `include/scexec_native.h`, which also has the contract of each.
//!
//! No panic crosses into C: a function whose library could panic catches it (`guard`) and reports failure.

mod bytes;
#[cfg(feature = "wasmtime")]
mod compile;
mod curves;
mod demangle;
mod ecdsa;
mod ed25519;
#[cfg(feature = "wasmtime")]
mod engine;
mod hash;
mod mac;
mod mnemonic;
mod random;
mod sr25519;

#[cfg(feature = "wasmtime")]
pub use wasmtime_c_api::*;
