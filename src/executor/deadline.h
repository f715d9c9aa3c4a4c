/* deadline.h: ends calls whose time limit has passed. One thread per engine, started by the first call that has a
 * limit, sleeps until the earliest deadline and then advances the engine's epoch; each running call checks for
 * itself. A forked child starts a thread of its own. */
#ifndef SCE_EXECUTOR_DEADLINE_H
#define SCE_EXECUTOR_DEADLINE_H

#include "scexec/base.h"

#include "executor/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <wasmtime.h>

/* Until when something may take; all zero: without end. */
typedef struct sce_time_limit {
  uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
  uint64_t span_ms;     /* as it was asked for, for messages */
} sce_time_limit_t;

/* A running call's deadline; lives in the instance. */
typedef struct sce_deadline {
  struct sce_deadline *previous, *next;
  uint64_t at_ns;    /* CLOCK_MONOTONIC */
  atomic_bool fired; /* the epoch was advanced for it */
} sce_deadline_t;

typedef struct sce_deadlines {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  sce_process_t process; /* whose thread it is */
  pthread_t thread;
  bool started;
  bool stop;
  sce_deadline_t *first;
  wasm_engine_t *wasm;
  wasm_engine_t *_Atomic guests; /* a second engine to advance, or NULL */
} sce_deadlines_t;

uint64_t sce_monotonic_ns(void);

/* The limit of what begins now and may take `span_ms`. */
sce_time_limit_t sce_time_limit_from_now(uint64_t span_ms);

/* Makes a condition variable on CLOCK_MONOTONIC; 0, or the number of an error. */
int sce_monotonic_condition(pthread_cond_t *condition);
/* Waits on it, until `deadline_ns` at most; 0: without end. */
void sce_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t deadline_ns);

sce_error_t *sce_deadlines_init(sce_deadlines_t *deadlines, wasm_engine_t *wasm);
/* Stops the thread. No deadline may be left. */
void sce_deadlines_clear(sce_deadlines_t *deadlines);

/* Watches `deadline` (its at_ns set) until it is removed. Errors: no thread can be started. */
sce_error_t *sce_deadlines_add(sce_deadlines_t *deadlines, sce_deadline_t *deadline);
/* Makes all running calls look at their limits. Any thread. */
void sce_deadlines_interrupt(sce_deadlines_t *deadlines);
void sce_deadlines_remove(sce_deadlines_t *deadlines, sce_deadline_t *deadline);

#endif
