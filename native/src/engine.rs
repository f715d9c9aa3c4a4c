//! A setting of Wasmtime that its C API lacks.

use wasmtime_c_api::wasm_config_t;

/// Lets Cranelift inline calls within a module.
///
/// # Safety
/// `config` comes from `wasm_config_new()` and is used by nobody else now.
#[no_mangle]
pub unsafe extern "C" fn scn_config_inline(config: *mut wasm_config_t) {
    // SAFETY: wasm_config_t is #[repr(C)] around a Config and nothing else (wasmtime-c-api-impl 48, src/config.rs; the
    // versions of both crates are exact in Cargo.toml).
    let config = unsafe { &mut *config.cast::<wasmtime::Config>() };
    config.compiler_inlining(wasmtime::Inlining::Yes);
}

const _: () = assert!(size_of::<wasm_config_t>() == size_of::<wasmtime::Config>());
const _: () = assert!(align_of::<wasm_config_t>() == align_of::<wasmtime::Config>());
