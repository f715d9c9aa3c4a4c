/* budget.h: what may still be taken while something works for a call: time, and memory of the host.
 *
 * A call runs on one thread, and what works for it is all over the library: hashes, tries, overlays, backends, waits.
 * So the thread carries the budget of its call. Loops whose length the caller decides ask sce_budget_check() about
 * every millisecond, and the allocator counts. Without a budget, outside of calls, both cost next to nothing. */
#ifndef SCE_BASE_BUDGET_H
#define SCE_BASE_BUDGET_H

#include "scexec/base.h"

/* Threads that work for calls and may outlive them (apart.h): who bounds them. */
typedef struct sce_budget_threads {
  bool (*may_start)(void *owner); /* counts one more, and keeps `owner`; false: there are too many */
  void (*ended)(void *owner);     /* once for each, in any thread */
  void *owner;
} sce_budget_threads_t;

typedef struct sce_budget {
  struct sce_budget *outer;         /* of the thread before: calls may lie in each other */
  sce_error_t *(*check)(void *ctx); /* an error when no more may be done; may be NULL */
  void *ctx;
  int64_t used; /* bytes allocated less bytes freed since it began; below zero where what was there before is freed */
  int64_t max;  /* INT64_MAX: no bound */
  sce_budget_threads_t threads; /* may_start NULL: none */
  bool refused;                 /* an allocation would have gone beyond `max` */
} sce_budget_t;

/* The calling thread's budget is this one until it leaves, in reverse order. `outer`, `used` and `refused` are set. */
void sce_budget_enter(sce_budget_t *budget);
void sce_budget_leave(const sce_budget_t *budget);
/* The same with the check of the budget before, but without a bound on memory, nor does it count there: for what is
 * made during a call but is not the call's, such as what a shared state remembers of itself. */
void sce_budget_enter_uncounted(sce_budget_t *budget);

/* The error of the innermost budget's check; NULL without a budget. */
sce_error_t *sce_budget_check(void);

/* Whether a thread may be started for work that the check may end; then `threads` has to be told of its end. */
bool sce_budget_thread(sce_budget_threads_t *threads);

/* The same for libraries that ask whether to go on: `ctx` is a pointer to an error, which is set. */
bool sce_budget_go_on(void *ctx);

/* Bytes or items between two checks: together some milliseconds for what copies and hashes, or works on items. */
#define SCE_BUDGET_BYTES ((size_t)4 << 20)
#define SCE_BUDGET_ITEMS ((size_t)4096)

/* The check, in a loop, for the `i`-th item: one in SCE_BUDGET_ITEMS asks. */
static inline sce_error_t *sce_budget_item(size_t i) {
  return i % SCE_BUDGET_ITEMS == SCE_BUDGET_ITEMS - 1 ? sce_budget_check() : NULL;
}

/* memcpy() that asks now and then. After an error part of it is copied. */
sce_error_t *sce_budget_copy(void *to, const void *from, size_t len);

/* For the allocator alone: false when `more` bytes may not be taken; and the bytes that were, or that were given back
 * (negative). */
bool sce_budget_may_take(size_t more);
void sce_budget_count(int64_t bytes);

#endif
