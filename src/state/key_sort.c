/* key_sort.c: sorting entry numbers by key.
 *
 * Storage keys share long prefixes (32 bytes of pallet and item hash), which makes whole-key comparisons slow. So this
 * is a quicksort over 8-byte pieces of the keys: a group of numbers whose keys agree in the first `depth` bytes is
 * split in three by the next 8 bytes, and the part that agrees in those goes 8 bytes deeper. Work that waits lies on a
 * stack of its own, the largest part lowest: what is done first is then at most half (a third) of its group and leaves
 * one (two) waiting, so the stack stays below 2 log2(count). The pivot is chosen at random: a file can't be made that
 * sorts slowly. */
#include "state/key_index.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"

/* Groups up to this size are sorted by insertion. */
#define SMALL_GROUP 16

typedef struct sort_item {
  uint64_t piece; /* 8 bytes of the key from `depth` on, big-endian, padded with zeros */
  uint32_t id;
} sort_item_t;

typedef struct sort_group {
  size_t start, count;
  size_t depth;    /* bytes in which all keys of the group agree */
  bool pieces_set; /* the items' pieces are those at `depth` */
} sort_group_t;

typedef struct sorter {
  sort_item_t *items;
  sce_key_view_t view;
  uint64_t random;
  sort_group_t stack[72]; /* 2 log2(2^32), and the three of one split */
  size_t waiting;
} sorter_t;

static uint64_t piece_at(const sce_key_head_t *head, size_t depth) {
  uint64_t piece = 0;
  if (depth + 8 <= head->key_len) {
    for (int i = 0; i < 8; i++) piece = piece << 8 | head->key[depth + (size_t)i];
    return piece;
  }
  for (size_t i = depth; i < depth + 8; i++) piece = piece << 8 | (i < head->key_len ? head->key[i] : 0);
  return piece;
}

/* Order of two items, when their keys agree in `depth` bytes. */
static bool item_below(const sorter_t *sorter, sort_item_t a, sort_item_t b, size_t depth) {
  const sce_key_head_t *x = sce_key_head_at(sorter->view, a.id), *y = sce_key_head_at(sorter->view, b.id);
  int side =
      sce_span_compare(sce_span(x->key + depth, x->key_len - depth), sce_span(y->key + depth, y->key_len - depth));
  return side != 0 ? side < 0 : a.id < b.id;
}

static void sort_small(const sorter_t *sorter, sort_group_t group) {
  sort_item_t *items = sorter->items + group.start;
  for (size_t i = 1; i < group.count; i++) {
    sort_item_t item = items[i];
    size_t at = i;
    for (; at > 0 && item_below(sorter, item, items[at - 1], group.depth); at--) items[at] = items[at - 1];
    items[at] = item;
  }
}

static void sift_down(const sorter_t *sorter, sort_item_t *items, size_t root, size_t count, size_t depth) {
  sort_item_t item = items[root];
  for (size_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && item_below(sorter, items[child], items[child + 1], depth)) child++;
    if (!item_below(sorter, item, items[child], depth)) break;
    items[root] = items[child];
  }
  items[root] = item;
}

/* Heap sort, for keys that end within one piece: they can't be split further, and there may be any number of equals. */
static void sort_ended(const sorter_t *sorter, sort_group_t group) {
  sort_item_t *items = sorter->items + group.start;
  for (size_t i = group.count / 2; i-- > 0;) sift_down(sorter, items, i, group.count, group.depth);
  for (size_t end = group.count; end-- > 1;) {
    sort_item_t top = items[0];
    items[0] = items[end];
    items[end] = top;
    sift_down(sorter, items, 0, end, group.depth);
  }
}

static void swap_items(sort_item_t *a, sort_item_t *b) {
  sort_item_t item = *a;
  *a = *b;
  *b = item;
}

/* All keys of the group agree in the piece at `depth`: those that end within it are sorted now, in front of the others,
 * which are what is left to do. */
static sort_group_t split_ended(sorter_t *sorter, size_t start, size_t count, size_t depth) {
  size_t ended = 0;
  for (size_t i = 0; i < count; i++)
    if (sce_key_head_at(sorter->view, sorter->items[start + i].id)->key_len <= depth + 8)
      swap_items(&sorter->items[start + ended++], &sorter->items[start + i]);
  sort_ended(sorter, (sort_group_t){start, ended, depth, true});
  return (sort_group_t){start + ended, count - ended, depth + 8, false};
}

/* Leaves three groups for later, the largest lowest. */
static void push_three(sorter_t *sorter, sort_group_t groups[3]) {
  for (int done = 0; done < 3; done++) {
    int largest = 0;
    for (int i = 1; i < 3; i++)
      if (groups[i].count > groups[largest].count) largest = i;
    if (groups[largest].count > 1) sorter->stack[sorter->waiting++] = groups[largest];
    groups[largest].count = 0;
  }
}

static void split_group(sorter_t *sorter, sort_group_t group) {
  sort_item_t *items = sorter->items + group.start;
  if (!group.pieces_set)
    for (size_t i = 0; i < group.count; i++)
      items[i].piece = piece_at(sce_key_head_at(sorter->view, items[i].id), group.depth);
  sorter->random = sorter->random * 6364136223846793005u + 1442695040888963407u;
  uint64_t pivot = items[(size_t)((sorter->random >> 33) % group.count)].piece;
  size_t low = 0, high = group.count;
  for (size_t i = 0; i < high;) {
    if (items[i].piece < pivot)
      swap_items(&items[low++], &items[i++]);
    else if (items[i].piece > pivot)
      swap_items(&items[i], &items[--high]);
    else
      i++;
  }
  sort_group_t parts[3] = {{group.start, low, group.depth, true},
                           {group.start + high, group.count - high, group.depth, true},
                           split_ended(sorter, group.start + low, high - low, group.depth)};
  push_three(sorter, parts);
}

static bool is_sorted(const uint32_t *ids, size_t count, sce_key_view_t view) {
  sorter_t sorter = {.view = view};
  for (size_t i = 1; i < count; i++)
    if (!item_below(&sorter, (sort_item_t){0, ids[i - 1]}, (sort_item_t){0, ids[i]}, 0)) return false;
  return true;
}

static sce_error_t *sort_groups(sorter_t *sorter) {
  for (size_t done = 0; sorter->waiting > 0;) {
    sort_group_t group = sorter->stack[--sorter->waiting];
    if (group.count <= SMALL_GROUP)
      sort_small(sorter, group);
    else
      split_group(sorter, group);
    done += group.count;
    if (done < SCE_BUDGET_ITEMS) continue;
    SCE_TRY(sce_budget_check());
    done = 0;
  }
  return NULL;
}

sce_error_t *sce_key_sort(uint32_t *ids, size_t count, sce_key_view_t view) {
  if (count < 2 || is_sorted(ids, count, view)) return NULL;
  sorter_t sorter = {.view = view, .random = sce_key_seed()};
  sorter.items = sce_realloc_array(NULL, count, sizeof *sorter.items);
  if (sorter.items == NULL) return sce_error_oom();
  for (size_t i = 0; i < count; i++) sorter.items[i].id = ids[i];
  sorter.stack[sorter.waiting++] = (sort_group_t){0, count, 0, false};
  sce_error_t *err = sort_groups(&sorter);
  for (size_t i = 0; i < count && err == NULL; i++) ids[i] = sorter.items[i].id;
  sce_free(sorter.items);
  return err;
}
