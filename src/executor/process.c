/* process.c: see process.h. */
#include "executor/process.h"

#include "base/error.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

sce_error_t *sce_process_init(sce_process_t *process) {
  void *page = mmap(NULL, sizeof *process->id, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return sce_error_system(errno, "a page to notice forks by");
  /* Where the system can't do that (Linux before 4.14), a child still has another id in its own namespace. */
  (void)madvise(page, sizeof *process->id, MADV_WIPEONFORK);
  process->id = page;
  atomic_init(process->id, (long)getpid());
  return NULL;
}

void sce_process_clear(sce_process_t *process) {
  if (process->id != NULL) munmap(process->id, sizeof *process->id);
  process->id = NULL;
}

bool sce_process_forked(sce_process_t *process) {
  long own = (long)getpid();
  long id = atomic_load_explicit(process->id, memory_order_acquire);
  while (id != own) {
    if (id == -own) {
      sched_yield();
      id = atomic_load_explicit(process->id, memory_order_acquire);
    } else if (atomic_compare_exchange_weak_explicit(process->id, &id, -own, memory_order_acquire,
                                                     memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

void sce_process_adopted(sce_process_t *process) {
  atomic_store_explicit(process->id, (long)getpid(), memory_order_release);
}
