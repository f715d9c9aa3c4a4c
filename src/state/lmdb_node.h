/* lmdb_node.h: pages and nodes of an LMDB file, as lmdb_pages.c and lmdb_vet.c look at them. */
#ifndef SCE_STATE_LMDB_NODE_H
#define SCE_STATE_LMDB_NODE_H

#include "base/checked.h"
#include "state/lmdb_pages.h"

#define LMDB_PAGE_HEAD 16u
#define LMDB_NODE_HEAD 8u
#define LMDB_BRANCH 0x01u
#define LMDB_LEAF 0x02u
#define LMDB_OVERFLOW 0x04u
#define LMDB_META 0x08u
#define LMDB_BIGDATA 0x01u
#define LMDB_NO_PAGE UINT64_MAX

/* A page whose head was checked. */
typedef struct lmdb_page {
  const uint8_t *bytes;
  uint64_t number;
  uint32_t count; /* nodes */
  uint32_t upper;
} lmdb_page_t;

typedef struct lmdb_node {
  uint32_t offset;
  uint32_t flags;
  sce_span_t key;
  uint64_t child;     /* branch */
  uint32_t data_size; /* leaf */
  uint32_t data_at;   /* leaf: offset of the data, or of the number of its run */
} lmdb_node_t;

sce_error_t *sce_lmdb_damaged(uint64_t page, const char *what);
/* A branch or leaf page, with its head checked. */
sce_error_t *sce_lmdb_page(const sce_pages_t *pages, lmdb_page_t *page, uint64_t number, uint32_t flags);
/* A node, checked to lie within the page. */
sce_error_t *sce_lmdb_node(const sce_pages_t *pages, lmdb_node_t *node, const lmdb_page_t *page, uint32_t index,
                           bool leaf);
/* A leaf node's data. */
sce_error_t *sce_lmdb_data(const sce_pages_t *pages, sce_span_t *data, const lmdb_page_t *page,
                           const lmdb_node_t *node);
/* The overflow run of a node with BIGDATA, checked to lie in the file and to have room for the data. It may be longer:
 * LMDB keeps the run of a record that it writes anew, smaller, in the same transaction. */
sce_error_t *sce_lmdb_run(const sce_pages_t *pages, uint64_t *number, uint64_t *count, const lmdb_page_t *page,
                          const lmdb_node_t *node);

#endif
