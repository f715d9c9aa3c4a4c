/* diff.c: what a new runtime adds, removes, changes. Both metadata are taken apart into entries (diff_items.c), which
 * are sorted and merged. An item that only one side has is one line; of an item that both have, each detail that
 * differs is a line with what it was and what it is. */
#include "metadata/diff.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "metadata/json_out.h"
#include "metadata/outline.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a text that one line shows, from a little before where two texts part. JSON has them whole. */
#define SHOWN 160
#define BEFORE 24

typedef struct sorted {
  const sce_diff_list_t *list;
  const sce_diff_entry_t *entry;
} sorted_t;

static sce_span_t part(const sorted_t *s, size_t at, size_t len) {
  return sce_span_part(sce_buf_span(&s->list->text), at, at + len);
}

static sce_span_t name_of(const sorted_t *s) {
  return part(s, s->entry->name, s->entry->name_len);
}

static sce_span_t detail_of(const sorted_t *s) {
  return part(s, s->entry->detail, s->entry->detail_len);
}

static sce_span_t text_of(const sorted_t *s) {
  return part(s, s->entry->text, s->entry->text_len);
}

/* ---- order ---- */

static int compare_items(const sorted_t *a, const sorted_t *b) {
  if (a->entry->kind != b->entry->kind) return a->entry->kind < b->entry->kind ? -1 : 1;
  return sce_span_compare(name_of(a), name_of(b));
}

static int compare_details(const sorted_t *a, const sorted_t *b) {
  int order = compare_items(a, b);
  return order != 0 ? order : sce_span_compare(detail_of(a), detail_of(b));
}

/* Types of one name may be several; what they say of a detail is told apart by text, then by digest. */
static int compare_said(const sorted_t *a, const sorted_t *b) {
  int order = sce_span_compare(text_of(a), text_of(b));
  if (order != 0 || a->entry->digest == b->entry->digest) return order;
  return a->entry->digest < b->entry->digest ? -1 : 1;
}

static int compare_sorted(const void *x, const void *y) {
  int order = compare_details(x, y);
  return order != 0 ? order : compare_said(x, y);
}

static sce_error_t *sort_list(sorted_t **sorted, const sce_diff_list_t *list) {
  *sorted = sce_calloc(list->count > 0 ? list->count : 1, sizeof **sorted);
  if (*sorted == NULL) return sce_error_oom();
  for (size_t i = 0; i < list->count; i++) (*sorted)[i] = (sorted_t){list, &list->entries[i]};
  qsort(*sorted, list->count, sizeof **sorted, compare_sorted);
  return NULL;
}

/* ---- output ---- */

typedef struct output {
  sce_buf_t *out;
  bool json;
  bool first;
} output_t;

static sce_error_t *check_length(const output_t *o) {
  if (o->out->len <= SCE_OUTLINE_MAX_BYTES) return NULL;
  return sce_error_new(SCE_BAD_METADATA, "the differences take more than %zu MiB", SCE_OUTLINE_MAX_BYTES >> 20);
}

static sce_error_t *write_json(output_t *o, const sorted_t *before, const sorted_t *after, bool item) {
  const sorted_t *any = before != NULL ? before : after;
  const char *change = !item || (before != NULL && after != NULL) ? "changed" : before == NULL ? "added" : "removed";
  SCE_TRY(sce_buf_printf(o->out, "%s{\"change\":\"%s\",\"kind\":\"%s\",\"name\":", o->first ? "" : ",", change,
                         sce_diff_kind_name(any->entry->kind)));
  SCE_TRY(sce_json_string(o->out, name_of(any)));
  if (any->entry->detail_len > 0) SCE_TRY(sce_json_key(o->out, false, "detail"));
  if (any->entry->detail_len > 0) SCE_TRY(sce_json_string(o->out, detail_of(any)));
  for (int i = 0; i < 2; i++) {
    const sorted_t *s = i == 0 ? before : after;
    if (s == NULL || s->entry->text_len == 0) continue;
    SCE_TRY(sce_json_key(o->out, false, i == 0 ? "before" : "after"));
    SCE_TRY(sce_json_string(o->out, text_of(s)));
  }
  o->first = false;
  return sce_json_char(o->out, '}');
}

/* Where two texts part, for showing: not inside of a character, and 0 when all of them can be shown. */
static size_t parting(sce_span_t a, sce_span_t b) {
  size_t at = 0;
  if (a.len <= SHOWN && b.len <= SHOWN) return 0;
  while (at < a.len && at < b.len && a.data[at] == b.data[at]) at++;
  at = at > BEFORE ? at - BEFORE : 0;
  while (at > 0 && at < a.len && (a.data[at] & 0xc0) == 0x80) at--;
  return at;
}

/* A text from a place on, as much as a line shows; line breaks in it as spaces. */
static sce_error_t *write_clipped(sce_buf_t *out, sce_span_t text, size_t from) {
  size_t end = text.len - from > SHOWN ? from + SHOWN : text.len;
  if (from > text.len) from = end = text.len;
  while (end < text.len && (text.data[end] & 0xc0) == 0x80) end++;
  if (from > 0) SCE_TRY(sce_buf_append(out, "…", strlen("…")));
  for (size_t i = from; i < end; i++) SCE_TRY(sce_buf_append_byte(out, text.data[i] == '\n' ? ' ' : text.data[i]));
  return end < text.len ? sce_buf_append(out, "…", strlen("…")) : NULL;
}

static sce_error_t *write_line(output_t *o, const sorted_t *before, const sorted_t *after, bool item) {
  const sorted_t *any = before != NULL ? before : after;
  sce_span_t none = sce_span_text("(none)"), empty = {NULL, 0};
  sce_span_t old = before != NULL ? text_of(before) : item ? empty : none;
  sce_span_t new = after != NULL ? text_of(after) : item ? empty : none;
  sce_span_t name = name_of(any), detail = detail_of(any);
  char sign = !item || (before != NULL && after != NULL) ? '~' : before == NULL ? '+' : '-';
  SCE_TRY(sce_buf_printf(o->out, "%c %s %.*s", sign, sce_diff_kind_name(any->entry->kind), (int)name.len,
                         (const char *)name.data));
  if (detail.len > 0) SCE_TRY(sce_buf_printf(o->out, ", %.*s", (int)detail.len, (const char *)detail.data));
  if (sign != '~') {
    sce_span_t only = before != NULL ? old : new;
    if (only.len > 0) SCE_TRY(sce_buf_append(o->out, ": ", 2));
    SCE_TRY(sce_buf_append(o->out, only.data, only.len));
    return sce_buf_append_byte(o->out, '\n');
  }
  size_t from = detail.len > 0 ? parting(old, new) : 0;
  bool same = sce_span_equal(old, new), clip = detail.len > 0;
  SCE_TRY(sce_buf_append(o->out, ": ", 2));
  SCE_TRY(clip ? write_clipped(o->out, old, from) : sce_buf_append(o->out, old.data, old.len));
  if (same) return sce_buf_append(o->out, " (a type inside changed)\n", strlen(" (a type inside changed)\n"));
  SCE_TRY(sce_buf_append(o->out, " => ", 4));
  SCE_TRY(clip ? write_clipped(o->out, new, from) : sce_buf_append(o->out, new.data, new.len));
  return sce_buf_append_byte(o->out, '\n');
}

/* `item`: the whole item is on one side only. */
static sce_error_t *write_change(output_t *o, const sorted_t *before, const sorted_t *after, bool item) {
  SCE_TRY(check_length(o));
  return o->json ? write_json(o, before, after, item) : write_line(o, before, after, item);
}

/* ---- merging ---- */

/* Entries that stand together: of an item, or of a detail of it. */
typedef struct run {
  const sorted_t *items;
  size_t count;
} run_t;

typedef int (*order_fn)(const sorted_t *a, const sorted_t *b);

/* Takes the first run off `rest`. */
static run_t take_run(run_t *rest, order_fn order) {
  run_t run = {rest->items, 0};
  while (run.count < rest->count && order(&rest->items[0], &rest->items[run.count]) == 0) run.count++;
  rest->items += run.count;
  rest->count -= run.count;
  return run;
}

/* The next of a run that `other` does not say as well, each told once; NULL at the end. Both are sorted, and consumed.
 */
static const sorted_t *next_only(run_t *run, run_t *other) {
  while (run->count > 0) {
    const sorted_t *s = take_run(run, compare_said).items;
    while (other->count > 0 && compare_said(other->items, s) < 0) take_run(other, compare_said);
    if (other->count == 0 || compare_said(other->items, s) != 0) return s;
  }
  return NULL;
}

/* What two runs of one detail say: pairs of what only one of them does. */
static sce_error_t *merge_detail(output_t *o, run_t a, run_t b) {
  run_t old = a, new = b;
  for (;;) {
    const sorted_t *before = next_only(&old, &b), *after = next_only(&new, &a);
    if (before == NULL && after == NULL) return NULL;
    SCE_TRY(write_change(o, before, after, false));
  }
}

static sce_error_t *merge_details(output_t *o, run_t a, run_t b) {
  while (a.count > 0 || b.count > 0) {
    int order = a.count == 0 ? 1 : b.count == 0 ? -1 : compare_details(a.items, b.items);
    run_t none = {NULL, 0}, x = order <= 0 ? take_run(&a, compare_details) : none;
    run_t y = order >= 0 ? take_run(&b, compare_details) : none;
    SCE_TRY(merge_detail(o, x, y));
  }
  return NULL;
}

static sce_error_t *merge(output_t *o, run_t a, run_t b) {
  while (a.count > 0 || b.count > 0) {
    int order = a.count == 0 ? 1 : b.count == 0 ? -1 : compare_items(a.items, b.items);
    run_t none = {NULL, 0}, x = order <= 0 ? take_run(&a, compare_items) : none;
    run_t y = order >= 0 ? take_run(&b, compare_items) : none;
    if (order < 0) SCE_TRY(write_change(o, x.items, NULL, true));
    if (order > 0) SCE_TRY(write_change(o, NULL, y.items, true));
    if (order == 0) SCE_TRY(merge_details(o, x, y));
  }
  return NULL;
}

sce_error_t *sce_metadata_diff(sce_buf_t *out, const sce_metadata_t *older, const sce_metadata_t *newer,
                               unsigned flags) {
  sce_diff_list_t a = {.md = older}, b = {.md = newer};
  sorted_t *a_sorted = NULL, *b_sorted = NULL;
  output_t o = {out, (flags & SCE_OUTLINE_JSON) != 0, true};
  size_t start = out->len;
  /* The shipped table is not the runtime's word. */
  bool with_apis = older->version >= 15 && newer->version >= 15;
  sce_error_t *err = sce_diff_list_fill(&a, with_apis);
  if (err == NULL) err = sce_diff_list_fill(&b, with_apis);
  if (err == NULL) err = sort_list(&a_sorted, &a);
  if (err == NULL) err = sort_list(&b_sorted, &b);
  if (err == NULL && o.json) err = sce_json_char(out, '[');
  if (err == NULL) err = merge(&o, (run_t){a_sorted, a.count}, (run_t){b_sorted, b.count});
  if (err == NULL && o.json) err = sce_json_char(out, ']');
  sce_free(a_sorted);
  sce_free(b_sorted);
  sce_diff_list_free(&a);
  sce_diff_list_free(&b);
  if (err != NULL) out->len = start;
  return err;
}
