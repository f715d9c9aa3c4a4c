/* linear_memory.h: linear memories of the strategies instance-reuse and recreate-instance: made for Wasmtime through
 * its host memory creator, and put back to a first state by work in proportion to what a call wrote: for instance-reuse
 * that after instantiation, for recreate-instance zeros, so that the next instance may have the memory of an earlier
 * one.
 *
 *            base                      image_len            first_size          capacity
 *   | record | private mapping of image | anonymous, zero    | PROT_NONE, grows   | guard |
 *
 * The image is a sealed memfd that all instances of a runtime share; a page that a call wrote is a private copy.
 * Written pages are found with the PAGEMAP_SCAN ioctl (Linux 6.7) and restored in place up to the resident budget;
 * beyond it, and on older kernels, madvise(MADV_DONTNEED) drops them. A call without a page fault needs no scan: it can
 * only have written pages that are private already. */
#ifndef SCE_EXECUTOR_LINEAR_MEMORY_H
#define SCE_EXECUTOR_LINEAR_MEMORY_H

#include "scexec/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <wasmtime.h>

/* The first state of a runtime's memory. Immutable once made; shared by instances on all threads. */
typedef struct sce_memory_image {
  int fd;              /* sealed memfd, -1 when the first state is all zero */
  const uint8_t *view; /* read-only mapping of it, `len` bytes */
  size_t len;          /* a multiple of the system's page size; bytes beyond are zero */
} sce_memory_image_t;

/* Makes an image of `size` bytes of linear memory at `data`. */
sce_error_t *sce_memory_image_new(sce_memory_image_t *image, const uint8_t *data, size_t size);
void sce_memory_image_clear(sce_memory_image_t *image);

typedef struct sce_linear_memory sce_linear_memory_t;

/* Most memories without an instance that are kept for the next one. */
#define SCE_SPARE_MEMORIES 8

/* An engine's linear memories: the creator behind Wasmtime's configuration, thread-safe. */
typedef struct sce_memory_space {
  size_t page_size;
  size_t resident_budget;      /* bytes */
  int pagemap;                 /* this process's /proc/self/pagemap, or -1: no PAGEMAP_SCAN */
  volatile uint8_t *fork_mark; /* zero in a child that was forked since */
  pthread_key_t thread_key;    /* serial numbers of threads */
  bool has_thread_key;
  atomic_uint_fast64_t last_thread;
  bool recycles; /* memories of instances that are gone, all zero, go to the next ones */
  pthread_mutex_t spares_lock;
  bool has_spares_lock;
  unsigned spare_count;
  sce_linear_memory_t *spares[SCE_SPARE_MEMORIES];
} sce_memory_space_t;

void sce_memory_space_init(sce_memory_space_t *space, size_t resident_budget);
void sce_memory_space_clear(sce_memory_space_t *space);

/* Makes Wasmtime use `space` for the memories of on-demand instances; `recycle`: and one memory for one instance after
 * the other. `space` must outlive the engine. */
void sce_memory_space_install(sce_memory_space_t *space, wasm_config_t *config, bool recycle);

/* A number that no other thread ever has in this space; 0 when the system gives none. */
uint64_t sce_memory_space_thread(sce_memory_space_t *space);

/* The memory that begins at `base`, which must be of an engine that the space is installed in: its record stands in the
 * page before. */
sce_linear_memory_t *sce_linear_memory_at(const sce_memory_space_t *space, uint8_t *base);

/* Puts the image under the memory and takes its present size as its first size. The contents must equal the image's. */
sce_error_t *sce_linear_memory_attach(sce_linear_memory_t *memory, const sce_memory_image_t *image);

/* The first state again, and the first size (Wasmtime must be told of it by growing by 0 pages). An error leaves the
 * memory unusable. */
sce_error_t *sce_linear_memory_reset(sce_linear_memory_t *memory);

/* Current base and size in bytes; the base never moves. */
uint8_t *sce_linear_memory_base(const sce_linear_memory_t *memory);
size_t sce_linear_memory_size(const sce_linear_memory_t *memory);
/* Whether the memory is larger than at first. */
bool sce_linear_memory_grown(const sce_linear_memory_t *memory);

#endif
