//! Settings of Wasmtime that its C API lacks.

use wasmtime::{AsContextMut, ResourceLimiter, StoreLimitsBuilder};
use wasmtime_c_api::{
    wasm_config_t, wasmtime_store_context, wasmtime_store_limiter, wasmtime_store_t, WasmtimeStoreData,
};

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

/// `scn_memory_budget_t`.
#[repr(C)]
pub struct MemoryBudget {
    left: usize,
    items: usize,
    exceeded: bool,
}

const WASM32: usize = 1 << 32;

impl MemoryBudget {
    fn take(&mut self, bytes: usize) -> wasmtime::Result<bool> {
        if bytes > self.left {
            self.exceeded = true;
            return Err(wasmtime::Error::msg("beyond the memory of all together"));
        }
        self.left -= bytes;
        Ok(true)
    }
}

impl ResourceLimiter for MemoryBudget {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > maximum.unwrap_or(WASM32).min(WASM32) {
            return Ok(false);
        }
        self.take(desired - current)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.exceeded = true; /* the system has no more */
        Err(error)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.take((desired - current).saturating_mul(size_of::<usize>()))
    }

    fn instances(&self) -> usize {
        self.items
    }

    fn tables(&self) -> usize {
        self.items
    }

    fn memories(&self) -> usize {
        self.items.saturating_mul(2)
    }
}

/// Has all memories and tables of a store take from one budget.
///
/// # Safety
/// `store` comes from `wasmtime_store_new()` and is used by nobody else now; `budget` outlives it. C
/// writes it only while the store is not in use, and reads it only on the thread that uses the store.
#[no_mangle]
pub unsafe extern "C" fn scn_store_limit_together(store: *mut wasmtime_store_t, budget: *mut MemoryBudget) {
    let address = budget as usize; /* pointers are not Send */
    // SAFETY: by the contract above; wasmtime_store_t is #[repr(C)] around a Store and nothing else (store.rs).
    let store = unsafe { &mut *store.cast::<wasmtime::Store<WasmtimeStoreData>>() };
    store.limiter(move |_| unsafe { &mut *(address as *mut MemoryBudget) });
}

const _: () = assert!(size_of::<wasm_config_t>() == size_of::<wasmtime::Config>());
const _: () = assert!(align_of::<wasm_config_t>() == align_of::<wasmtime::Config>());
const _: () = assert!(size_of::<wasmtime_store_t>() == size_of::<wasmtime::Store<WasmtimeStoreData>>());
const _: () = assert!(align_of::<wasmtime_store_t>() == align_of::<wasmtime::Store<WasmtimeStoreData>>());
