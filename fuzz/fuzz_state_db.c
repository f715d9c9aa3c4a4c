/* A damaged or hostile database file: opening it, reading, proofs, verifying, going back to older states and committing
 * end with answers or errors, within bounded time, and LMDB never meets an invariant that is broken. What was committed
 * can be read again.
 *
 * Input: a byte of choices, then changes to the file of a small sound database, seven bytes each: u8 what to do, u32 LE
 * where, u16 LE a number. Choices: bit 0 vet whole or key by key; 1 to 4 how many of the keys the commit removes, and,
 * with an even number of them, that it settles the journal; 5 no commit; 6 read only; 7 nothing is read before the
 * commit. The database has long keys, large values, child tries, older states on both sides of the settled one, and
 * free pages. */
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "scexec/overlay.h"
#include "scexec/proof.h"
#include "scexec/state.h"
#include "state/lmdb_state.h"
#include "state/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, KEYS = 150, STEPS = 500, STATES = 4 };

static char folder[256], data_path[300], lock_path[300];
static uint8_t *sound; /* the file's bytes */
static size_t sound_len;

static void require(bool ok) {
  if (!ok) abort();
}

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "%s\n", sce_error_message(err));
  abort();
}

/* True after an error, which must be one of those that a file can cause. */
static bool failed(sce_error_t *err) {
  if (err == NULL) return false;
  sce_error_kind_t kind = sce_error_kind(err);
  if (kind != SCE_BAD_STATE && kind != SCE_NOT_FOUND) fprintf(stderr, "%s\n", sce_error_message(err));
  require(kind == SCE_BAD_STATE || kind == SCE_NOT_FOUND);
  sce_error_delete(err);
  return true;
}

/* ---- the sound database ---- */

static sce_span_t key_of(uint8_t room[600], uint32_t number) {
  size_t len = number % 29 == 0 ? 500 : 3 + number % 30;
  memset(room, 'k', 600);
  sce_store_le32(room + (len > 440 ? 450 : 0), number * 2654435761u);
  return sce_span(room, len);
}

static void write_keys(sce_overlay_t *overlay, uint32_t round) {
  static uint8_t value[9000];
  uint8_t room[600];
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_span_t child = sce_span_text("child");
  memset(value, (int)round + 1, sizeof value);
  for (uint32_t i = round; i < KEYS; i += 1 + round) {
    size_t len = i % 41 == 0 ? 9000 : i % 17 == 0 ? 2500 : 20 + i % 60;
    const sce_span_t *in = i % 5 == 0 ? &child : NULL;
    if (round > 0 && i % 7 == 0)
      must(ops->clear(overlay, in, key_of(room, i)));
    else
      must(ops->set(overlay, in, key_of(room, i), sce_span(value, len)));
  }
}

static void remove_files(void) {
  unlink(data_path);
  unlink(lock_path);
}

static void remove_folder(void) {
  remove_files();
  rmdir(folder);
  free(sound);
}

static void read_sound(void) {
  struct stat info;
  int fd = open(data_path, O_RDONLY);
  require(fd >= 0 && fstat(fd, &info) == 0);
  sound_len = (size_t)info.st_size;
  sound = malloc(sound_len);
  require(sound != NULL && read(fd, sound, sound_len) == (ssize_t)sound_len);
  close(fd);
}

static void make_sound(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/scexec-fuzz-%ld", base != NULL ? base : "/tmp", (long)getpid());
  snprintf(data_path, sizeof data_path, "%s/data.mdb", folder);
  snprintf(lock_path, sizeof lock_path, "%s/lock.mdb", folder);
  sce_state_options_t options = {.size = sizeof options, .create = true, .no_sync = true, .keep = STATES - 1};
  sce_state_t *state;
  sce_overlay_t *overlay;
  must(sce_state_open(&state, folder, &options));
  must(sce_overlay_new(&overlay, state));
  sce_state_delete(state);
  sce_lmdb_t *db = sce_lmdb_snapshot_of(sce_overlay_state(overlay)->backend)->db;
  for (uint32_t round = 0; round < STATES + 2; round++) {
    uint8_t root[32];
    db->journal_states = round == STATES - 1 ? 0 : UINT64_MAX; /* the last but two is settled */
    sce_block_info_t block = {.number = round, .header = sce_span_text("header")};
    write_keys(overlay, round);
    must(sce_overlay_commit(overlay, root, round % 2 == 0 ? SCE_STATE_V0 : SCE_STATE_V1, &block));
  }
  must(sce_state_verify(sce_overlay_state(overlay), NULL, NULL));
  sce_overlay_delete(overlay);
  read_sound();
  require(atexit(remove_folder) == 0);
}

/* ---- changing it ---- */

static void change(uint8_t *file, size_t *len, const uint8_t *what) {
  uint32_t where = sce_load_le32(what + 1) % (uint32_t)*len, number = sce_load_le16(what + 5);
  size_t page = where / PAGE * PAGE, other = (size_t)number % (*len / PAGE) * PAGE;
  bool room = where + 8 <= *len;
  switch (what[0] % 8) {
    case 0: file[where] ^= (uint8_t)number; break;
    case 1: file[where] = (uint8_t)number; break;
    case 2:
      if (room) sce_store_le16(file + where, (uint16_t)number);
      break;
    case 3:
      if (room) sce_store_le64(file + where, number);
      break;
    case 4:
      if (room) sce_store_le64(file + where, (uint64_t)0 - number);
      break;
    case 5: memmove(file + page, file + other, PAGE); break;
    case 6: /* with its own number, so that it is looked into */
      memmove(file + page, file + other, PAGE);
      sce_store_le64(file + page, page / PAGE);
      break;
    default:
      if (page >= 2 * PAGE) *len = page;
      break;
  }
}

static void write_damaged(const uint8_t *data, size_t size) {
  uint8_t *file = malloc(sound_len);
  size_t len = sound_len;
  require(file != NULL);
  memcpy(file, sound, sound_len);
  for (; size >= 7; data += 7, size -= 7) change(file, &len, data);
  remove_files();
  int fd = open(data_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  require(fd >= 0 && write(fd, file, len) == (ssize_t)len);
  close(fd);
  free(file);
}

/* ---- using it ---- */

static void walk(const sce_state_t *state, const sce_span_t *child) {
  sce_state_cursor_t cursor;
  uint64_t count;
  uint8_t last[700];
  size_t last_len = 0;
  bool ended = failed(sce_state_seek(state, &cursor, child, sce_span(NULL, 0), true));
  for (int i = 0; i < STEPS && !ended && cursor.found; i++) {
    require(i == 0 || sce_span_compare(sce_span(last, last_len), cursor.key) < 0);
    last_len = cursor.key.len < sizeof last ? cursor.key.len : sizeof last;
    memcpy(last, cursor.key.data, last_len);
    sce_value_t value;
    if (!failed(sce_state_get(state, &value, child, cursor.key)) && value.found) require(value.len <= sound_len);
    ended = failed(sce_state_step(state, &cursor));
  }
  (void)failed(sce_state_count(state, &count, child));
}

static void prove(const sce_state_t *state, const sce_span_t *child) {
  uint8_t rooms[4][600];
  sce_span_t keys[4];
  sce_proof_t *proof;
  for (uint32_t i = 0; i < 4; i++) keys[i] = key_of(rooms[i], i * 29);
  if (!failed(sce_proof_make(&proof, state, child, keys, 4))) sce_proof_delete(proof);
}

static void read_all(sce_state_t *state) {
  sce_span_t child = sce_span_text("child");
  sce_value_t value;
  uint8_t root[32];
  walk(state, NULL);
  walk(state, &child);
  (void)failed(sce_state_next_child(state, &value, sce_span(NULL, 0), true));
  (void)failed(sce_state_root(state, root, NULL));
  (void)failed(sce_state_root(state, root, &child));
  for (uint32_t number = 1; number < STATES + 2; number++) { /* one that is not kept, older ones, the newest */
    sce_state_t *older;
    if (failed(sce_state_at_number(&older, state, number))) continue;
    walk(older, number % 2 == 0 ? NULL : &child);
    prove(older, number % 2 == 0 ? &child : NULL);
    sce_state_delete(older);
  }
  (void)failed(sce_state_verify(state, NULL, NULL));
}

static void commit(sce_state_t *state, uint8_t choices) {
  uint8_t room[600], root[32];
  sce_overlay_t *overlay;
  const sce_storage_ops_t *ops = sce_overlay_ops();
  sce_span_t child = sce_span_text("child");
  sce_removal_t removal;
  must(sce_overlay_new(&overlay, state));
  unsigned removed = choices >> 1 & 15;
  bool sound_so_far = true;
  for (uint32_t i = 0; i < 60 && sound_so_far; i++) {
    const sce_span_t *in = i % 5 == 0 ? &child : NULL;
    sce_span_t key = key_of(room, i * 7 % (KEYS + 20));
    if (i % 16 < removed)
      sound_so_far = !failed(ops->clear(overlay, in, key));
    else
      sound_so_far = !failed(ops->set(overlay, in, key, sce_span(room, i % 13 == 0 ? 600 : i)));
  }
  if (sound_so_far && removed == 15) sound_so_far = !failed(ops->kill_child(overlay, &removal, &child, NULL, NULL));
  if (sound_so_far && !failed(sce_overlay_commit(overlay, root, SCE_STATE_V1, NULL)))
    read_all(sce_overlay_state(overlay));
  sce_overlay_delete(overlay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (sound == NULL) make_sound();
  if (size < 1) return 0;
  write_damaged(data + 1, size - 1);
  sce_state_options_t options = {.size = sizeof options, .no_sync = true, .keep = SCE_STATE_KEEP_STORED};
  options.read_only = (data[0] & 0x40) != 0;
  sce_state_t *state;
  if (failed(sce_state_open(&state, folder, &options))) return 0;
  sce_lmdb_t *db = sce_lmdb_ref(sce_lmdb_snapshot_of(state->backend)->db);
  if ((data[0] & 1) != 0) db->vet_whole = 0;
  if ((data[0] & 2) == 0) db->journal_states = 0;
  if ((data[0] & 0x80) == 0) read_all(state);
  if ((data[0] & 0x60) == 0) commit(state, data[0]);
  require(!atomic_load(&db->broken));
  sce_state_delete(state);
  sce_lmdb_unref(db);
  return 0;
}
