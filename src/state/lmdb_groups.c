/* lmdb_groups.c: see lmdb_groups.h. */
#include "state/lmdb_groups.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/key_index.h"
#include "state/lmdb_format.h"

#include <pthread.h>
#include <string.h>

/* Walks of several threads, or through several tries at once, each have a group. */
#define GROUPS 8

typedef struct member {
  sce_key_head_t head; /* borrowed from the pages, as the value */
  sce_span_t value;
  bool hashed;
} member_t;

typedef struct group {
  uint8_t prefix[SCE_LMDB_KEY_ROOM];
  size_t prefix_len; /* 0: a free place */
  member_t *members; /* as the database has them */
  uint32_t *order;   /* their numbers, by key */
  size_t count, cap;
} group_t;

struct sce_lmdb_groups {
  pthread_mutex_t lock;
  group_t places[GROUPS];
  size_t next; /* the place that is used next */
};

sce_error_t *sce_lmdb_groups_new(sce_lmdb_groups_t **groups) {
  sce_lmdb_groups_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
    sce_free(made);
    return sce_error_oom();
  }
  *groups = made;
  return NULL;
}

static void free_group(group_t *group) {
  sce_free(group->members);
  sce_free(group->order);
  *group = (group_t){.prefix_len = 0};
}

void sce_lmdb_groups_delete(sce_lmdb_groups_t *groups) {
  if (groups == NULL) return;
  for (size_t i = 0; i < GROUPS; i++) free_group(&groups->places[i]);
  pthread_mutex_destroy(&groups->lock);
  sce_free(groups);
}

/* ---- looking ---- */

static sce_span_t key_of(const group_t *group, size_t place) {
  const sce_key_head_t *head = &group->members[group->order[place]].head;
  return sce_span(head->key, head->key_len);
}

static void find_least(const group_t *group, sce_entry_t *least, bool *found, sce_span_t from, bool inclusive) {
  size_t low = 0, high = group->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int side = sce_span_compare(key_of(group, middle), from);
    if (side > 0 || (side == 0 && inclusive)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  *found = low < group->count;
  if (!*found) return;
  const member_t *member = &group->members[group->order[low]];
  *least = (sce_entry_t){key_of(group, low), member->value, member->hashed};
}

bool sce_lmdb_groups_find(sce_lmdb_groups_t *groups, sce_entry_t *least, bool *found, sce_span_t prefix,
                          sce_span_t from, bool inclusive) {
  bool there = false;
  pthread_mutex_lock(&groups->lock);
  for (size_t i = 0; i < GROUPS && !there; i++) {
    const group_t *group = &groups->places[i];
    there = group->prefix_len == prefix.len && memcmp(group->prefix, prefix.data, prefix.len) == 0;
    if (there) find_least(group, least, found, from, inclusive);
  }
  pthread_mutex_unlock(&groups->lock);
  return there;
}

/* ---- making ---- */

static sce_error_t *add_member(group_t *group, const sce_entry_t *entry) {
  if (group->count == group->cap) {
    size_t cap = group->cap == 0 ? 256 : 2 * group->cap;
    member_t *members = sce_realloc_array(group->members, cap, sizeof *members);
    if (members == NULL) return sce_error_oom();
    group->members = members;
    group->cap = cap;
  }
  sce_key_head_t head = {entry->key.data, (uint32_t)entry->key.len, 0};
  group->members[group->count++] = (member_t){head, entry->value, entry->hashed};
  return NULL;
}

static sce_error_t *read_members(group_t *group, const sce_pages_t *pages, size_t head) {
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  sce_span_t prefix = sce_span(group->prefix, group->prefix_len);
  /* The prefix itself may be a key, one that is not cut. */
  SCE_TRY(sce_pages_seek(pages, &cursor, &item, pages->main, prefix, false));
  while (cursor.depth > 0 && sce_span_starts_with(item.key, prefix)) {
    sce_entry_t entry;
    SCE_TRY(sce_lmdb_read_value(&entry, item.key, head, item.value));
    SCE_TRY(add_member(group, &entry));
    SCE_TRY(sce_budget_item(group->count));
    SCE_TRY(sce_pages_step(pages, &cursor, &item));
  }
  return NULL;
}

static sce_error_t *make_group(group_t *group, const sce_pages_t *pages, size_t head) {
  SCE_TRY(read_members(group, pages, head));
  if (group->count >= SCE_NO_ENTRY) return sce_error_oom();
  group->order = sce_realloc_array(NULL, group->count, sizeof *group->order);
  if (group->order == NULL) return sce_error_oom();
  for (size_t i = 0; i < group->count; i++) group->order[i] = (uint32_t)i;
  return sce_key_sort(group->order, group->count, (sce_key_view_t){group->members, sizeof *group->members});
}

/* Takes the group. */
static void keep_group(sce_lmdb_groups_t *groups, const group_t *group) {
  pthread_mutex_lock(&groups->lock);
  group_t *place = &groups->places[groups->next++ % GROUPS];
  group_t old = *place;
  *place = *group;
  pthread_mutex_unlock(&groups->lock);
  free_group(&old);
}

sce_error_t *sce_lmdb_groups_least(sce_lmdb_groups_t *groups, sce_entry_t *least, bool *found, const sce_pages_t *pages,
                                   sce_span_t prefix, size_t head, sce_span_t from, bool inclusive) {
  if (sce_lmdb_groups_find(groups, least, found, prefix, from, inclusive)) return NULL;
  group_t group = {.prefix_len = prefix.len};
  memcpy(group.prefix, prefix.data, prefix.len);
  sce_budget_t budget;
  sce_budget_enter_uncounted(&budget);
  sce_error_t *err = make_group(&group, pages, head);
  sce_budget_leave(&budget);
  if (err != NULL) {
    free_group(&group);
    return err;
  }
  find_least(&group, least, found, from, inclusive);
  keep_group(groups, &group);
  return NULL;
}
