/* lmdb_pages.h: reads the B+tree in an LMDB data file, and checks everything that it reads.
 *
 * LMDB itself trusts its file: a damaged one makes it read and write outside of its memory, or abort. So scexec reads
 * through these functions only, and leaves to LMDB what it is good at: transactions. Before a transaction writes, the
 * pages that LMDB will touch are vetted here. Reading needs no lock and no per-thread state.
 *
 * The file (LMDB 0.9, data version 1, mdb.c), all numbers in the machine's order, which must be little-endian:
 *   pages of one size, numbered from 0; a number without a meaning is all ones
 *   page      u64 number, u16 0, u16 flags, then u16 lower, u16 upper, or u32 pages of an overflow run; 16 bytes
 *   0 and 1   flags META; from 16: the meta record (below); transaction N writes page N & 1
 *   BRANCH    u16 offsets of nodes up to `lower`, nodes from `upper` on, packed; first key is not looked at
 *   LEAF      the same with data; data that is too large stands in a run of OVERFLOW pages, from 16 on
 *   node      u16 low, u16 high, u16 flags, u16 key length, key; branch: low, high, flags are the child's number;
 *             leaf: low, high are the data's length, then the data, or (flag BIGDATA) the u64 number of its run
 *   meta      u32 magic, u32 version, u64 address, u64 map size, the free tree's record, the main tree's,
 *             u64 last page, u64 transaction
 *   tree      u32 page size (free tree only), u16 flags, u16 depth, u64 branch, leaf and overflow pages, u64 entries,
 *             u64 root
 */
#ifndef SCE_STATE_LMDB_PAGES_H
#define SCE_STATE_LMDB_PAGES_H

#include "scexec/base.h"

/* Levels of a tree: 15 hold more than a file can. */
#define SCE_PAGES_MAX_DEPTH 15
/* Longest key: MDB_MAXKEYSIZE. */
#define SCE_PAGES_MAX_KEY 511

typedef struct sce_page_tree {
  uint64_t root; /* UINT64_MAX: no pages */
  uint32_t depth;
  uint64_t entries;
} sce_page_tree_t;

/* One snapshot of a file. Read by any number of threads. */
typedef struct sce_pages {
  const uint8_t *map;
  uint64_t readable; /* bytes of the file */
  uint32_t page_size;
  uint64_t last_page;
  uint64_t transaction;
  sce_page_tree_t main;
  sce_page_tree_t free;
} sce_pages_t;

/* A place in a tree. */
typedef struct sce_page_cursor {
  bool ordered;   /* steps check that keys rise: so no damage makes a walk go in circles */
  uint32_t depth; /* 0: nowhere */
  uint64_t page[SCE_PAGES_MAX_DEPTH];
  uint32_t index[SCE_PAGES_MAX_DEPTH];
} sce_page_cursor_t;

typedef struct sce_page_item {
  sce_span_t key;
  sce_span_t value;
} sce_page_item_t;

/* All errors are SCE_BAD_STATE and name the page. */

/* Checks both meta records in the first bytes of a file of `file_size` bytes (`head`, at least two pages where the file
 * has them) and gives the page size. A file of 0 bytes is new: `*page_size` 0. */
sce_error_t *sce_pages_check_head(uint32_t *page_size, sce_span_t head, uint64_t file_size);

/* Whether a whole file, of less than the two pages that LMDB writes first, is the beginning of these: its maker was
 * killed or had no room, and nothing was ever committed to it. */
bool sce_pages_unfinished(sce_span_t file);
/* Fills `pages` with the meta record of `transaction`; `*found` false when another has taken its place. `map`,
 * `readable` and `page_size` are set. */
sce_error_t *sce_pages_open(sce_pages_t *pages, bool *found, uint64_t transaction);

/* The value of a key in the main tree. */
sce_error_t *sce_pages_get(const sce_pages_t *pages, bool *found, sce_span_t *value, sce_span_t key);
/* To the first key at or after `key` (`inclusive`) or after it; cursor->depth 0 at the end. */
sce_error_t *sce_pages_seek(const sce_pages_t *pages, sce_page_cursor_t *cursor, sce_page_item_t *item,
                            sce_page_tree_t tree, sce_span_t key, bool inclusive);
/* To the next key. */
sce_error_t *sce_pages_step(const sce_pages_t *pages, sce_page_cursor_t *cursor, sce_page_item_t *item);

/* ---- vetting (lmdb_vet.c) ---- */

/* Pages that were found sound in every byte that LMDB goes by, one bit each. All zero is none. */
typedef struct sce_page_set {
  uint64_t *bits;
  uint64_t pages;
} sce_page_set_t;

void sce_page_set_free(sce_page_set_t *set);
/* Makes room for the pages of a snapshot, none of them set. */
sce_error_t *sce_page_set_new(sce_page_set_t *set, const sce_pages_t *pages);

/* Vets what LMDB touches when it writes under `key` in the main tree (`removal`: also what it may merge with). */
sce_error_t *sce_pages_vet_key(const sce_pages_t *pages, sce_page_set_t *vetted, sce_span_t key, bool removal);
/* Vets the whole free tree and the lists of pages in it. */
sce_error_t *sce_pages_vet_free(const sce_pages_t *pages);
/* Vets every page of both trees, and that none has two uses. */
sce_error_t *sce_pages_vet_all(const sce_pages_t *pages);

#endif
