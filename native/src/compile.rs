//! Compiling with Wasmtime: on threads of our own, and without ending the process when the system refuses something.
//!
//! Wasmtime compiles on rayon's current pool. The global one panics where its threads can't be started, and is of no use
//! in a forked child; so there is one here, which is made when it is first needed, and again in a child.
//!
//! A refused allocation would end the process, as Rust has it. A thread that may be given up (`scn_compile_begin`)
//! stops for ever instead, with what it holds, and the caller that waits for it sees that (`scn_compile_stopped`).

use crate::bytes::{guard, slice};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::mem::{align_of, forget, size_of};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;
use wasmtime::{Engine, Error, Module};
use wasmtime_c_api::{wasm_config_t, wasm_engine_t, wasmtime_error_t, wasmtime_module_t};

// ---- refused memory ----

thread_local! {
    /// Whether this thread compiles, and somebody else waits for it who can go on without.
    static MAY_STOP: Cell<bool> = const { Cell::new(false) };
}

/// Threads that stopped since the process began.
static STOPPED: AtomicU64 = AtomicU64::new(0);

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// `memory` as the system gave it; a thread that may stop does not come back without any.
fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() && MAY_STOP.try_with(Cell::get).unwrap_or(false) {
        STOPPED.fetch_add(1, Ordering::Release);
        loop {
            // Not park(): in a thread that C has started it would make the thread's handle, which takes memory.
            std::thread::sleep(Duration::from_secs(3600));
        }
    }
    memory
}

// SAFETY: the system's allocator behind each function; stopping for ever is no unwinding.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[no_mangle]
pub extern "C" fn scn_compile_begin() {
    MAY_STOP.set(true);
}

#[no_mangle]
pub extern "C" fn scn_compile_end() {
    MAY_STOP.set(false);
}

#[no_mangle]
pub extern "C" fn scn_compile_stopped() -> u64 {
    STOPPED.load(Ordering::Acquire)
}

// ---- threads ----

/// The pool, the process that its threads are in, and how many threads had stopped when it was made.
struct Pool {
    process: u32,
    stopped: u64,
    threads: Arc<ThreadPool>,
}

static POOL: Mutex<Option<Pool>> = Mutex::new(None);

/// A module with one function, which is empty.
const SMALLEST: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";

thread_local! {
    static IS_WARM: Cell<bool> = const { Cell::new(false) };
}

/// Has a thread make all that it keeps for compiling, while there is memory. For values that a thread drops at its end,
/// the C library takes memory of its own (`__cxa_thread_atexit_impl`), and ends the process where it gets none.
fn warm_up() {
    if !IS_WARM.replace(true) {
        let mut config = wasmtime::Config::new();
        config.parallel_compilation(false); // in this thread and no other
        let _ = catch(|| Module::from_binary(&Engine::new(&config)?, SMALLEST));
    }
}

/// Does not return before all threads have started and are warm.
fn make_pool() -> Option<Arc<ThreadPool>> {
    // Rayon splits work by the number of threads. Of work that begins in the pool two threads get halves too large to be
    // done at the same time: functions differ in size.
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
    let builder = ThreadPoolBuilder::new()
        .num_threads(processors.max(4))
        .thread_name(|_| "scexec-compile".to_owned())
        .start_handler(|_| MAY_STOP.set(true));
    let threads = builder.build().ok()?;
    threads.broadcast(|_| warm_up());
    Some(Arc::new(threads))
}

/// The pool, or None: no threads can be started.
fn pool() -> Option<Arc<ThreadPool>> {
    for _ in 0..100 {
        let mut held = match POOL.try_lock() {
            Ok(held) => held,
            Err(TryLockError::Poisoned(held)) => held.into_inner(),
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(Duration::from_millis(1)); /* a forked child may find it locked for ever */
                continue;
            }
        };
        let (process, stopped) = (std::process::id(), scn_compile_stopped());
        match held.take() {
            Some(pool) if pool.process == process && pool.stopped == stopped => *held = Some(pool),
            other => forget(other), /* its threads are not here, or one of them stands still */
        }
        if held.is_none() {
            *held = make_pool().map(|threads| Pool { process, stopped, threads });
        }
        return held.as_ref().map(|pool| Arc::clone(&pool.threads));
    }
    None
}

/// Makes this thread a pool of its own, for good: then rayon starts no thread for it.
fn become_pool() -> Result<(), Error> {
    match ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
        Ok(pool) => forget(pool),
        Err(error) => return Err(Error::msg(format!("no threads: {error}"))),
    }
    Ok(())
}

fn catch<T>(work: impl FnOnce() -> wasmtime::Result<T>) -> wasmtime::Result<T> {
    match guard(None, || Some(work())) {
        Some(result) => result,
        None => Err(Error::msg("Wasmtime panicked")),
    }
}

/// Runs `work`; with `parallel`, where rayon finds threads. They may stop for ever, so a thread that may not waits for
/// none. `alone` is set when there are none but this one.
fn run<T: Send>(
    parallel: bool,
    alone: &mut bool,
    work: impl FnOnce() -> wasmtime::Result<T> + Send,
) -> wasmtime::Result<T> {
    *alone = false;
    catch(|| {
        if !parallel {
            warm_up();
            return work();
        }
        if let Some(pool) = MAY_STOP.get().then(pool).flatten() {
            return pool.install(work);
        }
        *alone = true;
        if rayon::current_thread_index().is_none() {
            become_pool()?;
        }
        warm_up();
        work()
    })
}

// ---- what C calls ----

fn error_out(error: Error) -> Option<Box<wasmtime_error_t>> {
    Some(Box::new(wasmtime_error_t::from(error)))
}

/// `wasm_engine_new_with_config` that gives errors.
///
/// # Safety
/// `config` comes from `wasm_config_new()` and is taken; `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn scn_engine_new(
    config: *mut wasm_config_t,
    out: *mut *mut wasm_engine_t,
) -> Option<Box<wasmtime_error_t>> {
    // SAFETY: wasm_config_t is #[repr(C)] around a Config, wasm_engine_t around an Engine, and nothing else
    // (wasmtime-c-api-impl 48, src/config.rs and engine.rs; the versions of both crates are exact in Cargo.toml).
    let config = unsafe { Box::from_raw(config.cast::<wasmtime::Config>()) };
    match catch(|| Engine::new(&config)) {
        Ok(engine) => {
            unsafe { *out = Box::into_raw(Box::new(engine)).cast() };
            None
        }
        Err(error) => error_out(error),
    }
}

/// `wasmtime_module_new` on threads of our own.
///
/// # Safety
/// `engine` is alive, `len` bytes at `code` may be read, the outputs written.
#[no_mangle]
pub unsafe extern "C" fn scn_module_new(
    engine: *const wasm_engine_t,
    code: *const u8,
    len: usize,
    parallel: bool,
    out: *mut *mut wasmtime_module_t,
    alone: *mut bool,
) -> Option<Box<wasmtime_error_t>> {
    // SAFETY: as above; wasmtime_module_t has one field, a Module (module.rs), so its size says that it is laid out as one.
    let (engine, code) = unsafe { (&*engine.cast::<Engine>(), slice(code, len)) };
    match run(parallel, unsafe { &mut *alone }, || Module::from_binary(engine, code)) {
        Ok(module) => {
            unsafe { *out = Box::into_raw(Box::new(module)).cast() };
            None
        }
        Err(error) => error_out(error),
    }
}

/// `wasmtime_module_validate` on threads of our own.
///
/// # Safety
/// As `scn_module_new`.
#[no_mangle]
pub unsafe extern "C" fn scn_module_validate(
    engine: *const wasm_engine_t,
    code: *const u8,
    len: usize,
    parallel: bool,
    alone: *mut bool,
) -> Option<Box<wasmtime_error_t>> {
    // SAFETY: as above.
    let (engine, code) = unsafe { (&*engine.cast::<Engine>(), slice(code, len)) };
    run(parallel, unsafe { &mut *alone }, || Module::validate(engine, code)).err().and_then(error_out)
}

/// Has Wasmtime make what it needs for traps in this thread, now; else the first call would, and end the process where
/// that fails.
#[no_mangle]
pub extern "C" fn scn_thread_ready() -> bool {
    guard(false, || {
        Engine::tls_eager_initialize();
        true
    })
}

const _: () = assert!(size_of::<wasm_engine_t>() == size_of::<Engine>());
const _: () = assert!(align_of::<wasm_engine_t>() == align_of::<Engine>());
const _: () = assert!(size_of::<wasmtime_module_t>() == size_of::<Module>());
const _: () = assert!(align_of::<wasmtime_module_t>() == align_of::<Module>());
