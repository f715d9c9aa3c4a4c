/* process.c: see process.h. */
#include "executor/process.h"

#include <sched.h>
#include <unistd.h>

void sce_process_init(sce_process_t *process) {
  atomic_init(&process->id, (long)getpid());
}

bool sce_process_forked(sce_process_t *process) {
  long own = (long)getpid();
  long id = atomic_load_explicit(&process->id, memory_order_acquire);
  while (id != own) {
    if (id == -own) {
      sched_yield();
      id = atomic_load_explicit(&process->id, memory_order_acquire);
    } else if (atomic_compare_exchange_weak_explicit(&process->id, &id, -own, memory_order_acquire,
                                                     memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

void sce_process_adopted(sce_process_t *process) {
  atomic_store_explicit(&process->id, (long)getpid(), memory_order_release);
}
