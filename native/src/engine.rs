//! Settings of Wasmtime that its C API lacks.

use wasmtime::{AsContextMut, StoreLimitsBuilder};
use wasmtime_c_api::{wasm_config_t, wasmtime_store_context, wasmtime_store_limiter, wasmtime_store_t};

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

/// Bounds linear memory as `wasmtime_store_limiter` does, but makes growth beyond the bound end the call.
///
/// # Safety
/// `store` comes from `wasmtime_store_new()` and is used by nobody else now.
#[no_mangle]
pub unsafe extern "C" fn scn_store_limit_memory(store: *mut wasmtime_store_t, bytes: usize) {
    // SAFETY: by the contract above.
    let store = unsafe { &mut *store };
    wasmtime_store_limiter(store, -1, -1, -1, -1, -1); /* makes the store ask its limits */
    let limits = StoreLimitsBuilder::new().memory_size(bytes).trap_on_grow_failure(true).build();
    wasmtime_store_context(store).as_context_mut().data_mut().store_limits = limits;
}

const _: () = assert!(size_of::<wasm_config_t>() == size_of::<wasmtime::Config>());
const _: () = assert!(align_of::<wasm_config_t>() == align_of::<wasmtime::Config>());
