/* guests.h: the nested modules of the removed sandbox functions: a Wasmtime store of their own beside the runtime's,
 * made by the first of them, and dropped when none is left or the call ends. */
#ifndef SCE_EXECUTOR_GUESTS_H
#define SCE_EXECUTOR_GUESTS_H

#include "executor/instance.h"
#include "host/sandbox.h"

/* Bytes of native stack for guests, beside that for the runtime. wasmi, which ran them upstream, had 65,536 frames. */
#define SCE_GUEST_STACK ((uint32_t)16 << 20)

/* sce_caller_ops_t.guests; `self` is the running call. */
extern const sce_guest_ops_t sce_guest_ops;

/* What is left at the end of a call. NULL is accepted. */
void sce_guests_delete(sce_guests_t *guests);

#endif
