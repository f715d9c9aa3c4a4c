/* bench_block.c: what executing a block costs: call and state root, from a state in memory, nothing committed.
 *
 *   bench_block SPEC.json BLOCK [COUNT]  {"minMs", "medianMs", "extrinsics"} of COUNT (200) times; BLOCK has 0x…
 *   bench_block input BLOCK              {"input"}: what Core_execute_block gets of it, for another executor
 */
#include "base/buf.h"
#include "base/hex.h"
#include "scexec.h"
#include "support/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "bench_block: %s\n", sce_error_message(err));
  exit(1);
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static sce_state_t *genesis(const char *path) {
  sce_chain_spec_t *spec;
  sce_state_t *state;
  must(sce_chain_spec_load(&spec, path));
  must(sce_state_from_chain_spec(&state, spec, SCE_STATE_V0));
  sce_chain_spec_delete(spec);
  must(sce_state_make_genesis(state));
  return state;
}

static sce_block_t *read_block(const char *path) {
  sce_buf_t text = test_read_file(path), bytes = {0};
  sce_block_t *block;
  while (text.len > 0 && text.data[text.len - 1] <= ' ') text.len--;
  must(sce_hex_decode(&bytes, sce_buf_span(&text)));
  must(sce_block_decode(&block, sce_buf_span(&bytes)));
  sce_buf_free(&text);
  sce_buf_free(&bytes);
  return block;
}

static int print_input(const char *path) {
  sce_block_t *block = read_block(path);
  sce_buf_t input = {0}, text = {0};
  must(sce_block_execution_input(block, &input));
  must(sce_hex_append(&text, sce_buf_span(&input)));
  printf("{\"input\": \"%.*s\"}\n", (int)text.len, (const char *)text.data);
  sce_buf_free(&input);
  sce_buf_free(&text);
  sce_block_delete(block);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "input") == 0) return print_input(argv[2]);
  if (argc < 3) {
    fputs("usage: bench_block SPEC.json BLOCK [COUNT] | input BLOCK\n", stderr);
    return 2;
  }
  size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 200;
  double *times = calloc(count > 0 ? count : 1, sizeof *times);
  if (times == NULL || count == 0) return 1;
  sce_state_t *state = genesis(argv[1]);
  sce_block_t *block = read_block(argv[2]);
  sce_chain_t *chain;
  sce_config_t config;
  sce_config_block(&config);
  sce_chain_options_t options = {.size = sizeof options, .config = &config};
  must(sce_chain_new(&chain, state, &options));
  sce_state_delete(state);
  must(sce_chain_prepare(chain, NULL));
  for (size_t i = 0; i < count; i++) {
    double start = now_ms();
    must(sce_chain_execute(chain, block));
    times[i] = now_ms() - start;
    sce_chain_discard(chain);
  }
  qsort(times, count, sizeof *times, compare);
  printf("{\"minMs\": %.4f, \"medianMs\": %.4f, \"extrinsics\": %zu}\n", times[0], times[count / 2],
         sce_block_extrinsic_count(block));
  sce_chain_delete(chain);
  sce_block_delete(block);
  free(times);
  return 0;
}
