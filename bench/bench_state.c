/* bench_state.c: milliseconds of what a state database does: import, opening, commits of changes with their root.
 *
 *   bench_state DIR [KEYS [CHANGES [ROUNDS]]]
 *
 * Where DIR does not exist yet, it gets KEYS (1,000,000) random keys of 32 bytes with values of 100 bytes. Each round
 * sets CHANGES (1,000) keys all over the state, a tenth of them new, and commits; there are enough rounds (60) that
 * some commits settle the journal. Prints one JSON object: {"keys", "import": ms, "residentKiB", "open": ms, "root": ms
 * of the root alone, "commit": ms with the root, "noSync": the same without waiting for the disk, "userCpu",
 * "systemCpu": ms of the processor for a "noSync" commit, "firstRead", "firstRoot": ms of a read and a root after
 * ten commits more and opening, "diskWrite": ms that the disk takes for the bytes of a mean commit in
 * pages all over a file, "commitBytes"}. Times of rounds are [least, median, mean, worst].
 */
#include "base/buf.h"
#include "scexec/overlay.h"
#include "scexec/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { KEY = 32, VALUE = 100, MAX_ROUNDS = 1000 };

typedef struct bench {
  const char *dir;
  size_t keys, changes, rounds;
  uint8_t *bytes; /* of all pairs */
  uint64_t seed;
} bench_t;

typedef struct times {
  double least, median, mean, worst;
} times_t;

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "bench_state: %s\n", sce_error_message(err));
  exit(1);
}

static void *must_have(void *memory) {
  if (memory != NULL) return memory;
  fprintf(stderr, "bench_state: out of memory\n");
  exit(1);
}

static double now_ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static uint64_t draw(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static void fill_random(bench_t *bench, uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i += 4) {
    uint64_t number = draw(&bench->seed);
    memcpy(bytes + i, &number, 4);
  }
}

static sce_state_t *open_state(const bench_t *bench, bool create, bool no_sync) {
  sce_state_options_t options = {
      .size = sizeof options, .create = create, .no_sync = no_sync, .keep = SCE_STATE_KEEP_STORED};
  sce_state_t *state;
  must(sce_state_open(&state, bench->dir, &options));
  return state;
}

static double import(bench_t *bench) {
  sce_state_pair_t *pairs = must_have(calloc(bench->keys, sizeof *pairs));
  sce_state_t *memory, *database = open_state(bench, true, false);
  for (size_t i = 0; i < bench->keys; i++) {
    const uint8_t *at = bench->bytes + i * (KEY + VALUE);
    pairs[i] = (sce_state_pair_t){NULL, {at, KEY}, {at + KEY, VALUE}};
  }
  double start = now_ms();
  must(sce_state_new_memory(&memory, pairs, bench->keys, SCE_STATE_V0));
  must(sce_state_import(&database, memory, NULL));
  double took = now_ms() - start;
  sce_state_delete(memory);
  sce_state_delete(database);
  free(pairs);
  return took;
}

/* Keys all over the state; every tenth is a new one. */
static void make_changes(bench_t *bench, sce_overlay_t *overlay) {
  uint8_t key[KEY], value[VALUE];
  for (size_t i = 0; i < bench->changes; i++) {
    memcpy(key, bench->bytes + draw(&bench->seed) % bench->keys * (KEY + VALUE), KEY);
    if (i % 10 == 9) fill_random(bench, key, KEY);
    fill_random(bench, value, VALUE);
    must(sce_overlay_ops()->set(overlay, NULL, sce_span(key, KEY), sce_span(value, VALUE)));
  }
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int compare_places(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static times_t sum_up(double *took, size_t count) {
  double sum = 0;
  qsort(took, count, sizeof *took, compare);
  for (size_t i = 0; i < count; i++) sum += took[i];
  return (times_t){took[0], took[count / 2], sum / (double)count, took[count - 1]};
}

typedef struct commit_times {
  times_t root, commit, user, system;
} commit_times_t;

static double cpu_ms(bool user) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  struct timeval at = user ? usage.ru_utime : usage.ru_stime;
  return (double)at.tv_sec * 1e3 + (double)at.tv_usec / 1e3;
}

static void measure_commits(bench_t *bench, commit_times_t *times, bool no_sync) {
  double root_ms[MAX_ROUNDS], commit_ms[MAX_ROUNDS], user_ms[MAX_ROUNDS], system_ms[MAX_ROUNDS];
  sce_state_t *state = open_state(bench, false, no_sync);
  sce_overlay_t *overlay;
  must(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  for (size_t i = 0; i < bench->rounds; i++) {
    uint8_t root[32];
    make_changes(bench, overlay);
    double start = now_ms(), user = cpu_ms(true), system = cpu_ms(false);
    must(sce_overlay_ops()->root(overlay, root, NULL, SCE_STATE_V0));
    root_ms[i] = now_ms() - start;
    must(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
    commit_ms[i] = now_ms() - start;
    user_ms[i] = cpu_ms(true) - user;
    system_ms[i] = cpu_ms(false) - system;
  }
  *times = (commit_times_t){sum_up(root_ms, bench->rounds), sum_up(commit_ms, bench->rounds),
                            sum_up(user_ms, bench->rounds), sum_up(system_ms, bench->rounds)};
  sce_overlay_delete(overlay);
}

/* Puts something into the journal, opens the state again, reads a key, and computes the root of one change. */
static void measure_opening(bench_t *bench, double *first_read, double *first_root) {
  bench_t more = *bench;
  commit_times_t times;
  more.rounds = 10;
  measure_commits(&more, &times, true);
  sce_state_t *state = open_state(bench, false, false);
  sce_overlay_t *overlay;
  sce_value_t value;
  uint8_t root[32];
  sce_span_t key = sce_span(bench->bytes, KEY);
  double start = now_ms();
  must(sce_state_get(state, &value, NULL, key));
  *first_read = now_ms() - start;
  must(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  must(sce_overlay_ops()->set(overlay, NULL, key, sce_span(bench->bytes, VALUE)));
  start = now_ms();
  must(sce_overlay_ops()->root(overlay, root, NULL, SCE_STATE_V0));
  *first_root = now_ms() - start;
  sce_overlay_delete(overlay);
}

/* Bytes that this process has given to write calls. */
static double written(void) {
  char name[64];
  unsigned long long bytes = 0, found = 0;
  FILE *file = fopen("/proc/self/io", "r");
  while (file != NULL && fscanf(file, "%63s %llu", name, &bytes) == 2)
    if (strcmp(name, "wchar:") == 0) found = bytes;
  if (file != NULL) fclose(file);
  return (double)found;
}

/* The bytes of one commit, as pages all over a file of the database's size and synced: what the disk and the kernel
 * take for it, whoever writes. */
static times_t disk_write(bench_t *bench, size_t len) {
  enum { PAGE = 4096, CHUNK = 1 << 20 };
  char path[4096];
  double took[MAX_ROUNDS];
  size_t chunks = bench->keys * (KEY + VALUE + 16) / CHUNK + 1, pages = len / PAGE;
  uint8_t *bytes = must_have(calloc(1, CHUNK));
  uint64_t *places = must_have(calloc(pages + 1, sizeof *places));
  snprintf(path, sizeof path, "%s.disk", bench->dir);
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
  for (size_t i = 0; i < chunks; i++)
    if (pwrite(fd, bytes, CHUNK, (off_t)(i * CHUNK)) != CHUNK) exit(1);
  if (fsync(fd) != 0) exit(1);
  for (size_t i = 0; i < bench->rounds; i++) {
    for (size_t k = 0; k < pages; k++) places[k] = draw(&bench->seed) % (chunks * CHUNK / PAGE);
    qsort(places, pages, sizeof *places, compare_places);
    double start = now_ms();
    for (size_t k = 0; k < pages; k++)
      if (pwrite(fd, bytes, PAGE, (off_t)(places[k] * PAGE)) != PAGE) exit(1);
    if (fdatasync(fd) != 0) exit(1);
    took[i] = now_ms() - start;
  }
  close(fd);
  unlink(path);
  free(places);
  free(bytes);
  return sum_up(took, bench->rounds);
}

static long resident_kib(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void print_times(const char *name, times_t times) {
  printf(", \"%s\": [%.2f, %.2f, %.2f, %.2f]", name, times.least, times.median, times.mean, times.worst);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: bench_state DIR [KEYS [CHANGES [ROUNDS]]]\n"), 2;
  bench_t bench = {.dir = argv[1], .keys = 1000000, .changes = 1000, .rounds = 60, .seed = 1};
  if (argc > 2) bench.keys = strtoul(argv[2], NULL, 10);
  if (argc > 3) bench.changes = strtoul(argv[3], NULL, 10);
  if (argc > 4) bench.rounds = strtoul(argv[4], NULL, 10);
  if (bench.keys == 0 || bench.rounds == 0 || bench.rounds > MAX_ROUNDS) return 2;
  bench.bytes = must_have(malloc(bench.keys * (KEY + VALUE)));
  fill_random(&bench, bench.bytes, bench.keys * (KEY + VALUE));
  commit_times_t synced, unsynced;
  bool there = access(bench.dir, F_OK) == 0;
  double imported = there ? 0 : import(&bench);
  long resident = resident_kib();
  double start = now_ms();
  sce_state_delete(open_state(&bench, false, false));
  double opened = now_ms() - start;
  bench.seed ^= (uint64_t)(start * 1e6); /* other changes each time */
  double before = written();
  measure_commits(&bench, &synced, false);
  double commit_bytes = (written() - before) / (double)bench.rounds;
  measure_commits(&bench, &unsynced, true);
  double first_read, first_root;
  measure_opening(&bench, &first_read, &first_root);
  times_t disk = disk_write(&bench, (size_t)commit_bytes);
  printf("{\"keys\": %zu, \"import\": %.0f, \"residentKiB\": %ld, \"open\": %.3f", bench.keys, imported, resident,
         opened);
  print_times("root", synced.root);
  print_times("commit", synced.commit);
  print_times("noSync", unsynced.commit);
  print_times("userCpu", unsynced.user);
  print_times("systemCpu", unsynced.system);
  printf(", \"firstRead\": %.2f, \"firstRoot\": %.2f", first_read, first_root);
  print_times("diskWrite", disk);
  printf(", \"commitBytes\": %.0f}\n", commit_bytes);
  free(bench.bytes);
  return 0;
}
