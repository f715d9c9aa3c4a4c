/* process.h: which process something belongs to. A forked child has its parent's memory, but only the thread that
 * forked: what the others were to do is never done, and what they waited on must be made anew. */
#ifndef SCE_EXECUTOR_PROCESS_H
#define SCE_EXECUTOR_PROCESS_H

#include "scexec/base.h"

#include <stdatomic.h>

typedef struct sce_process {
  /* The process id, negative while it takes over; on a page that a forked child finds zeroed: two processes can have
   * one id, in two namespaces. */
  atomic_long *id;
} sce_process_t;

/* Errors: no memory for the page. */
sce_error_t *sce_process_init(sce_process_t *process);
void sce_process_clear(sce_process_t *process);

/* True once in each process forked since, for one thread, which has to make things fit for it and then call
 * sce_process_adopted(); others wait for that. Any thread. */
bool sce_process_forked(sce_process_t *process);
void sce_process_adopted(sce_process_t *process);

#endif
