/* stack.c: see stack.h. ucontext (POSIX.1-2001, in glibc) switches stacks without another thread, so host functions
 * still run on the thread that makes the call. */
#include "executor/stack.h"

#include "base/checked.h"
#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define GUARD_SIZE ((size_t)64 << 10)
/* What stays between calls. A page given back is a fault in the next call, after which an instance looks for what the
 * call wrote (linear_memory.c). */
#define KEPT_SIZE ((size_t)64 << 10)

/* Where the calling thread's own stack is; false when the system does not say. */
static bool find_range(uintptr_t *low, uintptr_t *high) {
  pthread_attr_t attr;
  void *address;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attr) != 0) return false;
  bool ok = pthread_attr_getstack(&attr, &address, &size) == 0;
  pthread_attr_destroy(&attr);
  *low = (uintptr_t)address;
  *high = *low + size;
  return ok;
}

static bool has_room(sce_stack_t *stack, uint64_t thread, size_t need) {
  if (thread == 0 || stack->thread != thread) {
    if (!find_range(&stack->low, &stack->high)) return false;
    stack->thread = thread;
  }
  uintptr_t here = (uintptr_t)&thread; /* elsewhere in a call within a call that has another stack */
  return here > stack->low && here < stack->high && here - stack->low >= need;
}

/* The other stack, at least `need` bytes above its guard. Pages are taken as they are touched. */
static sce_error_t *make_stack(sce_stack_t *stack, size_t need) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), size;
  if (!sce_add_size(need, GUARD_SIZE + KEPT_SIZE + page, &size)) return sce_error_oom();
  size = size / page * page;
  if (stack->base != NULL && stack->size >= size) return NULL;
  sce_stack_clear(stack);
  void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED || mprotect(base, GUARD_SIZE, PROT_NONE) != 0) {
    int failed = errno;
    if (base != MAP_FAILED) munmap(base, size);
    return sce_error_system(failed, "making a stack of %zu bytes for compiled code", size);
  }
  stack->base = base;
  stack->size = size;
  return NULL;
}

/* Gives back what is below the part that stays, if it was used: then there are return addresses in its first page. */
static void give_back(const sce_stack_t *stack) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *low = stack->base + GUARD_SIZE, *kept = stack->base + stack->size - KEPT_SIZE;
  const uint64_t *words = (const uint64_t *)(kept - page);
  uint64_t used = 0;
  for (size_t i = 0; i < page / sizeof *words; i++) used |= words[i];
  if (used != 0) (void)madvise(low, (size_t)(kept - low), MADV_DONTNEED);
}

/* makecontext passes ints only: the pointer travels in two. */
typedef struct job {
  void (*work)(void *arg);
  void *arg;
} job_t;

static void start(unsigned high, unsigned low) {
  const job_t *job = (const job_t *)(((uintptr_t)high << 32) | low);
  job->work(job->arg);
}

sce_error_t *sce_stack_run(sce_stack_t *stack, uint64_t thread, size_t need, void (*work)(void *arg), void *arg) {
  if (has_room(stack, thread, need)) {
    work(arg);
    return NULL;
  }
  SCE_TRY(make_stack(stack, need));
  ucontext_t here, there;
  job_t job = {work, arg};
  if (getcontext(&there) != 0) return sce_error_system(errno, "switching stacks");
  there.uc_stack.ss_sp = stack->base + GUARD_SIZE;
  there.uc_stack.ss_size = stack->size - GUARD_SIZE;
  there.uc_link = &here;
  uintptr_t address = (uintptr_t)&job;
  makecontext(&there, (void (*)(void))start, 2, (unsigned)((uint64_t)address >> 32), (unsigned)address);
  if (swapcontext(&here, &there) != 0) return sce_error_system(errno, "switching stacks");
  give_back(stack);
  return NULL;
}

void sce_stack_clear(sce_stack_t *stack) {
  if (stack->base != NULL) munmap(stack->base, stack->size);
  *stack = (sce_stack_t){0};
}
