/* lmdb_pages.c: lookups and walks in an LMDB data file that trust nothing in it. */
#include "state/lmdb_pages.h"

#include "base/buf.h"
#include "base/error.h"
#include "state/lmdb_node.h"

#include <inttypes.h>
#include <string.h>

#define META_MAGIC 0xBEEFC0DEu
#define META_VERSION 1u
#define META_SIZE 136u /* behind the page's head */
#define META_TREES 24u /* offsets within it */
#define META_LAST_PAGE 120u
#define META_TRANSACTION 128u
#define TREE_SIZE 48u
#define FREE_TREE_FLAGS 0x08u /* MDB_INTEGERKEY */

#define MIN_PAGE_SIZE 512u
#define MAX_PAGE_SIZE 32768u
/* Pages that the last transaction took but had no use for are counted, and need not be in the file. */
#define UNWRITTEN_PAGES ((uint64_t)1 << 20)

sce_error_t *sce_lmdb_damaged(uint64_t page, const char *what) {
  return sce_error_new(SCE_BAD_STATE, "the state database is damaged: page %" PRIu64 ": %s", page, what);
}

/* ---- meta records ---- */

static sce_error_t *read_tree(sce_page_tree_t *tree, const uint8_t *meta, uint32_t which, uint64_t meta_page) {
  const uint8_t *at = meta + META_TREES + which * TREE_SIZE;
  *tree = (sce_page_tree_t){
      .root = sce_load_le64(at + 40), .depth = sce_load_le16(at + 6), .entries = sce_load_le64(at + 32)};
  if (sce_load_le16(at + 4) != (which == 0 ? FREE_TREE_FLAGS : 0))
    return sce_lmdb_damaged(meta_page, "flags of a tree");
  bool empty = tree->root == LMDB_NO_PAGE;
  if (empty != (tree->depth == 0) || tree->depth > SCE_PAGES_MAX_DEPTH || (empty && tree->entries != 0))
    return sce_lmdb_damaged(meta_page, "record of a tree");
  return NULL;
}

/* `bytes`: a whole page. Sets what the record says; of `pages` only `page_size` is used. */
static sce_error_t *read_meta(sce_pages_t *pages, const uint8_t *bytes, uint64_t number) {
  const uint8_t *meta = bytes + LMDB_PAGE_HEAD;
  if (sce_load_le64(bytes) != number || sce_load_le16(bytes + 10) != LMDB_META)
    return sce_lmdb_damaged(number, "not a meta page");
  if (sce_load_le32(meta) != META_MAGIC || sce_load_le32(meta + 4) != META_VERSION)
    return sce_error_new(SCE_BAD_STATE, "not an LMDB file of data version 1");
  if (sce_load_le32(meta + META_TREES) != pages->page_size) return sce_lmdb_damaged(number, "page size");
  pages->last_page = sce_load_le64(meta + META_LAST_PAGE);
  pages->transaction = sce_load_le64(meta + META_TRANSACTION);
  if (pages->transaction != 0 && (pages->transaction & 1) != number)
    return sce_lmdb_damaged(number, "number of the transaction");
  SCE_TRY(read_tree(&pages->free, meta, 0, number));
  SCE_TRY(read_tree(&pages->main, meta, 1, number));
  if (pages->last_page < 1 || pages->last_page > UINT64_MAX / MAX_PAGE_SIZE / 2)
    return sce_lmdb_damaged(number, "number of the last page");
  return NULL;
}

static sce_error_t *check_size(const sce_pages_t *pages, uint64_t file_size) {
  if (pages->last_page <= file_size / pages->page_size + UNWRITTEN_PAGES) return NULL;
  return sce_error_new(SCE_BAD_STATE, "the state database is damaged: cut off");
}

sce_error_t *sce_pages_check_head(uint32_t *page_size, sce_span_t head, uint64_t file_size) {
  *page_size = 0;
  if (head.len == 0) return NULL;
  if (head.len < LMDB_PAGE_HEAD + META_SIZE) return sce_error_new(SCE_BAD_STATE, "not an LMDB file: too short");
  if (sce_load_le32(head.data + LMDB_PAGE_HEAD) != META_MAGIC)
    return sce_error_new(SCE_BAD_STATE, "not an LMDB file of this machine's byte order");
  uint32_t size = sce_load_le32(head.data + LMDB_PAGE_HEAD + META_TREES);
  if (size < MIN_PAGE_SIZE || size > MAX_PAGE_SIZE || (size & (size - 1)) != 0) return sce_lmdb_damaged(0, "page size");
  if (head.len < 2 * (size_t)size) return sce_error_new(SCE_BAD_STATE, "the state database is damaged: cut off");
  sce_pages_t pages = {.page_size = size};
  for (uint32_t i = 0; i < 2; i++) {
    SCE_TRY(read_meta(&pages, head.data + i * (size_t)size, i));
    SCE_TRY(check_size(&pages, file_size));
  }
  *page_size = size;
  return NULL;
}

bool sce_pages_unfinished(sce_span_t file) {
  /* Page 0, a meta page; magic number and version. */
  static const uint8_t first[LMDB_PAGE_HEAD + 8] = {[10] = LMDB_META, [16] = 0xde, 0xc0, 0xef, 0xbe, META_VERSION};
  size_t common = file.len < sizeof first ? file.len : sizeof first;
  if (file.len == 0 || memcmp(file.data, first, common) != 0) return false;
  if (file.len < LMDB_PAGE_HEAD + META_TREES + 4) return true;
  uint32_t size = sce_load_le32(file.data + LMDB_PAGE_HEAD + META_TREES);
  if (size < MIN_PAGE_SIZE || size > MAX_PAGE_SIZE || (size & (size - 1)) != 0) return false;
  bool has_number = file.len >= LMDB_PAGE_HEAD + META_SIZE;
  uint64_t transaction = has_number ? sce_load_le64(file.data + LMDB_PAGE_HEAD + META_TRANSACTION) : 0;
  return file.len < 2 * (size_t)size && transaction == 0;
}

sce_error_t *sce_pages_open(sce_pages_t *pages, bool *found, uint64_t transaction) {
  uint64_t number = transaction & 1;
  SCE_TRY(read_meta(pages, pages->map + number * pages->page_size, number));
  *found = pages->transaction == transaction;
  return *found ? check_size(pages, pages->readable) : NULL;
}

/* ---- pages and nodes ---- */

/* The bytes of `count` pages from `number` on are in the file. */
static bool in_file(const sce_pages_t *pages, uint64_t number, uint64_t count) {
  return number >= 2 && number <= pages->last_page && count <= pages->last_page - number + 1 &&
         number + count <= pages->readable / pages->page_size;
}

sce_error_t *sce_lmdb_page(const sce_pages_t *pages, lmdb_page_t *page, uint64_t number, uint32_t flags) {
  if (!in_file(pages, number, 1)) return sce_lmdb_damaged(number, "not in the file");
  const uint8_t *bytes = pages->map + number * pages->page_size;
  uint32_t lower = sce_load_le16(bytes + 12), upper = sce_load_le16(bytes + 14);
  if (sce_load_le64(bytes) != number || sce_load_le16(bytes + 10) != flags)
    return sce_lmdb_damaged(number, flags == LMDB_LEAF ? "not a leaf page" : "not a branch page");
  uint32_t least = flags == LMDB_LEAF ? 1 : 2; /* nodes */
  if (lower < LMDB_PAGE_HEAD + 2 * least || lower % 2 != 0 || lower > upper || upper > pages->page_size)
    return sce_lmdb_damaged(number, "bounds of the page");
  *page = (lmdb_page_t){bytes, number, (lower - LMDB_PAGE_HEAD) / 2, upper};
  return NULL;
}

sce_error_t *sce_lmdb_node(const sce_pages_t *pages, lmdb_node_t *node, const lmdb_page_t *page, uint32_t index,
                           bool leaf) {
  uint32_t at = sce_load_le16(page->bytes + LMDB_PAGE_HEAD + 2 * index);
  if (at < page->upper || at % 2 != 0 || at > pages->page_size - LMDB_NODE_HEAD)
    return sce_lmdb_damaged(page->number, "place of a node");
  const uint8_t *bytes = page->bytes + at;
  uint32_t low = sce_load_le32(bytes), flags = sce_load_le16(bytes + 4), key_len = sce_load_le16(bytes + 6);
  uint32_t room = pages->page_size - at - LMDB_NODE_HEAD;
  if (key_len > SCE_PAGES_MAX_KEY || key_len > room) return sce_lmdb_damaged(page->number, "length of a key");
  *node = (lmdb_node_t){.offset = at, .flags = flags, .key = sce_span(bytes + LMDB_NODE_HEAD, key_len)};
  if (!leaf) {
    node->child = (uint64_t)flags << 32 | low;
    return NULL;
  }
  node->data_size = low;
  node->data_at = at + LMDB_NODE_HEAD + key_len;
  uint32_t held = flags == LMDB_BIGDATA ? 8 : low;
  if ((flags != 0 && flags != LMDB_BIGDATA) || held > room - key_len || key_len == 0)
    return sce_lmdb_damaged(page->number, "data of a node");
  return NULL;
}

sce_error_t *sce_lmdb_run(const sce_pages_t *pages, uint64_t *number, uint64_t *count, const lmdb_page_t *page,
                          const lmdb_node_t *node) {
  *number = sce_load_le64(page->bytes + node->data_at);
  uint64_t needed = (LMDB_PAGE_HEAD - 1 + (uint64_t)node->data_size) / pages->page_size + 1;
  if (!in_file(pages, *number, needed)) return sce_lmdb_damaged(*number, "not in the file");
  const uint8_t *bytes = pages->map + *number * pages->page_size;
  *count = sce_load_le32(bytes + 12);
  if (sce_load_le64(bytes) != *number || sce_load_le16(bytes + 10) != LMDB_OVERFLOW || *count < needed)
    return sce_lmdb_damaged(*number, "not the overflow pages of a value");
  return in_file(pages, *number, *count) ? NULL : sce_lmdb_damaged(*number, "overflow pages that are not in the file");
}

sce_error_t *sce_lmdb_data(const sce_pages_t *pages, sce_span_t *data, const lmdb_page_t *page,
                           const lmdb_node_t *node) {
  if (node->flags == 0) {
    *data = sce_span(page->bytes + node->data_at, node->data_size);
    return NULL;
  }
  uint64_t number, count;
  SCE_TRY(sce_lmdb_run(pages, &number, &count, page, node));
  *data = sce_span(pages->map + number * pages->page_size + LMDB_PAGE_HEAD, node->data_size);
  return NULL;
}

/* ---- search ---- */

/* The key of a node, checked to lie within the page; what else the node has is not looked at. */
static inline sce_error_t *key_at(const sce_pages_t *pages, sce_span_t *key, const lmdb_page_t *page, uint32_t index) {
  uint32_t at = sce_load_le16(page->bytes + LMDB_PAGE_HEAD + 2 * index);
  if (at < page->upper || at % 2 != 0 || at > pages->page_size - LMDB_NODE_HEAD)
    return sce_lmdb_damaged(page->number, "place of a node");
  uint32_t key_len = sce_load_le16(page->bytes + at + 6);
  if (key_len > SCE_PAGES_MAX_KEY || key_len > pages->page_size - at - LMDB_NODE_HEAD)
    return sce_lmdb_damaged(page->number, "length of a key");
  *key = sce_span(page->bytes + at + LMDB_NODE_HEAD, key_len);
  return NULL;
}

/* Keys of the free tree are u64 in the machine's order; all others are compared bytewise. Walks of the free tree start
 * at its beginning, so its order is never asked for. */
static sce_error_t *search_branch(const sce_pages_t *pages, uint32_t *index, const lmdb_page_t *page, sce_span_t key) {
  uint32_t low = 0, high = page->count; /* node 0 has no key of its own: it is below everything */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    sce_span_t at;
    SCE_TRY(key_at(pages, &at, page, middle));
    if (sce_span_compare(at, key) <= 0)
      low = middle;
    else
      high = middle;
  }
  *index = low;
  return NULL;
}

/* The first node at or after the key; page->count when there is none. */
static sce_error_t *search_leaf(const sce_pages_t *pages, uint32_t *index, const lmdb_page_t *page, sce_span_t key,
                                bool inclusive) {
  uint32_t low = 0, high = page->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    sce_span_t at;
    SCE_TRY(key_at(pages, &at, page, middle));
    int side = sce_span_compare(at, key);
    if (side < 0 || (side == 0 && !inclusive))
      low = middle + 1;
    else
      high = middle;
  }
  *index = low;
  return NULL;
}

static sce_error_t *child_of(const sce_pages_t *pages, uint64_t *child, const lmdb_page_t *page, uint32_t index) {
  lmdb_node_t node;
  SCE_TRY(sce_lmdb_node(pages, &node, page, index, false));
  *child = node.child;
  return NULL;
}

static sce_error_t *item_at(const sce_pages_t *pages, sce_page_item_t *item, const lmdb_page_t *leaf, uint32_t index) {
  lmdb_node_t node;
  SCE_TRY(sce_lmdb_node(pages, &node, leaf, index, true));
  item->key = node.key;
  return sce_lmdb_data(pages, &item->value, leaf, &node);
}

sce_error_t *sce_pages_get(const sce_pages_t *pages, bool *found, sce_span_t *value, sce_span_t key) {
  *found = false;
  uint64_t number = pages->main.root;
  lmdb_page_t page;
  uint32_t index;
  if (number == LMDB_NO_PAGE) return NULL;
  for (uint32_t level = 1; level < pages->main.depth; level++) {
    SCE_TRY(sce_lmdb_page(pages, &page, number, LMDB_BRANCH));
    SCE_TRY(search_branch(pages, &index, &page, key));
    SCE_TRY(child_of(pages, &number, &page, index));
  }
  SCE_TRY(sce_lmdb_page(pages, &page, number, LMDB_LEAF));
  SCE_TRY(search_leaf(pages, &index, &page, key, true));
  if (index == page.count) return NULL;
  lmdb_node_t node;
  SCE_TRY(sce_lmdb_node(pages, &node, &page, index, true));
  if (!sce_span_equal(node.key, key)) return NULL;
  *found = true;
  return sce_lmdb_data(pages, value, &page, &node);
}

/* ---- walks ---- */

/* From the branch at `level` of the cursor, whose index is set, to the first item below. */
static sce_error_t *descend_first(const sce_pages_t *pages, sce_page_cursor_t *cursor, sce_page_item_t *item,
                                  uint32_t level) {
  lmdb_page_t page;
  for (; level + 1 < cursor->depth; level++) {
    SCE_TRY(sce_lmdb_page(pages, &page, cursor->page[level], LMDB_BRANCH));
    if (cursor->index[level] >= page.count) return sce_lmdb_damaged(page.number, "bounds of the page");
    SCE_TRY(child_of(pages, &cursor->page[level + 1], &page, cursor->index[level]));
    cursor->index[level + 1] = 0;
  }
  SCE_TRY(sce_lmdb_page(pages, &page, cursor->page[level], LMDB_LEAF));
  if (cursor->index[level] >= page.count) return sce_lmdb_damaged(page.number, "bounds of the page");
  return item_at(pages, item, &page, cursor->index[level]);
}

/* To the first item behind the leaf where the cursor is. */
static sce_error_t *next_leaf(const sce_pages_t *pages, sce_page_cursor_t *cursor, sce_page_item_t *item) {
  for (uint32_t level = cursor->depth - 1; level-- > 0;) {
    lmdb_page_t page;
    SCE_TRY(sce_lmdb_page(pages, &page, cursor->page[level], LMDB_BRANCH));
    if (cursor->index[level] + 1 >= page.count) continue;
    cursor->index[level]++;
    return descend_first(pages, cursor, item, level);
  }
  cursor->depth = 0;
  return NULL;
}

sce_error_t *sce_pages_seek(const sce_pages_t *pages, sce_page_cursor_t *cursor, sce_page_item_t *item,
                            sce_page_tree_t tree, sce_span_t key, bool inclusive) {
  cursor->depth = 0;
  if (tree.root == LMDB_NO_PAGE) return NULL;
  lmdb_page_t page;
  cursor->ordered = tree.root == pages->main.root;
  cursor->page[0] = tree.root;
  uint32_t level = 0;
  for (; level + 1 < tree.depth; level++) {
    SCE_TRY(sce_lmdb_page(pages, &page, cursor->page[level], LMDB_BRANCH));
    cursor->index[level] = 0;
    if (key.len > 0) SCE_TRY(search_branch(pages, &cursor->index[level], &page, key));
    SCE_TRY(child_of(pages, &cursor->page[level + 1], &page, cursor->index[level]));
  }
  SCE_TRY(sce_lmdb_page(pages, &page, cursor->page[level], LMDB_LEAF));
  cursor->index[level] = 0;
  if (key.len > 0) SCE_TRY(search_leaf(pages, &cursor->index[level], &page, key, inclusive));
  cursor->depth = tree.depth;
  if (cursor->index[level] == page.count) return next_leaf(pages, cursor, item);
  return item_at(pages, item, &page, cursor->index[level]);
}

sce_error_t *sce_pages_step(const sce_pages_t *pages, sce_page_cursor_t *cursor, sce_page_item_t *item) {
  uint32_t level = cursor->depth - 1;
  lmdb_page_t page;
  sce_span_t last;
  SCE_TRY(sce_lmdb_page(pages, &page, cursor->page[level], LMDB_LEAF));
  if (cursor->index[level] >= page.count) return sce_lmdb_damaged(page.number, "bounds of the page");
  SCE_TRY(key_at(pages, &last, &page, cursor->index[level]));
  if (++cursor->index[level] < page.count)
    SCE_TRY(item_at(pages, item, &page, cursor->index[level]));
  else
    SCE_TRY(next_leaf(pages, cursor, item));
  if (cursor->depth > 0 && cursor->ordered && sce_span_compare(last, item->key) >= 0)
    return sce_lmdb_damaged(cursor->page[level], "keys that are not in order");
  return NULL;
}
