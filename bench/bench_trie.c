/* bench_trie.c: milliseconds of state roots: full ones, with their node records, and after some changes. Sees the
 * internal headers.
 *
 *   bench_trie SPEC [ROUNDS]       the top trie of a raw chain spec's genesis
 *   bench_trie keys=N [ROUNDS]     N random keys of 32 bytes with values of 100 bytes
 *   bench_trie write=N FILE        the same keys as a raw chain spec, for another program to measure
 *
 * Prints one JSON object: {"keys", "rootV0", "rootV1", "full": {"V0 1 thread": ms, …}, "records": ms, "delta": {"1":
 * ms, "50": ms, "1000": ms}}; the best of ROUNDS (10). Deltas replace values of keys all over the trie, a tenth of them
 * new. */
#include "base/buf.h"
#include "base/hex.h"
#include "scexec/chain_spec.h"
#include "state/chain_spec.h"
#include "state/table.h"
#include "state/trie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct bench {
  sce_backend_t backend;  /* first member: a backend of one trie */
  sce_trie_pair_t *pairs; /* sorted */
  size_t count;
  sce_table_t records;
  sce_chain_spec_t *spec;
  uint8_t *bytes; /* of random pairs */
  sce_change_t *changes;
  uint8_t *new_keys;
} bench_t;

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "bench_trie: %s\n", sce_error_message(err));
  exit(1);
}

static void *must_have(void *memory) {
  if (memory != NULL) return memory;
  fprintf(stderr, "bench_trie: out of memory\n");
  exit(1);
}

static double now_ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* ---- the backend: values in a sorted array, layout V0 ---- */

static const bench_t *self_of(const sce_backend_t *backend) {
  return (const bench_t *)(const void *)backend;
}

static size_t place_of(const bench_t *self, sce_span_t key) {
  size_t low = 0, high = self->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sce_span_compare(self->pairs[middle].key, key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static bool is_at(const bench_t *self, size_t place, sce_span_t key) {
  return place < self->count && sce_span_equal(self->pairs[place].key, key);
}

static sce_error_t *get(const sce_backend_t *backend, bool *found, sce_entry_t *entry, sce_trie_id_t trie,
                        sce_span_t key) {
  const bench_t *self = self_of(backend);
  size_t place = place_of(self, key);
  (void)trie;
  *found = is_at(self, place, key);
  if (*found) *entry = (sce_entry_t){self->pairs[place].key, self->pairs[place].value, false};
  return NULL;
}

static sce_error_t *go_to(const bench_t *self, sce_walk_t *walk, size_t place) {
  walk->found = place < self->count;
  walk->place[0] = place;
  if (walk->found) walk->entry = (sce_entry_t){self->pairs[place].key, self->pairs[place].value, false};
  return NULL;
}

static sce_error_t *seek(const sce_backend_t *backend, sce_walk_t *walk, sce_trie_id_t trie, sce_span_t key,
                         bool inclusive) {
  const bench_t *self = self_of(backend);
  size_t place = place_of(self, key);
  walk->trie = trie;
  return go_to(self, walk, place + (!inclusive && is_at(self, place, key)));
}

static sce_error_t *step(const sce_backend_t *backend, sce_walk_t *walk) {
  return go_to(self_of(backend), walk, (size_t)walk->place[0] + 1);
}

static sce_error_t *node_get(const sce_backend_t *backend, bool *found, sce_span_t *record, sce_trie_id_t trie,
                             sce_nibbles_t path) {
  const sce_table_entry_t *slot = sce_table_find(&self_of(backend)->records, sce_span(path.data, path.len));
  (void)trie;
  *found = slot != NULL;
  if (*found) *record = sce_span(slot->value, slot->value_len);
  return NULL;
}

static bool has_nodes(const sce_backend_t *backend, sce_trie_id_t trie) {
  (void)trie;
  return self_of(backend)->records.count > 0;
}

static sce_error_t *count_keys(const sce_backend_t *backend, uint64_t *keys, sce_trie_id_t trie) {
  (void)trie;
  *keys = self_of(backend)->count;
  return NULL;
}

static const sce_backend_ops_t ops = {
    .get = get, .seek = seek, .step = step, .node_get = node_get, .has_nodes = has_nodes, .count = count_keys};

/* ---- what is measured ---- */

static uint64_t draw(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static int compare(const void *a, const void *b) {
  return sce_span_compare(((const sce_trie_pair_t *)a)->key, ((const sce_trie_pair_t *)b)->key);
}

static void make_random(bench_t *bench, size_t count) {
  enum { KEY = 32, PAIR = 132 };
  uint64_t seed = 1;
  bench->bytes = must_have(malloc(count * PAIR + 8));
  bench->pairs = must_have(malloc((count + 1) * sizeof *bench->pairs));
  bench->count = count;
  for (size_t i = 0; i < count * PAIR; i += 8) {
    uint64_t number = draw(&seed);
    memcpy(bench->bytes + i, &number, 8);
  }
  for (size_t i = 0; i < count; i++) {
    uint8_t *at = bench->bytes + i * PAIR;
    bench->pairs[i] = (sce_trie_pair_t){{at, KEY}, {at + KEY, PAIR - KEY}};
  }
}

static void load_spec(bench_t *bench, const char *path) {
  must(sce_chain_spec_load(&bench->spec, path));
  const sce_pair_list_t *top = &sce_chain_spec_genesis(bench->spec)->top;
  bench->count = top->count;
  bench->pairs = must_have(malloc((top->count + 1) * sizeof *bench->pairs));
  for (size_t i = 0; i < top->count; i++) {
    bench->pairs[i] = (sce_trie_pair_t){top->items[i].key, top->items[i].value};
  }
}

static void write_spec(const bench_t *bench, const char *path) {
  FILE *file = must_have(fopen(path, "w"));
  sce_buf_t hex = {0};
  fputs("{\"genesis\":{\"raw\":{\"top\":{", file);
  for (size_t i = 0; i < bench->count; i++) {
    hex.len = 0;
    must(sce_buf_printf(&hex, "%s\"0x", i == 0 ? "" : ","));
    must(sce_hex_append(&hex, bench->pairs[i].key));
    must(sce_buf_printf(&hex, "\":\"0x"));
    must(sce_hex_append(&hex, bench->pairs[i].value));
    must(sce_buf_append_byte(&hex, '"'));
    fwrite(hex.data, 1, hex.len, file);
  }
  fputs("},\"childrenDefault\":{}}}}", file);
  fclose(file);
  sce_buf_free(&hex);
}

static void print_root(const char *name, const uint8_t root[32]) {
  printf("\"%s\": \"0x", name);
  for (int i = 0; i < 32; i++) printf("%02x", root[i]);
  printf("\", ");
}

static double best_full(const bench_t *bench, uint8_t root[32], sce_state_version_t version, unsigned threads,
                        int rounds) {
  sce_trie_options_t options = {.version = version, .threads = threads};
  double best = 1e12;
  for (int i = 0; i < rounds; i++) {
    double start = now_ms();
    must(sce_trie_root(root, bench->pairs, bench->count, &options));
    double took = now_ms() - start;
    if (took < best) best = took;
  }
  return best;
}

static void measure_full(const bench_t *bench, int rounds) {
  uint8_t v0[32], v1[32];
  double ms[4] = {best_full(bench, v0, SCE_STATE_V0, 1, rounds), best_full(bench, v0, SCE_STATE_V0, 2, rounds),
                  best_full(bench, v1, SCE_STATE_V1, 1, rounds), best_full(bench, v1, SCE_STATE_V1, 2, rounds)};
  print_root("rootV0", v0);
  print_root("rootV1", v1);
  printf("\"full\": {\"V0 1 thread\": %.3f, \"V0 2 threads\": %.3f, \"V1 1 thread\": %.3f, \"V1 2 threads\": %.3f}",
         ms[0], ms[1], ms[2], ms[3]);
}

static sce_error_t *put_record(void *ctx, const sce_node_write_t *node) {
  return sce_table_put(ctx, sce_span(node->path.data, node->path.len), node->record, false);
}

static void measure_records(bench_t *bench) {
  uint8_t root[32];
  sce_node_sink_t sink = {put_record, &bench->records};
  double start = now_ms();
  must(sce_trie_full_root(root, &bench->backend, SCE_TRIE_TOP, 1, &sink));
  printf(", \"records\": %.3f", now_ms() - start);
}

static int compare_changes(const void *a, const void *b) {
  return sce_span_compare(((const sce_change_t *)a)->key, ((const sce_change_t *)b)->key);
}

/* Keys all over the trie, each at most once; every tenth is a new one beside it. */
static size_t make_changes(bench_t *bench, size_t count) {
  static const uint8_t value[100] = {7};
  size_t stride = bench->count / count, made = 0;
  if (stride == 0) stride = 1;
  for (size_t i = 0; i < bench->count && made < count; i += stride) {
    sce_span_t key = bench->pairs[i].key;
    if (made % 10 == 9 && key.len >= 32) {
      uint8_t *copy = bench->new_keys + 32 * made;
      memcpy(copy, key.data, 32);
      copy[31] ^= 1;
      key = sce_span(copy, 32);
    }
    bench->changes[made++] = (sce_change_t){key, sce_span(value, sizeof value), false};
  }
  qsort(bench->changes, made, sizeof *bench->changes, compare_changes);
  return made;
}

static sce_error_t *drop_record(void *ctx, const sce_node_write_t *node) {
  *(size_t *)ctx += node->record.len;
  return NULL;
}

static void measure_delta(bench_t *bench, size_t changes, int rounds) {
  size_t count = make_changes(bench, changes), written = 0;
  sce_node_sink_t sink = {drop_record, &written};
  double best = 1e12;
  for (int i = 0; i < rounds * 10; i++) {
    uint8_t root[32];
    double start = now_ms();
    must(sce_trie_delta_root(root, &bench->backend, SCE_TRIE_TOP, bench->changes, count, SCE_STATE_V0, &sink));
    double took = now_ms() - start;
    if (took < best) best = took;
  }
  printf("%s\"%zu\": %.4f", changes == 1 ? "" : ", ", changes, best);
}

int main(int argc, char **argv) {
  static bench_t bench = {.backend = {&ops}};
  if (argc < 2) return fprintf(stderr, "usage: bench_trie SPEC|keys=N|write=N [ROUNDS|FILE]\n"), 2;
  bool writing = strncmp(argv[1], "write=", 6) == 0;
  if (writing || strncmp(argv[1], "keys=", 5) == 0) {
    make_random(&bench, strtoul(strchr(argv[1], '=') + 1, NULL, 10));
  } else {
    load_spec(&bench, argv[1]);
  }
  qsort(bench.pairs, bench.count, sizeof *bench.pairs, compare);
  if (writing) return write_spec(&bench, argc > 2 ? argv[2] : "keys.json"), 0;
  int rounds = argc > 2 ? atoi(argv[2]) : 10;
  sce_table_init(&bench.records, false);
  bench.changes = must_have(malloc(1000 * sizeof *bench.changes));
  bench.new_keys = must_have(malloc(32 * 1000));
  printf("{\"keys\": %zu, ", bench.count);
  measure_full(&bench, rounds);
  measure_records(&bench);
  printf(", \"delta\": {");
  measure_delta(&bench, 1, rounds);
  measure_delta(&bench, 50, rounds);
  measure_delta(&bench, 1000, rounds);
  printf("}}\n");
  sce_table_free(&bench.records);
  sce_chain_spec_delete(bench.spec);
  free(bench.pairs);
  free(bench.bytes);
  free(bench.changes);
  free(bench.new_keys);
  return 0;
}
