/* instance.h: an instance as its owner sees it, the live Wasmtime instance inside, and the running call. */
#ifndef SCE_EXECUTOR_INSTANCE_H
#define SCE_EXECUTOR_INSTANCE_H

#include "base/budget.h"
#include "executor/heap.h"
#include "executor/runtime.h"
#include "executor/stack.h"

/* One Wasmtime store with one instance. */
typedef struct sce_live {
  wasmtime_store_t *store; /* NULL: there is none */
  wasmtime_context_t *context;
  wasmtime_instance_t instance;
  wasmtime_memory_t memory;
  sce_linear_memory_t *linear; /* instance-reuse: the memory behind it */
  uint32_t heap_base;
  wasmtime_func_t *entries; /* instance-reuse: entry points found so far, by sce_export_t.function_entry */
  bool *entry_known;
  wasmtime_global_t *globals; /* instance-reuse: the runtime's mutable globals */
} sce_live_t;

/* The nested modules of a call (guests.h), and its runtime tasks (tasks.h). */
typedef struct sce_guests sce_guests_t;
typedef struct sce_tasks sce_tasks_t;

/* One call from beginning to end. `memory` comes first: the heap's callback gets back to the call by it. */
typedef struct sce_call {
  sce_heap_memory_t memory;
  sce_heap_t heap;
  sce_caller_t caller;
  sce_host_state_t host;
  sce_instance_t *instance;
  sce_live_t *live;   /* NULL: it is being made; a start function has no host functions, as upstream */
  const char *what;   /* the method, for messages */
  sce_error_t *error; /* what a host function or a limit ended the call with */
  sce_time_limit_t limit;
  sce_budget_t budget;  /* what host functions may take; of a call within a call its outer call's counts */
  sce_guests_t *guests; /* or NULL */
  sce_tasks_t *tasks;   /* or NULL */
} sce_call_t;

/* What an instance is for, which decides what its calls may ask the executor for. */
typedef enum sce_role {
  SCE_ROLE_CALL,   /* a call of the library's user */
  SCE_ROLE_TASK,   /* runtime tasks of a call (tasks.h) */
  SCE_ROLE_VERSION /* asking other code for its version, within a call (version.c) */
} sce_role_t;

struct sce_instance {
  sce_runtime_t *home;    /* what the instance was made for */
  sce_runtime_t *runtime; /* the code in use: the same, or what home->tiers gave; a reference of its own */
  sce_live_t live;        /* kept between calls only by instance-reuse */
  sce_call_t *call;       /* the running call, or what the live instance is made for; or NULL */
  sce_call_t *outer;      /* of an instance for calls within a call: that call, whose limits hold; else NULL */
  sce_role_t role;
  sce_deadline_t deadline;
  sce_stack_t stack; /* where compiled code runs when the thread's own stack is too small */
  atomic_bool running;
  atomic_bool cancelled;
};

/* live.c: makes a live instance in the state that every call starts from. That runs code (a start function, Wasmtime's
 * own that copies data segments), so it needs the stack of sce_live_on_stack(), and keeps to the limits of owner->call.
 * On error nothing is left. */
sce_error_t *sce_live_open(sce_live_t *live, sce_instance_t *owner);
void sce_live_close(sce_live_t *live, sce_instance_t *owner);

/* Puts a reused instance back to that state. After an error the live instance must be closed. */
sce_error_t *sce_live_reset(sce_live_t *live, const sce_runtime_t *runtime);

/* Has compiled code that is entered next look at the call's limits; an error when one is reached. */
sce_error_t *sce_live_arm(sce_live_t *live, const sce_call_t *call);

/* Calls `work(arg)` with the stack that the instance's code may need (stack.h). An error means it was not called. */
sce_error_t *sce_live_on_stack(sce_instance_t *owner, void (*work)(void *arg), void *arg);

/* Address and size of linear memory now. */
void sce_live_memory(const sce_live_t *live, uint8_t **data, uint64_t *size);

/* Function `index` of the runtime's table; an error when there is none. And an error unless it has type `wanted`. */
sce_error_t *sce_live_table_entry(const sce_live_t *live, uint32_t index, wasmtime_func_t *function);
sce_error_t *sce_live_check_type(const sce_live_t *live, const wasmtime_func_t *function, uint32_t index,
                                 const char *wanted);

/* live.c: an error when the call, or the one that it is a task of, was cancelled, its time is over, or its host
 * functions asked for more memory than they may have. */
sce_error_t *sce_call_check_limits(const sce_call_t *call);
/* The same as sce_patience_t.check; `call` is an sce_call_t. */
sce_error_t *sce_call_patience(const void *call);
/* Wasmtime's callback (wasmtime_store_epoch_deadline_callback) that looks; `data` is the instance. */
wasmtime_error_t *sce_epoch_reached(wasmtime_context_t *context, void *data, uint64_t *delta,
                                    wasmtime_update_deadline_kind_t *kind);

/* call.c: takes over where linear memory is now, after anything that may have grown it. */
void sce_call_refresh(sce_call_t *call);

/* trap.c: the error that a failed entry into compiled code is. Takes `trap` and `error` (at most one is not NULL) and
 * call->error. */
sce_error_t *sce_call_failure(sce_call_t *call, wasm_trap_t *trap, wasmtime_error_t *error);

/* version.c: sce_caller_ops_t.read_version: gives the version of `code`; `self` is the running call. */
sce_error_t *sce_read_version(void *self, bool *found, sce_buf_t *version, sce_span_t code);

#endif
