/* fuzz_block_file.c: no file of blocks makes its reader crash, leak or run on; what it gives of either form is what the
 * file says: lengths and bytes again make the file, as far as it was read. */
#include "base/buf.h"
#include "base/error.h"
#include "cli/block_file.h"
#include "scale/scale.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* The file's path while it is open: memory with a name. */
static int make_file(char path[32], const uint8_t *data, size_t size) {
  int fd = memfd_create("blocks", MFD_CLOEXEC);
  if (fd < 0) return fd;
  require(size == 0 || write(fd, data, size) == (ssize_t)size);
  snprintf(path, 32, "/proc/self/fd/%d", fd);
  return fd;
}

static void read_all(cli_block_file_t *in, sce_buf_t *again) {
  sce_buf_t block = {0};
  bool more = true;
  sce_error_t *err = NULL;
  for (uint64_t count = 0; err == NULL && more; count++) {
    err = cli_block_file_next(in, &block, &more);
    if (err == NULL && more) require(in->number == count + 1);
    if (err == NULL && more && in->form == CLI_BLOCKS_SIZED)
      require(sce_scale_write_bytes(again, sce_buf_span(&block)) == NULL);
  }
  if (err != NULL) require(sce_error_kind(err) == SCE_BAD_INPUT);
  sce_error_delete(err);
  sce_buf_free(&block);
}

static bool same_start(const uint8_t *data, size_t size, const sce_buf_t *again) {
  return again->len <= size && memcmp(again->data, data, again->len) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[32];
  cli_t cli = {.quiet = true};
  cli_block_file_t in;
  int fd = make_file(path, data, size);
  if (fd < 0) return 0;
  require(cli_block_file_open(&cli, &in, path) == NULL);
  sce_buf_t again = {0};
  read_all(&in, &again);
  if (again.len > 0) require(same_start(data, size, &again));
  sce_buf_free(&again);
  cli_block_file_close(&in);
  close(fd);
  return 0;
}
