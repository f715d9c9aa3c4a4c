/* state_db_support.h: what tests of state databases share: folders, opening, errors. */
#ifndef STATE_DB_SUPPORT_H
#define STATE_DB_SUPPORT_H

#include "base/buf.h"
#include "base/error.h"
#include "scexec/overlay.h"
#include "scexec/state.h"
#include "state/lmdb_state.h"
#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void ok(sce_error_t *err) {
  if (err != NULL) fail_msg("%s", sce_error_message(err));
}

static void expect_kind(sce_error_t *err, sce_error_kind_t kind) {
  assert_non_null(err);
  if (sce_error_kind(err) != kind) fail_msg("%s: %s", sce_error_kind_name(sce_error_kind(err)), sce_error_message(err));
  sce_error_delete(err);
}

/* ---- folders ---- */

static char folder[256];

static const char *fresh_folder(void) {
  static int number;
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/scexec-test-%ld-%d", base != NULL ? base : "/tmp", (long)getpid(), number++);
  return folder;
}

static void remove_folder(const char *dir) {
  char path[300];
  snprintf(path, sizeof path, "%s/data.mdb", dir);
  unlink(path);
  snprintf(path, sizeof path, "%s/lock.mdb", dir);
  unlink(path);
  rmdir(dir);
}

static sce_state_t *open_db(const char *dir, bool create, uint32_t keep) {
  sce_state_options_t options = {.size = sizeof options, .create = create, .no_sync = true, .keep = keep};
  sce_state_t *state;
  ok(sce_state_open(&state, dir, &options));
  return state;
}

#endif
