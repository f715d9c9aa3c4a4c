/* test_state_vet.c: forms that LMDB itself gives a file now and then are no damage, and what only resembles them is. */
#include "state_db_support.h"

#include "base/checked.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { PAGE = 4096 };

static void must_lmdb(int code) {
  if (code != 0) fail_msg("%s", mdb_strerror(code));
}

/* Ten states of a few keys, of which some pages are free. */
static void make_database(const char *dir) {
  sce_state_t *state = open_db(dir, true, 2);
  sce_overlay_t *overlay;
  uint8_t root[32];
  ok(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  for (uint8_t i = 0; i < 10; i++) {
    for (uint8_t key = 0; key < 100; key++)
      ok(sce_overlay_ops()->set(overlay, NULL, sce_span(&key, 1), sce_span(&i, 1)));
    ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL));
  }
  sce_overlay_delete(overlay);
}

static sce_error_t *commit_some(const char *dir) {
  sce_state_t *state = open_db(dir, false, 2);
  sce_overlay_t *overlay;
  uint8_t root[32];
  ok(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  sce_error_t *err = NULL;
  for (uint8_t i = 0; i < 20 && err == NULL; i++) {
    ok(sce_overlay_ops()->set(overlay, NULL, sce_span("k", 1), sce_span(&i, 1)));
    err = sce_overlay_commit(overlay, root, SCE_STATE_V0, NULL);
  }
  if (err == NULL) err = sce_state_verify(sce_overlay_state(overlay), NULL, NULL);
  sce_overlay_delete(overlay);
  return err;
}

/* ---- the file's bytes ---- */

static uint8_t *file;
static size_t file_len;

static int open_file(const char *dir, int flags) {
  char path[300];
  snprintf(path, sizeof path, "%s/data.mdb", dir);
  int fd = open(path, flags);
  assert_true(fd >= 0);
  return fd;
}

static void load(const char *dir) {
  struct stat info;
  int fd = open_file(dir, O_RDONLY);
  assert_int_equal(fstat(fd, &info), 0);
  file_len = (size_t)info.st_size;
  file = malloc(file_len);
  assert_non_null(file);
  assert_int_equal(read(fd, file, file_len), file_len);
  close(fd);
}

static void store(const char *dir) {
  int fd = open_file(dir, O_WRONLY);
  assert_int_equal(write(fd, file, file_len), file_len);
  close(fd);
  free(file);
}

/* ---- overflow pages ---- */

/* LMDB keeps the three pages of the first value for the second. */
static void put_twice(const char *dir) {
  static uint8_t first[2 * PAGE + 10];
  memset(first, 0xab, sizeof first);
  uint8_t tag_and_name[] = {SCE_LMDB_ABOUT, 'n', 'a', 'm', 'e'};
  MDB_val key = {sizeof tag_and_name, tag_and_name}, large = {sizeof first, first}, small = {5, first};
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  must_lmdb(mdb_env_create(&env));
  must_lmdb(mdb_env_open(env, dir, 0, 0666));
  must_lmdb(mdb_txn_begin(env, NULL, 0, &txn));
  must_lmdb(mdb_dbi_open(txn, NULL, 0, &dbi));
  must_lmdb(mdb_put(txn, dbi, &key, &large, 0));
  must_lmdb(mdb_put(txn, dbi, &key, &small, 0));
  must_lmdb(mdb_txn_commit(txn));
  mdb_env_close(env);
}

/* Where the run that `put_twice` made says how many pages it has. */
static uint8_t *pages_of_run(void) {
  for (size_t page = 2; page < file_len / PAGE; page++) {
    uint8_t *at = file + page * PAGE;
    if (sce_load_le16(at + 10) == 4 && sce_load_le32(at + 12) == 3 && at[16] == 0xab) return at + 12;
  }
  fail_msg("no overflow pages");
  return NULL;
}

static void runs_may_be_longer_than_their_data(void **unused) {
  (void)unused;
  /* As LMDB left it; no page at all; over pages in use; out of the file. */
  const uint32_t counts[] = {3, 0, 8, UINT32_MAX};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    const char *dir = fresh_folder();
    make_database(dir);
    put_twice(dir);
    load(dir);
    sce_store_le32(pages_of_run(), counts[i]);
    store(dir);
    sce_error_t *err = commit_some(dir);
    if (i == 0)
      ok(err);
    else
      expect_kind(err, SCE_BAD_STATE);
    remove_folder(dir);
  }
}

/* ---- lists of free pages ---- */

/* The first list of the newest free tree, which is one leaf; `*room`: numbers that it can hold. */
static uint8_t *free_list(uint64_t *room) {
  bool second = sce_load_le64(file + PAGE + 144) > sce_load_le64(file + 144);
  const uint8_t *tree = file + (second ? PAGE : 0) + 40;
  assert_int_equal(sce_load_le16(tree + 6), 1);
  uint8_t *leaf = file + sce_load_le64(tree + 40) * PAGE, *node = leaf + sce_load_le16(leaf + 16);
  assert_int_equal(sce_load_le16(node + 4), 0);
  *room = sce_load_le32(node) / 8 - 1;
  return node + 8 + sce_load_le16(node + 6);
}

static void free_lists_may_have_room(void **unused) {
  (void)unused;
  for (int i = 0; i < 3; i++) {
    const char *dir = fresh_folder();
    uint64_t room;
    make_database(dir);
    load(dir);
    uint8_t *list = free_list(&room);
    assert_true(room > 1);
    if (i == 1) memmove(list + 8, list + 16, (size_t)(room - 1) * 8); /* the lowest numbers stay */
    sce_store_le64(list, i == 0 ? 0 : i == 1 ? room - 1 : room + 1);
    store(dir);
    sce_error_t *err = commit_some(dir);
    if (i < 2)
      ok(err);
    else
      expect_kind(err, SCE_BAD_STATE);
    remove_folder(dir);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(runs_may_be_longer_than_their_data),
                                     cmocka_unit_test(free_lists_may_have_room)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
