/* heap.c: see heap.h. The order of the checks is upstream's, since it decides which effects precede an error. */
#include "executor/heap.h"

#include "base/checked.h"
#include "base/error.h"

#define HEADER_SIZE 8u
#define NO_BLOCK UINT32_MAX
#define OCCUPIED ((uint64_t)1 << 32)

void sce_heap_init(sce_heap_t *heap, uint32_t heap_base) {
  *heap = (sce_heap_t){0};
  heap->base = (heap_base + 7) & ~7u; /* in the last 7 bytes of the address space upstream's sum wraps, too */
  heap->bumper = heap->base;
  for (int i = 0; i < SCE_HEAP_ORDERS; i++) heap->free_heads[i] = NO_BLOCK;
}

static uint32_t payload_size(uint32_t order) {
  return 8u << order;
}

static uint32_t order_of(uint32_t size) {
  uint32_t order = 0;
  while (payload_size(order) < size) order++;
  return order;
}

/* Checks common to both operations; leaves the heap poisoned until the operation succeeds. */
static sce_error_t *begin(sce_heap_t *heap, const sce_heap_memory_t *memory) {
  if (heap->poisoned) return sce_error_new(SCE_HOST_FUNCTION, "the heap is unusable after an earlier allocator error");
  heap->poisoned = true;
  if (memory->size < heap->last_memory_size)
    return sce_error_new(SCE_HOST_FUNCTION, "linear memory shrank from %llu to %llu bytes",
                         (unsigned long long)heap->last_memory_size, (unsigned long long)memory->size);
  heap->last_memory_size = memory->size;
  return NULL;
}

static sce_error_t *out_of_space(const sce_heap_memory_t *memory, uint64_t wanted) {
  return sce_error_new(SCE_MEMORY_LIMIT,
                       "out of heap: %llu bytes of linear memory are needed, %llu are there, the limit is %llu",
                       (unsigned long long)wanted, (unsigned long long)memory->size, (unsigned long long)memory->limit);
}

/* Makes the memory hold `wanted` bytes: at least doubles it, up to the limit (freeing_bump.rs, bump()). */
static sce_error_t *ensure_size(sce_heap_memory_t *memory, uint64_t wanted) {
  if (wanted <= memory->size) return NULL;
  uint64_t required = (wanted + SCE_WASM_PAGE - 1) / SCE_WASM_PAGE;
  uint64_t current = memory->size / SCE_WASM_PAGE;
  uint64_t max = memory->max_pages;
  if (current >= max || required > max) return out_of_space(memory, wanted);
  uint64_t next = current * 2 < max ? current * 2 : max;
  if (next < required) next = required;
  if (!memory->grow(memory, (uint32_t)(next - current))) return out_of_space(memory, next * SCE_WASM_PAGE);
  return NULL;
}

/* Takes the first block of the order's free list. */
static sce_error_t *pop_free(sce_heap_t *heap, const sce_heap_memory_t *memory, uint32_t *header_at, uint32_t order) {
  uint32_t head = heap->free_heads[order];
  if ((uint64_t)head + HEADER_SIZE + payload_size(order) > memory->size)
    return sce_error_new(SCE_HOST_FUNCTION, "free list of order %u leads to 0x%x, outside of memory", order, head);
  uint64_t header = sce_load_le64(memory->data + head);
  if ((header & OCCUPIED) != 0)
    return sce_error_new(SCE_HOST_FUNCTION, "free list of order %u leads to the occupied block at 0x%x", order, head);
  heap->free_heads[order] = (uint32_t)header;
  *header_at = head;
  return NULL;
}

sce_error_t *sce_heap_alloc(sce_heap_t *heap, sce_heap_memory_t *memory, uint32_t *ptr, uint32_t size) {
  SCE_TRY(begin(heap, memory));
  if (size > SCE_HEAP_MAX_ALLOCATION)
    return sce_error_new(SCE_MEMORY_LIMIT, "an allocation of %u bytes is larger than the heap's largest block (%u)",
                         size, SCE_HEAP_MAX_ALLOCATION);
  uint32_t order = order_of(size);
  uint32_t header_at = 0;
  uint32_t block = payload_size(order) + HEADER_SIZE;
  if (heap->free_heads[order] != NO_BLOCK) {
    SCE_TRY(pop_free(heap, memory, &header_at, order));
  } else {
    SCE_TRY(ensure_size(memory, (uint64_t)heap->bumper + block));
    header_at = heap->bumper;
    heap->bumper += block; /* 0 after a block that ends with the address space, as upstream */
  }
  sce_store_le64(memory->data + header_at, OCCUPIED | order);

  heap->bytes_allocated += block;
  heap->bytes_allocated_sum += block;
  if (heap->bytes_allocated > heap->bytes_allocated_peak) heap->bytes_allocated_peak = heap->bytes_allocated;
  heap->poisoned = false;
  *ptr = header_at + HEADER_SIZE;
  return NULL;
}

sce_error_t *sce_heap_free(sce_heap_t *heap, sce_heap_memory_t *memory, uint32_t ptr) {
  SCE_TRY(begin(heap, memory));
  if (ptr < HEADER_SIZE || (uint64_t)ptr > memory->size)
    return sce_error_new(SCE_HOST_FUNCTION, "free of 0x%x, which is no block of the heap", ptr);
  uint32_t header_at = ptr - HEADER_SIZE;
  uint64_t header = sce_load_le64(memory->data + header_at);
  if ((header & OCCUPIED) == 0)
    return sce_error_new(SCE_HOST_FUNCTION, "free of 0x%x, which is free already or no block of the heap", ptr);
  uint32_t order = (uint32_t)header;
  if (order >= SCE_HEAP_ORDERS)
    return sce_error_new(SCE_HOST_FUNCTION, "free of 0x%x, whose header has no valid order (%u)", ptr, order);
  sce_store_le64(memory->data + header_at, heap->free_heads[order]);
  heap->free_heads[order] = header_at;

  uint64_t block = (uint64_t)payload_size(order) + HEADER_SIZE;
  if (heap->bytes_allocated < block)
    return sce_error_new(SCE_HOST_FUNCTION, "free of 0x%x gives back more bytes than are in use", ptr);
  heap->bytes_allocated -= block;
  heap->poisoned = false;
  return NULL;
}
