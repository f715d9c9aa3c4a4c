/* compile.h: Wasmtime's compiling, in a thread of its own: who waits for it can give up, and memory that the system
 * refuses ends neither the process nor, for ever, the wait. */
#ifndef SCE_EXECUTOR_COMPILE_H
#define SCE_EXECUTOR_COMPILE_H

#include "executor/engine.h"

/* How long somebody waits: until `check(ctx)` gives an error, which the wait then ends with. It is asked every
 * SCE_PATIENCE_MS. All zero: without end. */
typedef struct sce_patience {
  sce_error_t *(*check)(const void *ctx);
  const void *ctx;
} sce_patience_t;

#define SCE_PATIENCE_MS 50

/* Compiles of one engine that nobody waits for any more, each a busy thread: hostile code could ask for any number.
 * An error when there are that many. */
sce_error_t *sce_compile_check_given_up(const sce_engine_t *engine);

/* As long as the engine's configuration has it for a compile that begins now; `*limit` must outlive what is given. */
sce_patience_t sce_compile_limit(sce_time_limit_t *limit, const sce_engine_t *engine);

/* Compiles the module in `code`, whose bytes it takes in any case, for `wasm`, which `engine` keeps alive. `*module` is
 * the caller's. Who gives up leaves the thread to end by itself: no process waits for it. Where no thread can be
 * started, the calling one compiles, without end if need be; the engine's log says so. Errors: SCE_BAD_CODE for what
 * Wasmtime refuses, SCE_OUT_OF_MEMORY, SCE_ENGINE when too many compiles were given up and still go on, those of
 * `patience`. */
sce_error_t *sce_compile(wasmtime_module_t **module, sce_engine_t *engine, wasm_engine_t *wasm, sce_buf_t *code,
                         const sce_patience_t *patience);

/* Has Wasmtime check a module in the same way, without compiling it. */
sce_error_t *sce_compile_validate(sce_engine_t *engine, sce_buf_t *code, const sce_patience_t *patience);

/* Compiles a module that is valid in the calling thread. It does so on all processors only between sce_compile_begin()
 * and sce_compile_end(), where the thread stops for ever when the system refuses it memory: whoever waits for it looks
 * whether sce_compile_stopped() rises, a number of threads; then what is being compiled may never be done. */
sce_error_t *sce_compile_here(wasmtime_module_t **module, const sce_engine_t *engine, sce_span_t code);
void sce_compile_begin(void);
void sce_compile_end(void);
uint64_t sce_compile_stopped(void);

/* Starts `run(arg)` in a thread that nobody waits for and that takes no signals. */
bool sce_start_thread(void *(*run)(void *), void *arg);

/* Has Wasmtime make what it needs for traps in this thread, if it has not: in a call it would end the process where the
 * system refuses that. Errors: SCE_OUT_OF_MEMORY. */
sce_error_t *sce_ready_for_traps(void);

/* Makes an engine of Wasmtime from `config`, which it takes (NULL: out of memory). */
sce_error_t *sce_compile_engine(wasm_engine_t **wasm, wasm_config_t *config);

#endif
