/* executor.h: engine, compiled runtime, instance, call.
 *
 *   sce_blob_t (blob.h) -> sce_runtime_t (compiled by an sce_engine_t) -> sce_instance_t -> sce_instance_call()
 *
 * Threads: an engine and a compiled runtime are immutable and may be shared freely; an instance is used by one thread
 * at a time (sce_instance_cancel() excepted). Engines are kept alive by their runtimes, runtimes by their instances, so
 * they may be deleted in any order.
 *
 * Forks: a child may go on with engines, runtimes and instances that no other thread of its parent was using. A tiered
 * runtime goes on with Winch on one processor.
 */
#ifndef SCEXEC_EXECUTOR_H
#define SCEXEC_EXECUTOR_H

#include "scexec/base.h"
#include "scexec/blob.h"
#include "scexec/externalities.h"
#include "scexec/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- configuration ---- */

/* How a call gets its instance. All give the same results. */
typedef enum sce_strategy {
  /* One instance, put back to its first state after each call; the fastest. Code with a start function, or that may
   * leave marks which can't be taken back, gets a fresh one for each call; the log warns of that. */
  SCE_STRATEGY_INSTANCE_REUSE = 0,
  SCE_STRATEGY_RECREATE_INSTANCE = 1,               /* a fresh instance for each call */
  SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE = 2, /* the same with copy-on-write memory images */
  SCE_STRATEGY_POOLING = 3,                         /* a fresh instance from a pool of preallocated slots */
  SCE_STRATEGY_POOLING_COPY_ON_WRITE = 4            /* the same with copy-on-write memory images */
} sce_strategy_t;

/* Number of strategies; their values are 0 to SCE_STRATEGY_COUNT - 1. */
#define SCE_STRATEGY_COUNT 5

/* "instance-reuse", "recreate-instance", "recreate-instance-copy-on-write", "pooling", "pooling-copy-on-write"; NULL
 * for a value that is no strategy. Static storage. */
SCE_API const char *sce_strategy_name(sce_strategy_t strategy);

/* The strategy of that name; false when there is none. */
SCE_API bool sce_strategy_from_name(sce_strategy_t *strategy, const char *name);

/* How large the linear memory is and may get, in WebAssembly pages of 64 KiB (sc_executor_common HeapAllocStrategy). */
typedef struct sce_heap_pages {
  bool dynamic;   /* false: memory is its initial size plus exactly `pages`; true: it grows on demand */
  bool unlimited; /* dynamic only: no maximum but that of WebAssembly (65,536 pages) */
  uint32_t pages; /* static: extra pages (default 2,048); dynamic: the maximum, initial pages included */
} sce_heap_pages_t;

/* Which compiler makes the machine code. Results are the same. */
typedef enum sce_compiler {
  SCE_COMPILER_CRANELIFT = 0, /* best code */
  /* Compiled soonest, slower code. Not with reference types or SIMD, nor (without canonicalize_nans) code with add,
   * mul, min or max of f32 or f64, in which Winch takes another of two NaNs. */
  SCE_COMPILER_WINCH = 1,
  /* The soonest answer: what a call can reach is compiled by Winch when it is called, everything by Cranelift on
   * threads in the background, which takes over between calls. What can reach code that is not for Winch waits for
   * Cranelift. Compiling counts as part of the call that it is done for, and for its time limit:
   * sce_instance_prepare() has it done before. Who stops waiting leaves the compile to go on. The background keeps no
   * process alive, and goes on for a deleted runtime only until its compile is done. */
  SCE_COMPILER_TIERED = 2
} sce_compiler_t;

/* What changes the compiled code or its results: two engines with equal semantics can share artifacts. */
typedef struct sce_semantics {
  sce_strategy_t strategy;
  sce_heap_pages_t heap_pages;
  bool stack_limited;         /* deterministic stack limit: meter the code */
  uint32_t stack_logical_max; /* values on the WebAssembly stack, with stack_limited */
  /* Bytes of native stack for compiled code, in frames as upstream makes them; 0: 1 MiB, as upstream. Frames are larger
   * here where the code is interruptible or Winch's: it may take four times as much then, of Winch 16 times, unless
   * stack_logical_max ends recursion first. Where the calling thread has not that much left, and 256 KiB more, the
   * call runs on a stack of its own, which costs 3 to 9 us (docs/rationale.md). */
  uint32_t stack_native_max;
  bool canonicalize_nans;    /* every NaN result has the canonical bits */
  bool interruptible;        /* compiled code checks for time limits and cancellation (default true) */
  bool parallel_compilation; /* compile on all processors (default true) */
  bool wasm_reference_types; /* proposals beyond the MVP and what upstream leaves on; default false each */
  bool wasm_simd;
  bool wasm_bulk_memory;
  bool wasm_multi_value;
  /* Cranelift puts the bodies of small functions in place of calls of them (default false). Code that computes gets
   * faster, by up to a third; it compiles for twice as long, and what was inlined is missing in backtraces. Code
   * with sums, products, minima or maxima of floats is refused unless NaNs are canonical: another of two NaNs would
   * come out. Nothing happens in builds with a prebuilt Wasmtime. */
  bool inline_calls;
  sce_compiler_t compiler;
} sce_semantics_t;

typedef struct sce_config {
  size_t size; /* sizeof(sce_config_t), set by sce_config_init() */
  sce_semantics_t semantics;
  /* Bytes of linear memory that an instance has at most, at first and when it grows; 0: as heap_pages says. A limit of
   * the host, not of the chain: code that asks for more ends with SCE_MEMORY_LIMIT, where beyond heap_pages memory.grow
   * gives -1, as upstream (so it does with wasm_reference_types, and in builds with a prebuilt Wasmtime). The nested
   * modules of one call (sandbox) have as much together. Runtime tasks, and code whose version a runtime asks for, have
   * memory of their own: the former as much each, the latter at most its own pages and 128 MiB. */
  uint64_t max_memory_size;
  /* Bytes of the host's memory that the host functions of one call may have at a time beyond what was there before it:
   * pending writes, submitted extrinsics, index operations, what a root takes while it is computed. 0: no bound;
   * default 2 GiB. More ends the call with SCE_MEMORY_LIMIT. Linear memory, the machine code of nested modules and what
   * Rust libraries take do not count; nor does a program that replaces the allocator (base/alloc.h) count anything. */
  uint64_t max_host_memory;
  /* Wall clock of each compile of code, and of each wait for one, in milliseconds; 0: no limit. What takes longer ends
   * with SCE_TIME_LIMIT: there are 10 KB of code that compile for minutes. The compiling itself goes on in a thread
   * that keeps no process alive, until it is done. */
  uint64_t compile_time_limit_ms;
  /* Link unknown imports to functions that end the call with their name, instead of refusing the runtime (default
   * false). sce_runtime_missing_imports() lists them. */
  bool allow_missing_imports;
  /* Accept runtimes of RFC-145 (host-side allocator removed), which no release makes yet: entry points (i32) -> i64
   * that fetch their input by ext_input_read, and the functions that write into buffers of the runtime. A runtime that
   * imports ext_input_read is one of them; entry points of both kinds, or functions of both, are SCE_BAD_CODE. */
  bool enable_rfc145;
  const char *cache_path;  /* directory for compiled code, or NULL: no cache. Copied. See artifact.h */
  uint64_t cache_max_size; /* bytes in that directory; least recently used entries go first (default 2 GiB) */
  uint32_t max_instances;  /* pooling: slots, at most 10,000; one more call waits, within its limits
                              (default 64); runtime tasks take none */
  size_t resident_budget;  /* instance-reuse: bytes an idle instance keeps above the shared image (default 2 MiB);
                              recreate-instance, pooling: bytes of memory kept for the next instance, in each of up to
                              8 memories, or in each slot */
  const sce_host_function_t *host_functions; /* the host's own; copied, their contexts and texts borrowed */
  size_t host_function_count;
  /* scexec's own messages (target "scexec"). May be called from any thread that uses the engine, or compiles for a
   * runtime of it that is not deleted yet. It may call on other instances than the one that is in use there, but must
   * not delete runtimes of the engine. */
  sce_log_t log;
} sce_config_t;

/* The defaults: instance-reuse, static heap of 2,048 extra pages, nothing but the MVP proposals, no cache. */
SCE_API void sce_config_init(sce_config_t *config);

/* The semantics that a node runs blocks with: those of sce_config_init(). */
SCE_API void sce_config_block(sce_config_t *config);

/* The semantics that Polkadot validates parachain blocks with (polkadot-node-core-pvf-common 29, executor_interface.rs,
 * DEFAULT_CONFIG): a stack of 65,536 values and 256 MiB, canonical NaNs, linear memory that may grow to
 * 32 + 2,048 pages, a fresh instance for each call, and missing imports allowed (storage and the like are never
 * called). */
SCE_API void sce_config_pvf(sce_config_t *config);

/* The same as it was until polkadot-node-core-pvf-common 1.0 (2023): a static heap of 2,048 extra pages, and code that
 * begins with more than 32 pages refused. */
SCE_API void sce_config_pvf_static(sce_config_t *config);

/* ---- engine ---- */

typedef struct sce_engine sce_engine_t;

/* Makes an engine. A strategy that this system can't do is replaced by its nearest equal with a warning in the log.
 * Errors: SCE_MISUSE (contradictory configuration, bad signature of a host function), SCE_ENGINE, SCE_OUT_OF_MEMORY. */
SCE_API sce_error_t *sce_engine_new(sce_engine_t **engine, const sce_config_t *config);
SCE_API void sce_engine_delete(sce_engine_t *engine);

/* The strategy in use, after replacement. */
SCE_API sce_strategy_t sce_engine_strategy(const sce_engine_t *engine);

/* Version of the Wasmtime that is linked in, such as "48.0.8". Static storage. */
SCE_API const char *sce_wasmtime_version(void);

/* ---- compiled runtime ---- */

typedef struct sce_runtime sce_runtime_t;

/* Compiles a blob; sce_runtime_from_code() (artifact.h) goes through the cache. `blob` is not kept. Errors:
 * SCE_BAD_CODE, SCE_MISSING_IMPORT (all that are missing, by name), SCE_TIME_LIMIT (compile_time_limit_ms), SCE_ENGINE,
 * SCE_OUT_OF_MEMORY. */
SCE_API sce_error_t *sce_runtime_new(sce_runtime_t **runtime, sce_engine_t *engine, const sce_blob_t *blob);
SCE_API void sce_runtime_delete(sce_runtime_t *runtime);

/* Names of the functions that the runtime imports and the host does not have, sorted, each once; `*count` of them.
 * There are some only where sce_config_t.allow_missing_imports let the runtime be made: a call that reaches one of them
 * ends with SCE_MISSING_IMPORT. NULL when there are none. Lives as long as the runtime. */
SCE_API const char *const *sce_runtime_missing_imports(const sce_runtime_t *runtime, size_t *count);

/* ---- instance and call ---- */

typedef struct sce_instance sce_instance_t;

/* Makes an instance. With a pooling strategy nothing is taken from the pool before the first call. A start function
 * runs in each call, within its limits, and not here. */
SCE_API sce_error_t *sce_instance_new(sce_instance_t **instance, sce_runtime_t *runtime);
SCE_API void sce_instance_delete(sce_instance_t *instance);

/* What a call cost the runtime's heap (sc_allocator::AllocationStats; sizes in bytes, block headers included) and
 * when. */
typedef struct sce_call_stats {
  uint64_t bytes_allocated_peak; /* most in use at one time */
  uint64_t bytes_allocated_sum;  /* of all allocations */
  uint64_t address_space_used;   /* heap base to the highest address handed out */
  uint64_t memory_size;          /* linear memory at the end of the call */
  uint64_t prepare_ns;           /* until compiled code was entered: compiling (tiered), instance, input */
  uint64_t execute_ns;           /* inside compiled code and host functions */
} sce_call_stats_t;

/* Options of a call; NULL or all zero are a call without externalities and limits. */
typedef struct sce_call_options {
  const sce_externalities_t *externalities; /* borrowed for the call; NULL: none */
  uint64_t time_limit_ms;                   /* wall clock; 0: none. Needs sce_semantics_t.interruptible */
  sce_call_stats_t *stats;                  /* filled in on success and on failure; may be NULL */
} sce_call_options_t;

/* Has the code compiled that a call of `method` needs, if it is not (only with SCE_COMPILER_TIERED): the call's time
 * limit is then for the call alone. Errors: SCE_MISSING_EXPORT, SCE_WRONG_TYPE, SCE_ENGINE, SCE_OUT_OF_MEMORY,
 * SCE_TIME_LIMIT (compile_time_limit_ms). */
SCE_API sce_error_t *sce_instance_prepare(sce_instance_t *instance, const char *method);

/* The same for calls of several methods, in one compile, which takes little longer than that for one of them: they have
 * most of their code in common. Methods that the runtime does not export are left out. */
SCE_API sce_error_t *sce_instance_prepare_all(sce_instance_t *instance, const char *const *methods, size_t count);

/* Calls the export `method` (NUL-terminated) of type (i32, i32) -> i64 with `len` bytes of input at `data`, and
 * replaces the contents of `output`. Each call starts from the state after instantiation: nothing of an earlier call
 * can be seen. Errors: SCE_MISSING_EXPORT, SCE_WRONG_TYPE, SCE_BAD_INPUT (more than 32 MiB), SCE_TRAP (with panic
 * message and backtrace), SCE_HOST_FUNCTION, SCE_BAD_OUTPUT, SCE_MEMORY_LIMIT, SCE_TIME_LIMIT, SCE_CANCELLED,
 * SCE_STACK_LIMIT, SCE_ENGINE, SCE_OUT_OF_MEMORY, and SCE_MISUSE of an instance that is in a call. The instance stays
 * usable after every error. Source: sc-executor-wasmtime runtime.rs, perform_call. */
SCE_API sce_error_t *sce_instance_call(sce_instance_t *instance, sce_buf_t *output, const char *method,
                                       const uint8_t *data, size_t len, const sce_call_options_t *options);

/* The same for entry `index` of the table exported as "__indirect_function_table", of type (i32, i32) -> i64. Empty or
 * missing entries are SCE_MISSING_EXPORT. */
SCE_API sce_error_t *sce_instance_call_table(sce_instance_t *instance, sce_buf_t *output, uint32_t index,
                                             const uint8_t *data, size_t len, const sce_call_options_t *options);

/* The same through a dispatcher: entry `dispatcher` of the table, of type (i32, i32, i32) -> i64, is called with
 * `function`, pointer and length (sc_executor_common InvokeMethod::TableWithWrapper). */
SCE_API sce_error_t *sce_instance_call_table_wrapped(sce_instance_t *instance, sce_buf_t *output, uint32_t dispatcher,
                                                     uint32_t function, const uint8_t *data, size_t len,
                                                     const sce_call_options_t *options);

/* Ends the call that is running on the instance, if any, with SCE_CANCELLED, also where it waits for its code or
 * for a slot of the pool; so it does with sce_instance_get_global_const(). The one function that another thread may
 * call while the instance is in use. Built-in host functions look at it, and at the time limit, while they work
 * (sce_caller_check()); a host's own that do not are noticed when they return. */
SCE_API void sce_instance_cancel(sce_instance_t *instance);

/* A constant of a WebAssembly type. */
typedef enum sce_val_kind { SCE_VAL_I32 = 0, SCE_VAL_I64 = 1, SCE_VAL_F32 = 2, SCE_VAL_F64 = 3 } sce_val_kind_t;
typedef struct sce_val {
  sce_val_kind_t kind;
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
  } of;
} sce_val_t;

/* The value of the exported global `name`, as after instantiation, which may run the runtime's start function without
 * a time limit. `*found` is false when there is no such export. Errors: SCE_WRONG_TYPE (an export that is no global),
 * SCE_MISUSE (from a host function during a call of the instance), and those of a call that ends before its method. */
SCE_API sce_error_t *sce_instance_get_global_const(sce_instance_t *instance, bool *found, sce_val_t *value,
                                                   const char *name);

/* The address of linear memory in this process, or NULL: only instance-reuse keeps one between calls. For statistics
 * (such as resident size); never write there. */
SCE_API const uint8_t *sce_instance_linear_memory_base(const sce_instance_t *instance);

/* ---- versions ---- */

/* The version of code: from its custom sections (`*embedded` true), else what Core_version answers on an empty state,
 * for which it is compiled by an engine of its own, its unknown imports being no hindrance; ten seconds at most. Of
 * `config`, which may be NULL, the log, the cache and the host functions are used. The caller frees `version`
 * (sce_runtime_version_free). Errors: those of sce_blob_new(), sce_blob_embedded_version(), compiling and calling. */
SCE_API sce_error_t *sce_code_version(sce_runtime_version_t *version, bool *embedded, sce_span_t code,
                                      const sce_config_t *config);

#ifdef __cplusplus
}
#endif
#endif
