/* test_crash.c: processes that import and commit are killed (SIGKILL) at random moments. Afterwards the database must
 * hold the state before or after the commit that was under way, and every commit that was acknowledged; a killed import
 * leaves all or nothing. Each state is verified from the ground up and its root compared with that of a state in
 * memory.
 *
 * SCEXEC_KILLS: how many (20). SCE_TEST_SEED repeats the choices, though not the moments. */
#include <scexec.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { COMMITS = 400, KEYS = 4000, CHANGED = 60, KEEP = 3, BULK = 2 << 20 };

static uint64_t random_state;
static char folder[200];
static uint8_t roots[COMMITS + 1][32]; /* after each commit */
static sce_state_t *first;             /* the state before the first, in memory */

static uint32_t below(uint32_t bound) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % bound;
}

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

static void remove_folder(void) {
  char path[300];
  snprintf(path, sizeof path, "%s/data.mdb", folder);
  unlink(path);
  snprintf(path, sizeof path, "%s/lock.mdb", folder);
  unlink(path);
  rmdir(folder);
}

/* ---- the states ---- */

static void put_key(uint8_t key[16], uint32_t number) {
  for (uint32_t i = 0; i < 16; i++) key[i] = (uint8_t)((number * 2654435761u) >> (i % 4 * 8)) ^ (uint8_t)(i * 7);
}

static void make_first(void) {
  static uint8_t keys[KEYS][16], values[KEYS][300];
  static sce_state_pair_t pairs[KEYS + 1];
  sce_span_t child = {(const uint8_t *)"child", 5};
  for (uint32_t i = 0; i < KEYS; i++) {
    put_key(keys[i], i);
    memset(values[i], (int)i, sizeof values[i]);
    pairs[i] = (sce_state_pair_t){i % 8 == 0 ? &child : NULL, {keys[i], 16}, {values[i], 1 + i % 300}};
  }
  pairs[KEYS] = (sce_state_pair_t){NULL, {(const uint8_t *)"counter", 7}, {(const uint8_t *)"\0\0", 2}};
  ok(sce_state_new_memory(&first, pairs, KEYS + 1, SCE_STATE_V1));
  ok(sce_state_root(first, roots[0], NULL));
}

/* Commit `number`: the same from everybody who does it. Its bulk makes one in about seven settle the journal. */
static sce_error_t *change(sce_overlay_t *overlay, uint8_t root[32], uint32_t number) {
  const sce_storage_ops_t *ops = sce_overlay_ops();
  uint8_t counter[2] = {(uint8_t)number, (uint8_t)(number >> 8)}, key[16], value[5000];
  static uint8_t bulk[BULK];
  sce_span_t child = {(const uint8_t *)"child", 5};
  sce_block_info_t block = {.number = number};
  memset(bulk, (int)number, sizeof bulk);
  memset(value, (int)number, sizeof value);
  memset(block.hash, (int)number, 32);
  sce_error_t *err = ops->set(overlay, NULL, (sce_span_t){(const uint8_t *)"counter", 7}, (sce_span_t){counter, 2});
  if (err == NULL) err = ops->set(overlay, NULL, (sce_span_t){(const uint8_t *)"bulk", 4}, (sce_span_t){bulk, BULK});
  for (uint32_t i = 0; err == NULL && i < CHANGED; i++) {
    const sce_span_t *in = i % 6 == 0 ? &child : NULL;
    put_key(key, (number * 37 + i * 61) % (KEYS + 500));
    if ((number + i) % 5 == 0)
      err = ops->clear(overlay, in, (sce_span_t){key, 16});
    else
      err = ops->set(overlay, in, (sce_span_t){key, 16}, (sce_span_t){value, (number * i) % sizeof value});
  }
  return err != NULL ? err : sce_overlay_commit(overlay, root, number % 2 == 0 ? SCE_STATE_V0 : SCE_STATE_V1, &block);
}

static void make_roots(void) {
  sce_overlay_t *overlay;
  ok(sce_overlay_new(&overlay, first));
  for (uint32_t i = 1; i <= COMMITS; i++) ok(change(overlay, roots[i], i));
  sce_overlay_delete(overlay);
}

static sce_error_t *open_database(sce_state_t **state, bool create) {
  sce_state_options_t options = {.size = sizeof options, .create = create, .keep = KEEP};
  return sce_state_open(state, folder, &options);
}

static uint32_t counter_of(const sce_state_t *state) {
  sce_value_t value;
  ok(sce_state_get(state, &value, NULL, (sce_span_t){(const uint8_t *)"counter", 7}));
  assert_true(value.found && value.len == 2);
  return (uint32_t)value.data[0] | (uint32_t)value.data[1] << 8;
}

/* ---- the processes that are killed ---- */

static sce_error_t *import(void) {
  sce_state_t *state = NULL;
  sce_state_import_t options = {.size = sizeof options, .keep = KEEP};
  sce_error_t *err = open_database(&state, true);
  if (err == NULL) err = sce_state_import(&state, first, &options);
  sce_state_delete(state);
  return err;
}

/* Commits without end; the number of each that is done goes to the pipe. */
static sce_error_t *commit_all(int pipe_fd, uint32_t number) {
  sce_state_t *state = NULL;
  sce_overlay_t *overlay = NULL;
  sce_error_t *err = open_database(&state, false);
  if (err == NULL) err = sce_overlay_new(&overlay, state);
  sce_state_delete(state);
  while (err == NULL && number < COMMITS) {
    uint8_t root[32];
    err = change(overlay, root, ++number);
    if (err == NULL && write(pipe_fd, &number, sizeof number) != sizeof number) break;
  }
  sce_overlay_delete(overlay);
  return err;
}

static void run_child(int pipe_fd, bool importing, uint32_t number) {
  sce_error_t *err = importing ? import() : commit_all(pipe_fd, number);
  if (err != NULL) fprintf(stderr, "%s\n", sce_error_message(err));
  _exit(err != NULL);
}

/* Starts a process and kills it after some microseconds. Returns the last number it has acknowledged, or `number`. */
static uint32_t run_and_kill(bool importing, uint32_t number, uint32_t after_us) {
  int ends[2], status;
  assert_int_equal(pipe(ends), 0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) run_child(ends[1], importing, number);
  close(ends[1]);
  struct timespec wait = {0, (long)after_us * 1000};
  nanosleep(&wait, NULL);
  kill(pid, SIGKILL);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  if (WIFEXITED(status)) assert_int_equal(WEXITSTATUS(status), 0); /* it was done before */
  for (uint32_t done; read(ends[0], &done, sizeof done) == sizeof done;) number = done;
  close(ends[0]);
  return number;
}

/* ---- what must be there ---- */

static void expect_sound(const sce_state_t *state, uint32_t number) {
  uint8_t root[32];
  ok(sce_state_verify(state, NULL, NULL));
  ok(sce_state_root(state, root, NULL));
  assert_memory_equal(root, roots[number], 32);
}

/* True when the import is whole. */
static bool check_import(void) {
  sce_state_t *state;
  uint64_t keys;
  sce_error_t *err = open_database(&state, false);
  if (err != NULL) { /* killed before there was a file */
    if (sce_error_kind(err) != SCE_IO) fail_msg("%s", sce_error_message(err));
    sce_error_delete(err);
    return false;
  }
  ok(sce_state_count(state, &keys, NULL));
  if (keys > 0)
    expect_sound(state, 0);
  else
    ok(sce_state_verify(state, NULL, NULL));
  sce_state_delete(state);
  return keys > 0;
}

/* The number of the state that is there: the last acknowledged, or the one that was being committed. */
static uint32_t check_commits(uint32_t acknowledged) {
  sce_state_t *state, *older;
  uint8_t root[32];
  ok(open_database(&state, false));
  uint32_t number = counter_of(state);
  assert_in_range(number, acknowledged, acknowledged + 1);
  expect_sound(state, number);
  for (uint32_t back = 1; back <= KEEP && back < number; back++) {
    ok(sce_state_at_number(&older, state, number - back));
    ok(sce_state_root(older, root, NULL));
    assert_memory_equal(root, roots[number - back], 32);
    sce_state_delete(older);
  }
  sce_state_delete(state);
  return number;
}

/* ---- the test ---- */

static uint32_t kills(void) {
  const char *given = getenv("SCEXEC_KILLS");
  return given != NULL ? (uint32_t)strtoul(given, NULL, 10) : 20;
}

/* Microseconds that an import takes here. */
static uint32_t time_import(void) {
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  ok(import());
  clock_gettime(CLOCK_MONOTONIC, &to);
  remove_folder();
  return (uint32_t)((to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000);
}

static void killed_processes_leave_the_old_or_the_new_state(void **unused) {
  (void)unused;
  uint32_t import_us = time_import(), whole = 0, number = 0, commits = 0;
  bool there = false;
  for (uint32_t i = 0; i < kills(); i++) {
    if (!there || i % 6 == 0 || number == COMMITS) {
      remove_folder();
      (void)run_and_kill(true, 0, 1 + below(import_us * 5 / 4));
      there = check_import();
      whole += there;
      if (!there) ok(import()); /* what is left does not stand in the way */
      there = check_import();
      assert_true(there);
      number = 0;
    } else {
      uint32_t before = number;
      number = check_commits(run_and_kill(false, number, 1 + below(150000)));
      commits += number - before;
    }
  }
  print_message("%u kills: %u imports were whole, %u commits were there\n", (unsigned)kills(), (unsigned)whole,
                (unsigned)commits);
  remove_folder();
}

/* ---- readers in other processes ---- */

enum { BESIDE = 60 };

/* Until the last commit is there: every state is one of those that were committed, whole, and none comes back. */
static int read_until_last(void) {
  sce_state_options_t options = {.size = sizeof options, .read_only = true};
  sce_state_t *state, *newest;
  uint32_t last = 0;
  uint8_t root[32];
  sce_error_t *err = sce_state_open(&state, folder, &options);
  while (err == NULL && last < BESIDE) {
    sce_value_t value;
    err = sce_state_newest(&newest, state);
    if (err != NULL) break;
    sce_state_delete(state);
    state = newest;
    err = sce_state_get(state, &value, NULL, (sce_span_t){(const uint8_t *)"counter", 7});
    if (err == NULL) err = sce_state_root(state, root, NULL);
    if (err != NULL) break;
    uint32_t number = (uint32_t)value.data[0] | (uint32_t)value.data[1] << 8;
    if (number < last || memcmp(root, roots[number], 32) != 0) return 2;
    if (number % 7 == 0) err = sce_state_verify(state, NULL, NULL);
    last = number;
  }
  if (err != NULL) fprintf(stderr, "%s\n", sce_error_message(err));
  return err != NULL;
}

static void readers_in_other_processes_see_whole_states(void **unused) {
  (void)unused;
  pid_t readers[2];
  int status;
  remove_folder();
  ok(import());
  for (int i = 0; i < 2; i++) {
    readers[i] = fork();
    assert_true(readers[i] >= 0);
    if (readers[i] == 0) _exit(read_until_last());
  }
  sce_state_t *state;
  sce_overlay_t *overlay;
  uint8_t root[32];
  ok(open_database(&state, false));
  ok(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  for (uint32_t i = 1; i <= BESIDE; i++) ok(change(overlay, root, i));
  sce_overlay_delete(overlay);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
  }
  remove_folder();
}

int main(void) {
  const char *given = getenv("SCE_TEST_SEED"), *base = getenv("TMPDIR");
  random_state = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
  printf("SCE_TEST_SEED=%llu\n", (unsigned long long)random_state);
  snprintf(folder, sizeof folder, "%s/scexec-crash-%ld", base != NULL ? base : "/tmp", (long)getpid());
  make_first();
  make_roots();
  const struct CMUnitTest tests[] = {cmocka_unit_test(killed_processes_leave_the_old_or_the_new_state),
                                     cmocka_unit_test(readers_in_other_processes_see_whole_states)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  sce_state_delete(first);
  return failed;
}
