/* process.h: which process something belongs to. A forked child has its parent's memory, but only the thread that
 * forked: what the others were to do is never done, and what they waited on must be made anew. */
#ifndef SCE_EXECUTOR_PROCESS_H
#define SCE_EXECUTOR_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>

typedef struct sce_process {
  atomic_long id; /* of the process; negative while it takes over */
} sce_process_t;

void sce_process_init(sce_process_t *process);

/* True once in each process forked since, for one thread, which has to make things fit for it and then call
 * sce_process_adopted(); others wait for that. Any thread. */
bool sce_process_forked(sce_process_t *process);
void sce_process_adopted(sce_process_t *process);

#endif
