/* heap.h: the freeing-bump heap that the host keeps in a runtime's linear memory for one call. Source of every rule:
 * sc-allocator 39, freeing_bump.rs; addresses are part of what every host must agree on.
 *
 *   heap base                                    bumper             memory size
 *   |  [8-byte header | payload 8 * 2^order]  ...  |   not yet used    |
 *
 * Header, little endian: bit 32 set = occupied, low half the order; bit 32 clear = free, low half the address of the
 * next free block's header of that order (0xffffffff: none). Blocks are never split, merged or cleared. */
#ifndef SCE_EXECUTOR_HEAP_H
#define SCE_EXECUTOR_HEAP_H

#include "scexec/base.h"

#define SCE_WASM_PAGE ((uint64_t)65536)
#define SCE_WASM_MAX_PAGES ((uint32_t)65536)
#define SCE_HEAP_ORDERS 23
#define SCE_HEAP_MAX_ALLOCATION ((uint32_t)8 << (SCE_HEAP_ORDERS - 1)) /* 32 MiB */

/* The linear memory that a heap lives in. `grow` makes it `pages` pages larger and updates `data` and `size`; false
 * when that is refused. */
typedef struct sce_heap_memory {
  uint8_t *data;
  uint64_t size;      /* bytes */
  uint32_t max_pages; /* the chain's limit, which the heap itself respects */
  uint64_t limit;     /* bytes beyond which `grow` refuses, for messages */
  bool (*grow)(struct sce_heap_memory *memory, uint32_t pages);
} sce_heap_memory_t;

typedef struct sce_heap {
  uint32_t base;   /* aligned heap base */
  uint32_t bumper; /* next address never handed out */
  uint32_t free_heads[SCE_HEAP_ORDERS];
  bool poisoned; /* an operation failed: every later one fails */
  uint64_t last_memory_size;
  uint64_t bytes_allocated; /* headers included, as are the next two */
  uint64_t bytes_allocated_peak;
  uint64_t bytes_allocated_sum;
} sce_heap_t;

/* An empty heap whose blocks begin at `heap_base` rounded up to a multiple of 8. */
void sce_heap_init(sce_heap_t *heap, uint32_t heap_base);

/* A block of at least `size` bytes (0: 8). Errors: SCE_MEMORY_LIMIT, and SCE_HOST_FUNCTION for a damaged heap. */
sce_error_t *sce_heap_alloc(sce_heap_t *heap, sce_heap_memory_t *memory, uint32_t *ptr, uint32_t size);

/* Frees the block at `ptr`, believing its header. Errors: SCE_HOST_FUNCTION. */
sce_error_t *sce_heap_free(sce_heap_t *heap, sce_heap_memory_t *memory, uint32_t ptr);

#endif
