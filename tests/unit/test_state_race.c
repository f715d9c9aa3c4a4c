/* test_state_race.c: what others do between two steps of a commit: who commits stands on what it has committed, or
 * learns that it was committed. */
#include "state_db_support.h"

#include "base/checked.h"

#include <sys/wait.h>

static sce_overlay_t *open_overlay(const char *dir, uint32_t keep) {
  sce_state_t *state = open_db(dir, true, keep);
  sce_overlay_t *overlay;
  ok(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  return overlay;
}

static void put(sce_overlay_t *overlay, uint32_t key, uint32_t value) {
  ok(sce_overlay_ops()->set(overlay, NULL, sce_span(&key, sizeof key), sce_span(&value, sizeof value)));
}

static void to_newest(sce_overlay_t *overlay) {
  sce_state_t *newest;
  ok(sce_state_newest(&newest, sce_overlay_state(overlay)));
  sce_overlay_set_state(overlay, newest);
  sce_state_delete(newest);
}

/* A process that runs `body` once it is told to: it must begin without an open database. */
static int in_process(void (*body)(const char *dir, uint32_t), const char *dir, uint32_t number, int *tell) {
  int ends[2];
  char byte;
  assert_int_equal(pipe(ends), 0);
  int child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    close(ends[1]);
    bool told = read(ends[0], &byte, 1) == 1;
    if (told) body(dir, number);
    _exit(told ? 0 : 1);
  }
  close(ends[0]);
  *tell = ends[1];
  return child;
}

static void tell_to_run(int tell) {
  assert_int_equal(write(tell, "", 1), 1);
  close(tell);
}

static void expect_success(int child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- by hand ---- */

static void commit_elsewhere(const char *dir, uint32_t settles) {
  sce_overlay_t *overlay = open_overlay(dir, SCE_STATE_KEEP_STORED);
  uint8_t root[32];
  if (settles != 0) sce_lmdb_snapshot_of(sce_overlay_state(overlay)->backend)->db->journal_states = 0;
  put(overlay, 1, 1000);
  ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
  sce_overlay_delete(overlay);
}

/* Before the state of commit 3 is looked at, another process commits, to the journal or settling it. */
static void a_state_is_the_one_that_was_committed(void **unused) {
  (void)unused;
  for (uint32_t keep = 0; keep < 3; keep += 2) {
    for (uint32_t settles = 0; settles < 2; settles++) {
      const char *dir = fresh_folder();
      int tell, child = in_process(commit_elsewhere, dir, settles, &tell);
      sce_overlay_t *overlay = open_overlay(dir, keep);
      uint8_t root[32], again[32];
      for (uint32_t i = 1; i <= 3; i++) {
        put(overlay, 1, i);
        ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
      }
      sce_lmdb_state_t *after;
      ok(sce_lmdb_state_prepare(&after, sce_lmdb_snapshot_of(sce_overlay_state(overlay)->backend)->db));
      tell_to_run(tell);
      expect_success(child);
      if (keep == 0) {
        expect_kind(sce_lmdb_state_pin_number(after, 3), SCE_NOT_FOUND);
      } else {
        ok(sce_lmdb_state_pin_number(after, 3));
        assert_int_equal(after->number, 3);
        assert_null(after->backend.ops->commit);
        ok(sce_lmdb_state_root(&after->backend, again, SCE_TRIE_TOP, NULL, 0, SCE_STATE_V0));
        assert_memory_equal(root, again, 32);
      }
      sce_lmdb_state_delete(after);
      sce_overlay_delete(overlay);
      remove_folder(dir);
    }
  }
}

/* ---- two processes ---- */

/* Commits against the other process; each must see that it stands on its own. */
static void compete(const char *dir, uint32_t me) {
  const sce_state_options_t options = {
      .size = sizeof options, .no_sync = true, .keep = SCE_STATE_KEEP_STORED, .create = true};
  sce_state_t *state;
  sce_overlay_t *overlay;
  sce_value_t value;
  uint8_t root[32];
  ok(sce_state_open(&state, dir, &options));
  ok(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  for (uint32_t i = 0; i < 500; i++) {
    uint64_t before = sce_lmdb_state_of(sce_overlay_state(overlay)->backend)->number;
    put(overlay, me, i);
    sce_error_t *err = sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL);
    if (err == NULL) {
      assert_int_equal(sce_lmdb_state_of(sce_overlay_state(overlay)->backend)->number, before + 1);
      continue;
    }
    bool made = strncmp(sce_error_message(err), "the commit was made", 19) == 0;
    expect_kind(err, made ? SCE_NOT_FOUND : SCE_MISUSE);
    to_newest(overlay);
    ok(sce_state_get(sce_overlay_state(overlay), &value, NULL, sce_span(&me, sizeof me)));
    if (made) assert_true(value.found && sce_load_le32(value.data) == i);
  }
  sce_overlay_delete(overlay);
}

static void processes_commit_at_once(void **unused) {
  (void)unused;
  for (uint32_t keep = 0; keep < 4; keep += 3) {
    const char *dir = fresh_folder();
    uint8_t root[32];
    sce_overlay_t *overlay = open_overlay(dir, keep);
    put(overlay, 0, 0);
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
    sce_overlay_delete(overlay);
    int children[2], tell[2];
    for (uint32_t i = 0; i < 2; i++) children[i] = in_process(compete, dir, i + 1, &tell[i]);
    for (uint32_t i = 0; i < 2; i++) tell_to_run(tell[i]);
    for (uint32_t i = 0; i < 2; i++) expect_success(children[i]);
    sce_state_t *state = open_db(dir, false, keep);
    ok(sce_state_verify(state, NULL, NULL));
    sce_state_delete(state);
    remove_folder(dir);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_state_is_the_one_that_was_committed),
                                     cmocka_unit_test(processes_commit_at_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
