/* state_export.c: a state as a raw chain spec (sc-chain-spec, ClientSpec and RawGenesis). */
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/json_pull.h"
#include "state/chain_spec.h"
#include "state/lmdb_state.h"
#include "state/state.h"

#include <string.h>

/* Text collected before it is handed on. */
#define PIECE_BYTES ((size_t)1 << 16)
#define PROGRESS_KEYS 8192

typedef struct export {
  const sce_state_t *state;
  const sce_chain_spec_t *spec;
  sce_write_fn write;
  void *write_ctx;
  sce_progress_fn progress;
  void *progress_ctx;
  sce_buf_t text;
  uint64_t done, total;
}
export_t;

static sce_error_t *hand_on(export_t *export, bool all) {
  if (export->text.len < (all ? 1 : PIECE_BYTES)) return NULL;
  SCE_TRY(export->write(export->write_ctx, sce_buf_span(&export->text)));
  export->text.len = 0;
  return NULL;
}

/* ---- what describes the chain ---- */

/* A record about the spec; found false where there is none, and for states of no database. */
static sce_error_t *get_about(const sce_state_t *state, bool *found, sce_span_t *value, const char *name) {
  const sce_lmdb_snapshot_t *snapshot = sce_lmdb_snapshot_of(state->backend);
  sce_lmdb_key_t key;
  *found = false;
  if (snapshot == NULL) return NULL;
  sce_lmdb_name_key(&key, SCE_LMDB_ABOUT, sce_span_text(name));
  return sce_lmdb_in(snapshot->db, sce_pages_get(&snapshot->pages, found, value, sce_lmdb_key_span(&key)));
}

sce_error_t *sce_state_may_substitute(const sce_state_t *state, bool *may, uint32_t number) {
  sce_span_t first;
  SCE_TRY(get_about(state, may, &first, SCE_ABOUT_SUBSTITUTE));
  if (*may) *may = first.len != 4 || sce_load_le32(first.data) <= number;
  return NULL;
}

sce_error_t *sce_state_chain_spec(const sce_state_t *state, sce_chain_spec_t **spec) {
  sce_span_t members;
  bool found;
  *spec = NULL;
  SCE_TRY(get_about(state, &found, &members, SCE_ABOUT_SPEC));
  if (!found) return NULL;
  sce_error_t *err = sce_chain_spec_parse_members(spec, members);
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_error_t *damaged = sce_error_new(SCE_BAD_STATE, "the state database is damaged: %s", sce_error_message(err));
  sce_error_delete(err);
  return sce_lmdb_in(sce_lmdb_snapshot_of(state->backend)->db, damaged);
}

static sce_error_t *put_hex(sce_buf_t *out, sce_span_t bytes) {
  SCE_TRY(sce_buf_append(out, "\"0x", 3));
  SCE_TRY(sce_hex_append(out, bytes));
  return sce_buf_append_byte(out, '"');
}

/* Members that a spec must have (sc-chain-spec, ClientSpec), for states that nobody has a spec of. */
static const struct { const char *name, *value; } required[] = {{"name", "\"\""}, {"id", "\"\""}, {"bootNodes", "[]"}};
enum { REQUIRED = sizeof required / sizeof *required, BOOT_NODES = 2 };

static sce_error_t *put_member(export_t *export, sce_span_t name, sce_span_t value) {
  SCE_TRY(sce_buf_printf(&export->text, "  \"%.*s\": ", (int)name.len, (const char *)name.data));
  SCE_TRY(sce_buf_append(&export->text, value.data, value.len));
  SCE_TRY(sce_buf_append(&export->text, ",\n", 2));
  return hand_on(export, false);
}

/* The members of a spec, but for what belongs to another state: `own` is the header of a state whose spec it is. */
static sce_error_t *put_members(export_t *export, const char *members, bool own, bool seen[REQUIRED]) {
  sce_json_reader_t in = sce_json_reader(sce_span_text(members));
  SCE_TRY(sce_json_enter(&in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    sce_span_t value = {0};
    SCE_TRY(sce_json_member(&in, &more, &name));
    if (!more) return NULL;
    SCE_TRY(sce_json_skip(&in, &value));
    if (!own && sce_json_string_is(name, SCE_HEADER_MEMBER)) continue;
    for (size_t i = 0; i < REQUIRED; i++) {
      if (!sce_json_string_is(name, required[i].name)) continue;
      seen[i] = true;
      if (i == BOOT_NODES) value = sce_span_text(required[i].value);
    }
    SCE_TRY(put_member(export, name.raw, value));
  }
}

static sce_error_t *put_header(export_t *export) {
  sce_block_info_t block;
  if (!sce_state_block(export->state, &block) || block.number == 0 || block.header.len == 0) return NULL;
  SCE_TRY(sce_buf_printf(&export->text, "  \"" SCE_HEADER_MEMBER "\": "));
  SCE_TRY(put_hex(&export->text, block.header));
  return sce_buf_printf(&export->text, ",\n");
}

static sce_error_t *put_chain(export_t *export) {
  sce_chain_spec_t *kept = NULL;
  bool seen[REQUIRED] = {false};
  if (export->spec == NULL) SCE_TRY(sce_state_chain_spec(export->state, &kept));
  const sce_chain_spec_t *spec = kept != NULL ? kept : export->spec;
  sce_block_info_t block;
  bool own = export->spec != NULL && !sce_state_block(export->state, &block);
  sce_error_t *err = sce_buf_printf(&export->text, "{\n");
  if (err == NULL && spec != NULL) err = put_members(export, sce_chain_spec_members(spec), own, seen);
  for (size_t i = 0; i < REQUIRED && err == NULL; i++)
    if (!seen[i]) err = put_member(export, sce_span_text(required[i].name), sce_span_text(required[i].value));
  if (err == NULL) err = put_header(export);
  sce_chain_spec_delete(kept);
  return err;
}

/* ---- storage ---- */

static sce_error_t *put_pair(export_t *export, bool *first, const char *indent, const sce_state_cursor_t *cursor) {
  SCE_TRY(sce_buf_printf(&export->text, "%s\n%s", *first ? "" : ",", indent));
  *first = false;
  SCE_TRY(put_hex(&export->text, cursor->key));
  SCE_TRY(sce_buf_append(&export->text, ": ", 2));
  SCE_TRY(put_hex(&export->text, cursor->value));
  if (++export->done % PROGRESS_KEYS == 0 && export->progress != NULL)
    SCE_TRY(export->progress(export->progress_ctx, export->done, export->total));
  return hand_on(export, false);
}

static sce_error_t *put_trie(export_t *export, const sce_span_t *child, const char *indent) {
  sce_state_cursor_t cursor;
  bool first = true;
  SCE_TRY(sce_state_seek(export->state, &cursor, child, sce_span(NULL, 0), true));
  for (; cursor.found;) {
    /* The roots of children are computed again by whoever reads the spec. */
    if (child != NULL || !sce_span_starts_with(cursor.key, sce_span_text(SCE_CHILD_KEYS)))
      SCE_TRY(put_pair(export, &first, indent, &cursor));
    SCE_TRY(sce_state_step(export->state, &cursor));
  }
  return NULL;
}

static sce_error_t *put_children(export_t *export) {
  sce_value_t next;
  bool first = true;
  SCE_TRY(sce_state_next_child(export->state, &next, sce_span(NULL, 0), true));
  while (next.found) {
    sce_span_t name = sce_span(next.data, next.len);
    SCE_TRY(sce_buf_printf(&export->text, "%s\n        ", first ? "" : ","));
    first = false;
    SCE_TRY(put_hex(&export->text, name));
    SCE_TRY(sce_buf_printf(&export->text, ": {"));
    SCE_TRY(put_trie(export, &name, "          "));
    SCE_TRY(sce_buf_printf(&export->text, "\n        }"));
    SCE_TRY(sce_state_next_child(export->state, &next, name, false));
  }
  return first ? NULL : sce_buf_printf(&export->text, "\n      ");
}

static sce_error_t *put_all(export_t *export) {
  SCE_TRY(sce_state_count(export->state, &export->total, NULL));
  SCE_TRY(put_chain(export));
  SCE_TRY(sce_buf_printf(&export->text, "  \"genesis\": {\n    \"raw\": {\n      \"top\": {"));
  SCE_TRY(put_trie(export, NULL, "        "));
  SCE_TRY(sce_buf_printf(&export->text, "\n      },\n      \"childrenDefault\": {"));
  SCE_TRY(put_children(export));
  SCE_TRY(sce_buf_printf(&export->text, "}\n    }\n  }\n}\n"));
  return hand_on(export, true);
}

sce_error_t *sce_state_export(const sce_state_t *state, const sce_chain_spec_t *spec, sce_write_fn write,
                              void *write_ctx, sce_progress_fn progress, void *progress_ctx) {
  export_t export = {.state = state,
                     .spec = spec,
                     .write = write,
                     .write_ctx = write_ctx,
                     .progress = progress,
                     .progress_ctx = progress_ctx};
  sce_error_t *err = put_all(&export);
  sce_buf_free(&export.text);
  return err;
}
