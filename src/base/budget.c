/* budget.c: see budget.h. */
#include "base/budget.h"

#include "base/error.h"

#include <string.h>

/* The one thing in the library that belongs to a thread. Nothing is kept in it between calls. */
#if defined(__GNUC__)
__attribute__((tls_model("initial-exec"))) /* every allocation looks at it */
#endif
static _Thread_local sce_budget_t *current;

void sce_budget_enter(sce_budget_t *budget) {
  budget->outer = current;
  budget->used = 0;
  budget->refused = false;
  current = budget;
}

void sce_budget_leave(const sce_budget_t *budget) {
  current = budget->outer;
}

void sce_budget_enter_uncounted(sce_budget_t *budget) {
  *budget = (sce_budget_t){.max = INT64_MAX};
  if (current != NULL) {
    budget->check = current->check;
    budget->ctx = current->ctx;
    budget->threads = current->threads;
  }
  sce_budget_enter(budget);
}

sce_error_t *sce_budget_check(void) {
  return current == NULL || current->check == NULL ? NULL : current->check(current->ctx);
}

bool sce_budget_thread(sce_budget_threads_t *threads) {
  if (current == NULL || current->check == NULL || current->threads.may_start == NULL) return false;
  *threads = current->threads;
  return threads->may_start(threads->owner);
}

bool sce_budget_go_on(void *ctx) {
  sce_error_t **err = ctx;
  *err = sce_budget_check();
  return *err == NULL;
}

sce_error_t *sce_budget_copy(void *to, const void *from, size_t len) {
  uint8_t *out = to;
  const uint8_t *in = from;
  for (; len > SCE_BUDGET_BYTES; len -= SCE_BUDGET_BYTES) {
    memcpy(out, in, SCE_BUDGET_BYTES);
    out += SCE_BUDGET_BYTES;
    in += SCE_BUDGET_BYTES;
    SCE_TRY(sce_budget_check());
  }
  if (len > 0) memcpy(out, in, len);
  return NULL;
}

bool sce_budget_may_take(size_t more) {
  sce_budget_t *budget = current;
  if (budget == NULL || budget->max == INT64_MAX) return true;
  if (more <= INT64_MAX / 2 && budget->used + (int64_t)more <= budget->max) return true;
  budget->refused = true;
  return false;
}

void sce_budget_count(int64_t bytes) {
  if (current != NULL) current->used += bytes;
}
