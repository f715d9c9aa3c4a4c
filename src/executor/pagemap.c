/* pagemap.c: see pagemap.h. */
#include "executor/pagemap.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* struct pm_scan_arg of include/uapi/linux/fs.h. */
struct scan_arg {
  uint64_t size;
  uint64_t flags;
  uint64_t start;
  uint64_t end;
  uint64_t walk_end;
  uint64_t vec;
  uint64_t vec_len;
  uint64_t max_pages;
  uint64_t category_inverted;
  uint64_t category_mask;
  uint64_t category_anyof_mask;
  uint64_t return_mask;
};

#define PAGEMAP_SCAN_IOCTL _IOWR('f', 16, struct scan_arg)
#define PAGE_IS_FILE_BIT ((uint64_t)1 << 2)
#define PAGE_IS_PRESENT_BIT ((uint64_t)1 << 3)
#define PAGE_IS_SWAPPED_BIT ((uint64_t)1 << 4)
#define PAGE_IS_PFNZERO_BIT ((uint64_t)1 << 5)

int sce_pagemap_scan(int pagemap, sce_page_run_t *runs, size_t capacity, uint64_t *resume, uint64_t start,
                     uint64_t end) {
  struct scan_arg arg = {
      .size = sizeof arg,
      .start = start,
      .end = end,
      .vec = (uint64_t)(uintptr_t)runs,
      .vec_len = capacity,
      .category_inverted = PAGE_IS_FILE_BIT | PAGE_IS_PFNZERO_BIT,
      .category_mask = PAGE_IS_FILE_BIT | PAGE_IS_PFNZERO_BIT,
      .category_anyof_mask = PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT,
      .return_mask = PAGE_IS_PRESENT_BIT,
  };
  int count = ioctl(pagemap, PAGEMAP_SCAN_IOCTL, &arg);
  *resume = arg.walk_end;
  return count;
}

int sce_pagemap_open(void) {
  int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  /* A scan of the page of a local variable proves the ioctl: it must be found as written. */
  volatile uint8_t probe = 1;
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t start = (uint64_t)(uintptr_t)&probe & ~(page - 1), resume = 0;
  sce_page_run_t run;
  if (sce_pagemap_scan(fd, &run, 1, &resume, start, start + page) == 1 && resume == start + page) return fd;
  close(fd);
  return -1;
}
