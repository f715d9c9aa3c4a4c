/* host_fake.h: a caller for the handlers of the Host API without any WebAssembly: plain memory with the executor's real
 * heap in it. Layout as in the generator of host-vectors.json: 48 MiB of memory, arguments from 0x10000, heap from
 * 16 MiB. */
#ifndef TEST_HOST_FAKE_H
#define TEST_HOST_FAKE_H

#include "base/buf.h"
#include "executor/heap.h"
#include "host/caller.h"

#include <stdlib.h>
#include <string.h>

#define FAKE_ARGS 0x10000u
#define FAKE_HEAP (16u << 20)
#define FAKE_MEMORY (48u << 20)

typedef struct fake {
  sce_caller_t caller;
  sce_host_state_t state;
  sce_externalities_t ext;
  sce_heap_t heap;
  sce_heap_memory_t memory;
  uint32_t at; /* where the next argument goes */
} fake_t;

static bool fake_grow(sce_heap_memory_t *memory, uint32_t pages) {
  (void)memory, (void)pages;
  return false;
}

static sce_error_t *fake_alloc(void *self, uint32_t *ptr, uint32_t size) {
  fake_t *fake = self;
  return sce_heap_alloc(&fake->heap, &fake->memory, ptr, size);
}

static sce_error_t *fake_free(void *self, uint32_t ptr) {
  fake_t *fake = self;
  return sce_heap_free(&fake->heap, &fake->memory, ptr);
}

static const sce_caller_ops_t fake_ops = {.alloc = fake_alloc, .free = fake_free};

/* A caller over `size` bytes of zeroed memory whose heap begins at `heap_base`. */
static void fake_init(fake_t *fake, size_t size, uint32_t heap_base) {
  memset(fake, 0, sizeof *fake);
  fake->memory = (sce_heap_memory_t){calloc(1, size), size, (uint32_t)(size / SCE_WASM_PAGE), size, fake_grow};
  fake->ext.size = sizeof fake->ext;
  fake->at = FAKE_ARGS;
  sce_heap_init(&fake->heap, heap_base);
  fake->caller = (sce_caller_t){fake->memory.data, size, &fake->ext, &fake_ops, fake, &fake->state};
}

static void fake_free_all(fake_t *fake) {
  sce_host_state_clear(&fake->state);
  free(fake->memory.data);
}

/* An empty heap and argument area again, as in a fresh call on the same externalities. */
static inline void fake_next_call(fake_t *fake, uint32_t heap_base) {
  sce_heap_init(&fake->heap, heap_base);
  fake->at = FAKE_ARGS;
}

/* Puts bytes into memory; their address. */
static inline uint32_t fake_put(fake_t *fake, const void *bytes, size_t len) {
  uint32_t at = fake->at;
  if (len > 0) memcpy(fake->memory.data + at, bytes, len);
  fake->at += (uint32_t)(len + 15) & ~7u;
  return at;
}

static inline uint64_t fake_put_span(fake_t *fake, const void *bytes, size_t len) {
  return (uint64_t)fake_put(fake, bytes, len) | (uint64_t)len << 32;
}

/* The bytes behind a pointer-size that a handler returned. */
static inline sce_span_t fake_span(const fake_t *fake, uint64_t pointer_size) {
  uint32_t ptr = (uint32_t)pointer_size, len = (uint32_t)(pointer_size >> 32);
  if (!sce_caller_in_bounds(&fake->caller, ptr, len)) abort();
  return sce_span(fake->memory.data + ptr, len);
}

#endif
