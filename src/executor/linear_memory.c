/* linear_memory.c: see linear_memory.h. */
#include "executor/linear_memory.h"

#include "base/checked.h"
#include "base/error.h"
#include "executor/pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define SCAN_RUNS 128
/* Runs of resident pages that are remembered between scans; a call that leaves more is scanned for each time. */
#define KNOWN_RUNS 32
/* Every so many resets, pages that the call did not change are given back: the resident set follows what calls
 * write. */
#define TRIM_INTERVAL 256

/* The private pages after the last reset, and the page faults that the thread had had by then. A call in which the
 * thread had no page fault can't have made any other page private, so the next reset needs no scan. */
typedef struct known_pages {
  bool valid;
  unsigned count;
  uint64_t thread; /* serial number of the thread */
  long faults;
  sce_page_run_t runs[KNOWN_RUNS];
} known_pages_t;

struct sce_linear_memory {
  sce_memory_space_t *space;
  uint8_t *base;     /* the page behind this struct */
  size_t capacity;   /* address space that memory may grow into */
  size_t mapped;     /* from this struct to the end of the guard */
  size_t size;       /* accessible bytes */
  size_t first_size; /* size after instantiation */
  const sce_memory_image_t *image;
  unsigned resets;
  known_pages_t known;
};

_Static_assert(sizeof(sce_linear_memory_t) <= 4096, "the record must fit the page before the memory");

/* ---- image ---- */

/* Writes the pages that are not zero, so that the file stays sparse. */
static sce_error_t *write_pages(int fd, const uint8_t *data, size_t len) {
  static const uint8_t zeros[4096];
  for (size_t at = 0; at < len; at += sizeof zeros) {
    size_t n = len - at < sizeof zeros ? len - at : sizeof zeros;
    if (memcmp(data + at, zeros, n) == 0) continue;
    ssize_t done = pwrite(fd, data + at, n, (off_t)at);
    if (done != (ssize_t)n) return sce_error_system(done < 0 ? errno : ENOSPC, "writing the memory image");
  }
  return NULL;
}

static size_t significant_length(const uint8_t *data, size_t size) {
  while (size >= 8 && sce_load_le64(data + size - 8) == 0) size -= 8;
  return size;
}

sce_error_t *sce_memory_image_new(sce_memory_image_t *image, const uint8_t *data, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t len = (significant_length(data, size) + page - 1) / page * page;
  *image = (sce_memory_image_t){.fd = -1};
  if (len == 0) return NULL;
  int fd = memfd_create("scexec-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return sce_error_system(errno, "creating the memory image");
  sce_error_t *err = NULL;
  if (ftruncate(fd, (off_t)len) != 0) err = sce_error_system(errno, "sizing the memory image");
  if (err == NULL) err = write_pages(fd, data, len);
  if (err == NULL && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    err = sce_error_system(errno, "sealing the memory image");
  void *view = err == NULL ? mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (err == NULL && view == MAP_FAILED) err = sce_error_system(errno, "mapping the memory image");
  if (err != NULL) {
    close(fd);
    return err;
  }
  *image = (sce_memory_image_t){.fd = fd, .view = view, .len = len};
  return NULL;
}

void sce_memory_image_clear(sce_memory_image_t *image) {
  if (image->view != NULL) munmap((void *)(uintptr_t)image->view, image->len);
  if (image->fd >= 0) close(image->fd);
  *image = (sce_memory_image_t){.fd = -1};
}

/* ---- memories, for Wasmtime ---- */

static uint8_t *get_memory(void *env, size_t *byte_size, size_t *byte_capacity) {
  sce_linear_memory_t *memory = env;
  *byte_size = memory->size;
  *byte_capacity = memory->capacity;
  return memory->base;
}

static wasmtime_error_t *grow_memory(void *env, size_t new_size) {
  sce_linear_memory_t *memory = env;
  if (new_size > memory->capacity) return wasmtime_error_new("linear memory can't grow beyond its reservation");
  if (new_size <= memory->size) return NULL;
  if (mprotect(memory->base + memory->size, new_size - memory->size, PROT_READ | PROT_WRITE) != 0)
    return wasmtime_error_new("the system refused to grow linear memory");
  memory->size = new_size;
  return NULL;
}

static sce_error_t *drop_pages(uint8_t *start, size_t len) {
  if (len > 0 && madvise(start, len, MADV_DONTNEED) != 0)
    return sce_error_system(errno, "giving linear memory back to the system");
  return NULL;
}

/* Takes growth back: contents dropped, access removed, also to runs that are known. */
static sce_error_t *shrink(sce_linear_memory_t *memory) {
  memory->known.valid = false;
  uint8_t *tail = memory->base + memory->first_size;
  size_t len = memory->size - memory->first_size;
  SCE_TRY(drop_pages(tail, len));
  if (mprotect(tail, len, PROT_NONE) != 0) return sce_error_system(errno, "shrinking linear memory");
  memory->size = memory->first_size;
  return NULL;
}

static void unmap_memory(sce_linear_memory_t *memory) {
  munmap(memory, memory->mapped);
}

/* The instance is gone: its memory goes to the spares, all zero, or back to the system. */
static void delete_memory(void *env) {
  static const sce_memory_image_t zeros = {.fd = -1};
  sce_linear_memory_t *memory = env;
  sce_memory_space_t *space = memory->space;
  bool kept = false;
  if (space->recycles) {
    memory->image = &zeros;
    sce_error_t *err = sce_linear_memory_reset(memory);
    pthread_mutex_lock(&space->spares_lock);
    kept = err == NULL && space->spare_count < SCE_SPARE_MEMORIES;
    if (kept) space->spares[space->spare_count++] = memory;
    pthread_mutex_unlock(&space->spares_lock);
    sce_error_delete(err);
  }
  if (!kept) unmap_memory(memory);
}

/* A spare memory with that much address space, or NULL. */
static sce_linear_memory_t *take_spare(sce_memory_space_t *space, size_t capacity, size_t mapped) {
  sce_linear_memory_t *found = NULL;
  if (!space->recycles) return NULL;
  pthread_mutex_lock(&space->spares_lock);
  for (unsigned i = space->spare_count; found == NULL && i-- > 0;) {
    if (space->spares[i]->capacity != capacity || space->spares[i]->mapped != mapped) continue;
    found = space->spares[i];
    space->spares[i] = space->spares[--space->spare_count];
  }
  pthread_mutex_unlock(&space->spares_lock);
  return found;
}

/* Reserves a page for the record, `len` bytes of memory and guard; makes the record usable. NULL: no address space. */
static sce_linear_memory_t *reserve(size_t page, size_t len) {
  uint8_t *start = mmap(NULL, page + len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return NULL;
  if (mprotect(start, page, PROT_READ | PROT_WRITE) != 0) {
    munmap(start, page + len);
    return NULL;
  }
  /* Huge pages would make one written byte cost 2 MiB of clearing. Kernels without them refuse: no loss. */
  (void)madvise(start + page, len, MADV_NOHUGEPAGE);
  return (sce_linear_memory_t *)(void *)start;
}

/* Makes a memory of zeros exactly `size` bytes large. */
static wasmtime_error_t *set_first_size(sce_linear_memory_t *memory, size_t size) {
  memory->first_size = size;
  if (size > memory->size) return grow_memory(memory, size);
  sce_error_t *err = size < memory->size ? shrink(memory) : NULL;
  if (err == NULL) return NULL;
  sce_error_delete(err);
  return wasmtime_error_new("the system refused to shrink linear memory");
}

static wasmtime_error_t *new_memory(void *env, const wasm_memorytype_t *type, size_t minimum, size_t maximum,
                                    size_t reserved, size_t guard, wasmtime_linear_memory_t *out) {
  (void)type;
  (void)maximum; /* the store's limiter keeps growth within the limit */
  sce_memory_space_t *space = env;
  size_t page = space->page_size, len, mapped;
  if (reserved < minimum) reserved = minimum;
  if (!sce_add_size(reserved, guard, &len) || !sce_add_size(len, page, &mapped))
    return wasmtime_error_new("linear memory is too large");
  sce_linear_memory_t *memory = take_spare(space, reserved, mapped);
  if (memory == NULL) memory = reserve(page, len);
  if (memory == NULL) return wasmtime_error_new("no address space for linear memory");
  memory->space = space;
  memory->base = (uint8_t *)memory + page;
  memory->capacity = reserved;
  memory->mapped = mapped;
  wasmtime_error_t *refused = set_first_size(memory, minimum);
  if (refused != NULL) {
    unmap_memory(memory);
    return refused;
  }
  *out = (wasmtime_linear_memory_t){memory, get_memory, grow_memory, delete_memory};
  return NULL;
}

/* ---- space ---- */

/* A page that is zero in a forked child: the open pagemap still is the parent's there. NULL: no such page, no scans. */
static volatile uint8_t *make_fork_mark(size_t page) {
  void *mark = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mark == MAP_FAILED) return NULL;
  if (madvise(mark, page, MADV_WIPEONFORK) != 0) {
    munmap(mark, page);
    return NULL;
  }
  *(volatile uint8_t *)mark = 1;
  return mark;
}

static bool forked(const sce_memory_space_t *space) {
  return *space->fork_mark == 0;
}

uint64_t sce_memory_space_thread(sce_memory_space_t *space) {
  if (!space->has_thread_key) return 0;
  uint64_t serial = (uint64_t)(uintptr_t)pthread_getspecific(space->thread_key);
  if (serial != 0) return serial;
  serial = atomic_fetch_add_explicit(&space->last_thread, 1, memory_order_relaxed) + 1;
  return pthread_setspecific(space->thread_key, (void *)(uintptr_t)serial) == 0 ? serial : 0;
}

void sce_memory_space_init(sce_memory_space_t *space, size_t resident_budget) {
  *space = (sce_memory_space_t){
      .page_size = (size_t)sysconf(_SC_PAGESIZE), .resident_budget = resident_budget, .pagemap = -1};
  atomic_init(&space->last_thread, 0);
  space->fork_mark = make_fork_mark(space->page_size);
  if (space->fork_mark != NULL) space->pagemap = sce_pagemap_open();
  space->has_thread_key = pthread_key_create(&space->thread_key, NULL) == 0;
  space->has_spares_lock = pthread_mutex_init(&space->spares_lock, NULL) == 0;
}

void sce_memory_space_clear(sce_memory_space_t *space) {
  for (unsigned i = 0; i < space->spare_count; i++) unmap_memory(space->spares[i]);
  if (space->has_spares_lock) pthread_mutex_destroy(&space->spares_lock);
  if (space->has_thread_key) pthread_key_delete(space->thread_key);
  if (space->pagemap >= 0) close(space->pagemap);
  if (space->fork_mark != NULL) munmap((void *)(uintptr_t)space->fork_mark, space->page_size);
}

void sce_memory_space_install(sce_memory_space_t *space, wasm_config_t *config, bool recycle) {
  space->recycles = recycle && space->has_spares_lock;
  wasmtime_memory_creator_t creator = {space, new_memory, NULL};
  wasmtime_config_host_memory_creator_set(config, &creator);
}

sce_linear_memory_t *sce_linear_memory_at(const sce_memory_space_t *space, uint8_t *base) {
  return (sce_linear_memory_t *)(void *)(base - space->page_size);
}

/* ---- reset ---- */

sce_error_t *sce_linear_memory_attach(sce_linear_memory_t *memory, const sce_memory_image_t *image) {
  if (image->len > memory->size) return sce_error_new(SCE_INTERNAL, "memory image is larger than the memory");
  if (image->len > 0 &&
      mmap(memory->base, image->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, image->fd, 0) == MAP_FAILED)
    return sce_error_system(errno, "mapping the memory image");
  memory->image = image;
  memory->first_size = memory->size;
  return NULL;
}

/* Restores one page to `original` (NULL: zeros) and says whether it had changed. */
static bool restore_page(uint8_t *page, const uint8_t *original, size_t len) {
  if (original != NULL) {
    if (memcmp(page, original, len) == 0) return false;
    memcpy(page, original, len);
    return true;
  }
  if (sce_load_le64(page) == 0 && memcmp(page, page + 8, len - 8) == 0) return false;
  memset(page, 0, len);
  return true;
}

/* What a reset still may keep, and whether it gives unchanged pages back. */
typedef struct reset_plan {
  size_t budget;
  bool trim;
  bool dropped; /* pages were given back: the runs are no longer all resident */
} reset_plan_t;

/* Restores a run of written pages in place; drops those beyond the budget, and unchanged ones when trimming. */
static sce_error_t *restore_run(sce_linear_memory_t *memory, reset_plan_t *plan, sce_page_run_t run) {
  uint8_t *start = (uint8_t *)(uintptr_t)run.start, *end = (uint8_t *)(uintptr_t)run.end;
  size_t page = memory->space->page_size;
  uint8_t *image_end = memory->base + memory->image->len;
  uint8_t *drop_from = NULL; /* start of the pending stretch of pages to drop */
  for (uint8_t *at = start; at < end; at += page) {
    bool keep = plan->budget >= page;
    if (keep) {
      const uint8_t *original = at < image_end ? memory->image->view + (at - memory->base) : NULL;
      bool changed = restore_page(at, original, page);
      keep = changed || !plan->trim;
    }
    if (keep) {
      plan->budget -= page;
      if (drop_from != NULL) SCE_TRY(drop_pages(drop_from, (size_t)(at - drop_from)));
      drop_from = NULL;
    } else if (drop_from == NULL) {
      drop_from = at;
      plan->dropped = true;
    }
  }
  return drop_from != NULL ? drop_pages(drop_from, (size_t)(end - drop_from)) : NULL;
}

/* Restores what a scan finds, and remembers the runs. */
static sce_error_t *scan_and_restore(sce_linear_memory_t *memory, reset_plan_t *plan) {
  known_pages_t *known = &memory->known;
  known->count = 0;
  uint64_t at = (uint64_t)(uintptr_t)memory->base, end = at + memory->size;
  sce_page_run_t runs[SCAN_RUNS];
  bool all_known = true;
  while (at < end) {
    uint64_t resume = at;
    int count = sce_pagemap_scan(memory->space->pagemap, runs, SCAN_RUNS, &resume, at, end);
    if (count < 0 || resume <= at) return drop_pages(memory->base, memory->size); /* the sure way */
    for (int i = 0; i < count; i++) {
      SCE_TRY(restore_run(memory, plan, runs[i]));
      if (known->count == KNOWN_RUNS) all_known = false;
      if (all_known) known->runs[known->count++] = runs[i];
    }
    at = resume;
  }
  known->valid = all_known && !plan->dropped;
  return NULL;
}

/* Faults of the calling thread so far; any other page that becomes private adds one. False: the system does not say. */
static bool count_faults(long *faults) {
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return false;
  *faults = usage.ru_minflt + usage.ru_majflt;
  return true;
}

static sce_error_t *restore_written(sce_linear_memory_t *memory) {
  known_pages_t *known = &memory->known;
  reset_plan_t plan = {.budget = memory->space->resident_budget, .trim = ++memory->resets % TRIM_INTERVAL == 0};
  uint64_t thread = sce_memory_space_thread(memory->space);
  long faults = 0;
  bool counted = thread != 0 && count_faults(&faults);
  if (counted && known->valid && known->thread == thread && known->faults == faults && !plan.trim) {
    for (unsigned i = 0; i < known->count; i++) SCE_TRY(restore_run(memory, &plan, known->runs[i]));
    return NULL;
  }
  known->valid = false;
  SCE_TRY(scan_and_restore(memory, &plan));
  known->thread = thread;
  known->valid = known->valid && counted && count_faults(&known->faults);
  return NULL;
}

sce_error_t *sce_linear_memory_reset(sce_linear_memory_t *memory) {
  if (memory->size != memory->first_size) SCE_TRY(shrink(memory));
  if (memory->space->pagemap < 0 || forked(memory->space)) return drop_pages(memory->base, memory->size);
  return restore_written(memory);
}

uint8_t *sce_linear_memory_base(const sce_linear_memory_t *memory) {
  return memory->base;
}

size_t sce_linear_memory_size(const sce_linear_memory_t *memory) {
  return memory->size;
}

bool sce_linear_memory_grown(const sce_linear_memory_t *memory) {
  return memory->size != memory->first_size;
}
