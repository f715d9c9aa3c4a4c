/* pagemap.h: finding the pages that were written, with the PAGEMAP_SCAN ioctl of /proc/PID/pagemap (Linux 6.7,
 * Documentation/admin-guide/mm/pagemap.rst). Declared here since Debian 12's kernel headers are older. */
#ifndef SCE_EXECUTOR_PAGEMAP_H
#define SCE_EXECUTOR_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of pages, addresses inclusive and exclusive: struct page_region. */
typedef struct sce_page_run {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
} sce_page_run_t;

/* Opens this process's pagemap for scanning; -1 when the kernel has no PAGEMAP_SCAN. */
int sce_pagemap_open(void);

/* Finds runs of privately written pages in [start, end): present or swapped out, not of a file, not the shared zero
 * page. Writes at most `capacity` runs, sets `*resume` to where the next scan goes on (`end` when done), and gives the
 * number of runs, or -1 with errno. */
int sce_pagemap_scan(int pagemap, sce_page_run_t *runs, size_t capacity, uint64_t *resume, uint64_t start,
                     uint64_t end);

#endif
