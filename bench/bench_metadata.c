/* bench_metadata.c: times decoding a runtime's metadata into the form that values are read and written with. Prints
 * {"bestMs", "bytes", "version"}.
 *
 *   bench_metadata FILE CALLS     FILE has the output of Metadata_metadata as bytes
 */
#include "scexec.h"
#include "support/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "bench_metadata: %s\n", sce_error_message(err));
  exit(1);
}

int main(int argc, char **argv) {
  long calls = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
  if (calls <= 0) {
    fputs("usage: bench_metadata FILE CALLS\n", stderr);
    return 2;
  }
  sce_buf_t file = test_read_file(argv[1]);
  double best = 0;
  uint32_t version = 0;
  for (long i = 0; i < calls; i++) {
    double start = now_ms();
    sce_span_t bytes;
    sce_metadata_t *metadata = NULL;
    must(sce_metadata_unwrap(&bytes, (sce_span_t){file.data, file.len}));
    must(sce_metadata_new(&metadata, bytes, NULL));
    double time = now_ms() - start;
    if (i == 0 || time < best) best = time;
    version = sce_metadata_version(metadata);
    sce_metadata_delete(metadata);
  }
  printf("{\"bestMs\": %.4f, \"bytes\": %zu, \"version\": %u}\n", best, file.len, version);
  sce_buf_free(&file);
  return 0;
}
