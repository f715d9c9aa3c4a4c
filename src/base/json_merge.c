/* json_merge.c: see json_merge.h. */
#include "base/json_merge.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json_pull.h"

#include <stdlib.h>

typedef struct member {
  sce_span_t key;  /* characters */
  size_t key_at;   /* where they are kept, until all are there */
  sce_span_t name; /* as it is written, without quotes */
  sce_span_t value;
  size_t order;
} member_t;

typedef struct members {
  member_t *items;
  size_t count, cap;
  sce_buf_t keys;
} members_t;

static void free_members(members_t *members) {
  sce_free(members->items);
  sce_buf_free(&members->keys);
}

static sce_error_t *add(members_t *members, sce_json_string_t name, sce_span_t value) {
  if (members->count == members->cap) {
    size_t cap = members->cap == 0 ? 16 : members->cap * 2;
    member_t *items = sce_realloc_array(members->items, cap, sizeof *items);
    if (items == NULL) return sce_error_oom();
    members->items = items;
    members->cap = cap;
  }
  size_t at = members->keys.len;
  SCE_TRY(sce_json_unescape(&members->keys, name));
  members->items[members->count] = (member_t){
      .key = {NULL, members->keys.len - at}, .key_at = at, .name = name.raw, .value = value, .order = members->count};
  members->count++;
  return NULL;
}

static int by_key(const void *a, const void *b) {
  const member_t *x = a, *y = b;
  int order = sce_span_compare(x->key, y->key);
  if (order != 0) return order;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* In order, of equal names the last. */
static void sort(members_t *members) {
  for (size_t i = 0; i < members->count; i++)
    members->items[i].key = sce_span_part(sce_buf_span(&members->keys), members->items[i].key_at,
                                          members->items[i].key_at + members->items[i].key.len);
  if (members->count > 1) qsort(members->items, members->count, sizeof *members->items, by_key);
  size_t kept = 0;
  for (size_t i = 0; i < members->count; i++) {
    bool again = i + 1 < members->count && sce_span_equal(members->items[i].key, members->items[i + 1].key);
    if (!again) members->items[kept++] = members->items[i];
  }
  members->count = kept;
}

static sce_error_t *read_members(members_t *members, sce_json_reader_t in) {
  SCE_TRY(sce_json_enter(&in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name;
    sce_span_t value;
    SCE_TRY(sce_json_member(&in, &more, &name));
    if (!more) break;
    SCE_TRY(sce_json_skip(&in, &value));
    SCE_TRY(add(members, name, value));
  }
  sort(members);
  return sce_json_end(&in);
}

static sce_error_t *begin_member(sce_buf_t *out, bool *first, const member_t *member) {
  SCE_TRY(sce_buf_append(out, *first ? "\"" : ",\"", *first ? 1 : 2));
  *first = false;
  SCE_TRY(sce_buf_append(out, member->name.data, member->name.len));
  return sce_buf_append(out, "\":", 2);
}

static sce_error_t *write_merged(sce_buf_t *out, const members_t *a, const members_t *b) {
  bool first = true;
  SCE_TRY(sce_buf_append_byte(out, '{'));
  for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
    int order = i == a->count ? 1 : k == b->count ? -1 : sce_span_compare(a->items[i].key, b->items[k].key);
    const member_t *member = order <= 0 ? &a->items[i] : &b->items[k];
    SCE_TRY(begin_member(out, &first, member));
    if (order == 0)
      SCE_TRY(sce_json_merge(out, a->items[i].value, b->items[k].value));
    else
      SCE_TRY(sce_buf_append(out, member->value.data, member->value.len));
    i += order <= 0;
    k += order >= 0;
  }
  return sce_buf_append_byte(out, '}');
}

sce_error_t *sce_json_merge(sce_buf_t *out, sce_span_t a, sce_span_t b) {
  sce_json_reader_t read_a = sce_json_reader(a), read_b = sce_json_reader(b), whole = read_b;
  sce_json_kind_t kind_a = SCE_JSON_NULL, kind_b = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(&read_a, &kind_a));
  SCE_TRY(sce_json_peek(&read_b, &kind_b));
  if (kind_a != SCE_JSON_OBJECT || kind_b != SCE_JSON_OBJECT) {
    SCE_TRY(sce_json_skip(&whole, &b));
    SCE_TRY(sce_json_end(&whole));
    return sce_buf_append(out, b.data, b.len);
  }
  members_t from_a = {.count = 0}, from_b = {.count = 0};
  sce_error_t *err = read_members(&from_a, read_a);
  if (err == NULL) err = read_members(&from_b, read_b);
  if (err == NULL) err = write_merged(out, &from_a, &from_b);
  free_members(&from_a);
  free_members(&from_b);
  return err;
}
