/* lmdb_vet.c: checks of an LMDB file before LMDB itself may work on it.
 *
 * What LMDB goes by without a look: offsets and sizes of all nodes of a page that it changes (they must fill the page
 * from `upper` on without gaps or overlaps, or moving them runs out of the page), flags (DIRTY on disk makes it write
 * into its read-only map), sizes of overflow runs, page numbers, and in the free tree the lists of pages. What it
 * touches for one key: the pages on the way; when a key is removed also their neighbours, with which they may be
 * merged, and the first leaf below each branch of these, where it looks up separators (mdb_rebalance, mdb_node_move,
 * mdb_page_merge). */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_node.h"

#include <string.h>

/* Largest page: 32 KiB, in units of two bytes. */
#define MAX_UNITS 16384

void sce_page_set_free(sce_page_set_t *set) {
  sce_free(set->bits);
  *set = (sce_page_set_t){0};
}

sce_error_t *sce_page_set_new(sce_page_set_t *set, const sce_pages_t *pages) {
  sce_page_set_free(set);
  set->bits = sce_calloc((size_t)(pages->last_page / 64 + 1), sizeof *set->bits);
  if (set->bits == NULL) return sce_error_oom();
  set->pages = pages->last_page + 1;
  return NULL;
}

/* Sets a page; false when it was set. Numbers beyond the set count as set: the caller refuses them. */
static bool add_page(sce_page_set_t *set, uint64_t number) {
  if (number >= set->pages) return false;
  uint64_t bit = (uint64_t)1 << (number & 63), *word = &set->bits[number / 64];
  bool added = (*word & bit) == 0;
  *word |= bit;
  return added;
}

static bool has_page(const sce_page_set_t *set, uint64_t number) {
  return number < set->pages && (set->bits[number / 64] >> (number & 63) & 1) != 0;
}

/* Size that LMDB gives a node: even. */
static uint32_t node_size(const lmdb_node_t *node, bool leaf) {
  uint32_t held = !leaf ? 0 : node->flags == LMDB_BIGDATA ? 8 : node->data_size;
  return (LMDB_NODE_HEAD + (uint32_t)node->key.len + held + 1) & ~1u;
}

/* Nodes fill [upper, page size) exactly. `sizes`: by half offset, all zero; left so. */
static sce_error_t *vet_packing(const sce_pages_t *pages, const lmdb_page_t *page, bool leaf, uint16_t *sizes) {
  uint32_t node_max = (((pages->page_size - LMDB_PAGE_HEAD) / 2) & ~1u) - 2; /* me_nodemax */
  bool sound = true;
  for (uint32_t i = 0; i < page->count && sound; i++) {
    lmdb_node_t node;
    SCE_TRY(sce_lmdb_node(pages, &node, page, i, leaf));
    uint32_t size = node_size(&node, leaf);
    sound = size <= node_max && sizes[node.offset / 2] == 0 && (leaf || i == 0 || node.key.len > 0);
    sizes[node.offset / 2] = (uint16_t)size;
  }
  uint32_t at = page->upper, seen = 0;
  while (sound && at < pages->page_size && sizes[at / 2] != 0) {
    at += sizes[at / 2];
    seen++;
  }
  if (!sound || at != pages->page_size || seen != page->count)
    return sce_lmdb_damaged(page->number, "nodes that overlap or leave gaps");
  return NULL;
}

static sce_error_t *vet_children(const sce_pages_t *pages, const lmdb_page_t *page, bool leaf) {
  for (uint32_t i = 0; i < page->count; i++) {
    lmdb_node_t node;
    sce_span_t data;
    SCE_TRY(sce_lmdb_node(pages, &node, page, i, leaf));
    if (leaf) SCE_TRY(sce_lmdb_data(pages, &data, page, &node));
    if (!leaf && (node.child < 2 || node.child > pages->last_page))
      return sce_lmdb_damaged(page->number, "number of a child page");
  }
  return NULL;
}

/* One page, if it is not vetted yet. */
static sce_error_t *vet_page(const sce_pages_t *pages, sce_page_set_t *vetted, lmdb_page_t *page, uint64_t number,
                             bool leaf) {
  SCE_TRY(sce_lmdb_page(pages, page, number, leaf ? LMDB_LEAF : LMDB_BRANCH));
  if (has_page(vetted, number)) return NULL;
  uint16_t sizes[MAX_UNITS];
  memset(sizes, 0, pages->page_size / 2 * sizeof sizes[0]);
  SCE_TRY(vet_packing(pages, page, leaf, sizes));
  SCE_TRY(vet_children(pages, page, leaf));
  add_page(vetted, number);
  return NULL;
}

static sce_error_t *child_at(const sce_pages_t *pages, uint64_t *child, const lmdb_page_t *page, uint32_t index) {
  lmdb_node_t node;
  SCE_TRY(sce_lmdb_node(pages, &node, page, index, false));
  *child = node.child;
  return NULL;
}

/* A page at `level` (1: root) of the main tree, and the way from it to its first leaf. */
static sce_error_t *vet_first_way(const sce_pages_t *pages, sce_page_set_t *vetted, uint64_t number, uint32_t level) {
  for (;; level++) {
    lmdb_page_t page;
    bool leaf = level == pages->main.depth;
    SCE_TRY(vet_page(pages, vetted, &page, number, leaf));
    if (leaf) return NULL;
    SCE_TRY(child_at(pages, &number, &page, 0));
  }
}

/* Neighbours of child `index`, two on each side (one may be merged away by an earlier removal of the transaction), and
 * the first way below the branch itself. */
static sce_error_t *vet_neighbours(const sce_pages_t *pages, sce_page_set_t *vetted, const lmdb_page_t *branch,
                                   uint32_t index, uint32_t level) {
  uint32_t from = index > 2 ? index - 2 : 0, to = index + 2 < branch->count ? index + 2 : branch->count - 1;
  for (uint32_t i = 0; i <= to; i = i < from ? from : i + 1) {
    uint64_t child;
    SCE_TRY(child_at(pages, &child, branch, i));
    SCE_TRY(vet_first_way(pages, vetted, child, level + 1));
  }
  return NULL;
}

/* The child on the way to the key. */
static sce_error_t *way_to(const sce_pages_t *pages, uint32_t *index, const lmdb_page_t *branch, sce_span_t key) {
  uint32_t low = 0, high = branch->count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    lmdb_node_t node;
    SCE_TRY(sce_lmdb_node(pages, &node, branch, middle, false));
    if (sce_span_compare(node.key, key) <= 0)
      low = middle;
    else
      high = middle;
  }
  *index = low;
  return NULL;
}

sce_error_t *sce_pages_vet_key(const sce_pages_t *pages, sce_page_set_t *vetted, sce_span_t key, bool removal) {
  uint64_t number = pages->main.root;
  if (number == LMDB_NO_PAGE) return NULL;
  for (uint32_t level = 1;; level++) {
    lmdb_page_t page;
    bool leaf = level == pages->main.depth;
    SCE_TRY(vet_page(pages, vetted, &page, number, leaf));
    if (leaf) return NULL;
    uint32_t index;
    SCE_TRY(way_to(pages, &index, &page, key));
    if (removal) SCE_TRY(vet_neighbours(pages, vetted, &page, index, level));
    SCE_TRY(child_at(pages, &number, &page, index));
  }
}

/* ---- whole trees ---- */

/* Adds the pages of a run to those in use. */
static sce_error_t *use_pages(const sce_pages_t *pages, sce_page_set_t *used, uint64_t number, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    if (number + i > pages->last_page || !add_page(used, number + i))
      return sce_lmdb_damaged(number + i, "in use twice, or beyond the last page");
  return NULL;
}

/* Pages that the nodes of a leaf use beside it. */
static sce_error_t *use_runs(const sce_pages_t *pages, sce_page_set_t *used, const lmdb_page_t *leaf) {
  for (uint32_t i = 0; i < leaf->count; i++) {
    lmdb_node_t node;
    SCE_TRY(sce_lmdb_node(pages, &node, leaf, i, true));
    if (node.flags != LMDB_BIGDATA) continue;
    uint64_t number, count;
    SCE_TRY(sce_lmdb_run(pages, &number, &count, leaf, &node));
    SCE_TRY(use_pages(pages, used, number, count));
  }
  return NULL;
}

/* Vets all pages of a tree; `used` gets them. Depth first, with one index a level. */
static sce_error_t *vet_tree(const sce_pages_t *pages, sce_page_set_t *used, sce_page_tree_t tree) {
  if (tree.root == LMDB_NO_PAGE) return NULL;
  sce_page_set_t vetted = {0}; /* no bits: every page is looked at */
  uint64_t number[SCE_PAGES_MAX_DEPTH + 1] = {tree.root}, entries = 0;
  uint32_t index[SCE_PAGES_MAX_DEPTH + 1] = {0}, level = 0;
  for (;;) {
    lmdb_page_t page;
    bool leaf = level + 1 == tree.depth;
    if (index[level] == 0) {
      SCE_TRY(vet_page(pages, &vetted, &page, number[level], leaf));
      SCE_TRY(use_pages(pages, used, number[level], 1));
    } else {
      SCE_TRY(sce_lmdb_page(pages, &page, number[level], LMDB_BRANCH));
    }
    if (leaf) {
      SCE_TRY(use_runs(pages, used, &page));
      entries += page.count;
    } else if (index[level] < page.count) {
      SCE_TRY(child_at(pages, &number[level + 1], &page, index[level]++));
      index[++level] = 0;
      continue;
    }
    if (level == 0) break;
    level--;
  }
  return entries == tree.entries ? NULL : sce_lmdb_damaged(tree.root, "number of entries of its tree");
}

/* A record of the free tree: a count, then that many page numbers, falling. LMDB reserves the records before it knows
 * how many pages they will have (mdb_freelist_save): some stay empty, some have room left, with anything in it. */
static sce_error_t *vet_free_list(const sce_pages_t *pages, sce_page_set_t *used, const sce_page_item_t *item) {
  uint64_t count = item->value.len < 8 ? 0 : sce_load_le64(item->value.data);
  if (item->key.len != 8 || item->value.len % 8 != 0 || item->value.len < 8 || count > item->value.len / 8 - 1)
    return sce_error_new(SCE_BAD_STATE, "the state database is damaged: a list of free pages");
  uint64_t last = pages->last_page + 1;
  for (uint64_t i = 1; i <= count; i++) {
    uint64_t number = sce_load_le64(item->value.data + 8 * i);
    if (number < 2 || number >= last) return sce_lmdb_damaged(number, "not in order in a list of free pages");
    SCE_TRY(use_pages(pages, used, number, 1));
    last = number;
  }
  return NULL;
}

static sce_error_t *vet_free_lists(const sce_pages_t *pages, sce_page_set_t *used) {
  sce_page_cursor_t cursor;
  sce_page_item_t item;
  SCE_TRY(sce_pages_seek(pages, &cursor, &item, pages->free, sce_span(NULL, 0), true));
  while (cursor.depth > 0) {
    SCE_TRY(vet_free_list(pages, used, &item));
    SCE_TRY(sce_pages_step(pages, &cursor, &item));
  }
  return NULL;
}

static sce_error_t *vet_trees(const sce_pages_t *pages, bool all) {
  sce_page_set_t used = {0};
  SCE_TRY(sce_page_set_new(&used, pages));
  sce_error_t *err = vet_tree(pages, &used, pages->free);
  if (err == NULL && all) err = vet_tree(pages, &used, pages->main);
  if (err == NULL) err = vet_free_lists(pages, &used);
  sce_page_set_free(&used);
  return err;
}

sce_error_t *sce_pages_vet_free(const sce_pages_t *pages) {
  return vet_trees(pages, false);
}

sce_error_t *sce_pages_vet_all(const sce_pages_t *pages) {
  return vet_trees(pages, true);
}
