/* stack.h: room for compiled code. Wasmtime runs on the caller's stack and only checks a bound: a thread that has less
 * left than the bound (a small thread, or a bound of 256 MiB) gets a stack of its own for the call. The thread stays
 * the same: only the stack is another. */
#ifndef SCE_EXECUTOR_STACK_H
#define SCE_EXECUTOR_STACK_H

#include "scexec/base.h"

/* Belongs to an instance. All zero to begin with. */
typedef struct sce_stack {
  uint64_t thread;     /* serial number of the thread that `low` is of; 0: unknown */
  uintptr_t low, high; /* that thread's own stack: its lowest address, and the first one above it */
  uint8_t *base;       /* the other stack, guard page first, or NULL */
  size_t size;
} sce_stack_t;

/* Calls `work(arg)` with at least `need` bytes of stack. `thread` is the calling thread's serial number, 0: unknown. An
 * error means that it was not called. */
sce_error_t *sce_stack_run(sce_stack_t *stack, uint64_t thread, size_t need, void (*work)(void *arg), void *arg);

void sce_stack_clear(sce_stack_t *stack);

#endif
