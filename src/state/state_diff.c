/* state_diff.c: what differs between two states: a merge of two walks for each trie. */
#include "base/buf.h"
#include "base/error.h"
#include "state/state.h"

typedef struct diff {
  const sce_state_t *before;
  const sce_state_t *after;
  sce_difference_fn call;
  void *ctx;
} diff_t;

static sce_value_t value_of(sce_span_t bytes) {
  return (sce_value_t){true, bytes.data, bytes.len};
}

static sce_error_t *tell(const diff_t *diff, const sce_span_t *child, const sce_state_cursor_t *before,
                         const sce_state_cursor_t *after) {
  sce_state_difference_t difference = {.child = child};
  if (before != NULL) difference.before = value_of(before->value);
  if (after != NULL) difference.after = value_of(after->value);
  difference.key = before != NULL ? before->key : after->key;
  if (child == NULL && sce_span_starts_with(difference.key, sce_span_text(SCE_CHILD_ROOT_KEYS))) return NULL;
  return diff->call(diff->ctx, &difference);
}

static sce_error_t *diff_trie(const diff_t *diff, const sce_span_t *child) {
  sce_state_cursor_t before, after;
  SCE_TRY(sce_state_seek(diff->before, &before, child, sce_span(NULL, 0), true));
  SCE_TRY(sce_state_seek(diff->after, &after, child, sce_span(NULL, 0), true));
  while (before.found || after.found) {
    int side = !before.found ? 1 : !after.found ? -1 : sce_span_compare(before.key, after.key);
    if (side < 0) SCE_TRY(tell(diff, child, &before, NULL));
    if (side > 0) SCE_TRY(tell(diff, child, NULL, &after));
    if (side == 0 && !sce_span_equal(before.value, after.value)) SCE_TRY(tell(diff, child, &before, &after));
    if (side <= 0) SCE_TRY(sce_state_step(diff->before, &before));
    if (side >= 0) SCE_TRY(sce_state_step(diff->after, &after));
  }
  return NULL;
}

/* The least name in either state at or after `name`, or after it. */
static sce_error_t *next_name(const diff_t *diff, sce_value_t *next, sce_span_t name, bool inclusive) {
  sce_value_t other;
  SCE_TRY(sce_state_next_child(diff->before, next, name, inclusive));
  SCE_TRY(sce_state_next_child(diff->after, &other, name, inclusive));
  if (!next->found ||
      (other.found && sce_span_compare(sce_span(other.data, other.len), sce_span(next->data, next->len)) < 0))
    *next = other;
  return NULL;
}

sce_error_t *sce_state_diff(const sce_state_t *before, const sce_state_t *after, sce_difference_fn difference,
                            void *ctx) {
  diff_t diff = {before, after, difference, ctx};
  sce_value_t next;
  SCE_TRY(diff_trie(&diff, NULL));
  SCE_TRY(next_name(&diff, &next, sce_span(NULL, 0), true));
  while (next.found) {
    sce_span_t name = sce_span(next.data, next.len);
    SCE_TRY(diff_trie(&diff, &name));
    SCE_TRY(next_name(&diff, &next, name, false));
  }
  return NULL;
}
