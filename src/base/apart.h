/* apart.h: work of a library that can't be interrupted, for a call that may have to end before it is done: it runs in a
 * thread of its own, which is left to itself when the call's budget ends the wait. */
#ifndef SCE_BASE_APART_H
#define SCE_BASE_APART_H

#include "base/budget.h"

/* What work begins with: a struct of the caller's, which sce_alloc() gave, with all that the work needs. Nothing in it
 * may be borrowed from the call. */
typedef struct sce_apart_work {
  void (*run)(void *work);     /* makes no use of the budget */
  void (*release)(void *work); /* frees it, wiped where it has secrets; in any thread */
} sce_apart_work_t;

/* Has `work`, which begins with an sce_apart_work_t, run. NULL: it is done, and the caller releases it. An error is
 * that of the budget (or of memory): then the work is released when it is done, which may be later. Without a check in
 * the budget, and where no thread can be had, the calling thread does it, to the end. */
sce_error_t *sce_apart(void *work);

#endif
