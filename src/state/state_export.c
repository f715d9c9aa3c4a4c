/* state_export.c: a state as a raw chain spec (sc-chain-spec, ClientSpec and RawGenesis). */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/json_pull.h"
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

sce_error_t *sce_state_about(const sce_state_t *state, sce_value_t *text, const char *what) {
  const sce_lmdb_snapshot_t *snapshot = sce_lmdb_snapshot_of(state->backend);
  *text = (sce_value_t){0};
  if (snapshot == NULL) return NULL;
  sce_lmdb_key_t key;
  sce_span_t value;
  bool found;
  sce_lmdb_name_key(&key, SCE_LMDB_ABOUT, sce_span_text(what));
  SCE_TRY(sce_lmdb_in(snapshot->db, sce_pages_get(&snapshot->pages, &found, &value, sce_lmdb_key_span(&key))));
  if (found) *text = (sce_value_t){true, value.data, value.len};
  return NULL;
}

static sce_error_t *get_about(const export_t *export, sce_span_t *text, const char *what) {
  static const struct {
    const char *what;
    const char *(*get)(const sce_chain_spec_t *spec);
  } getters[] = {{"name", sce_chain_spec_name},
                 {"id", sce_chain_spec_id},
                 {"chainType", sce_chain_spec_chain_type},
                 {"protocolId", sce_chain_spec_protocol_id},
                 {"properties", sce_chain_spec_properties}};
  for (size_t i = 0; export->spec != NULL && i < sizeof getters / sizeof *getters; i++)
    if (strcmp(getters[i].what, what) == 0) *text = sce_span_text(getters[i].get(export->spec));
  if (export->spec != NULL) return NULL;
  sce_value_t kept;
  SCE_TRY(sce_state_about(export->state, &kept, what));
  *text = sce_span(kept.data, kept.len);
  return NULL;
}

static sce_error_t *put_string(sce_buf_t *out, sce_span_t text) {
  SCE_TRY(sce_buf_append_byte(out, '"'));
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    if (c == '"' || c == '\\')
      SCE_TRY(sce_buf_printf(out, "\\%c", c));
    else if (c < 0x20)
      SCE_TRY(sce_buf_printf(out, "\\u%04x", c));
    else
      SCE_TRY(sce_buf_append_byte(out, c));
  }
  return sce_buf_append_byte(out, '"');
}

typedef enum json_form { NEVER_JSON, MAYBE_OBJECT, MAYBE_JSON } json_form_t;

static bool is_json(sce_span_t text, json_form_t form) {
  sce_json_reader_t in = sce_json_reader(text);
  sce_json_kind_t kind = SCE_JSON_NULL;
  if (form == NEVER_JSON) return false;
  sce_error_t *err = sce_json_peek(&in, &kind);
  if (err == NULL) err = sce_json_skip(&in, NULL);
  if (err == NULL) err = sce_json_end(&in);
  bool is = err == NULL && (form == MAYBE_JSON || kind == SCE_JSON_OBJECT);
  sce_error_delete(err);
  return is;
}

/* A member whose value is a string, or stands as it is where it is JSON of that form; nothing becomes `otherwise`. */
static sce_error_t *put_about(export_t *export, const char *member, json_form_t form, const char *otherwise) {
  sce_span_t text = {0};
  SCE_TRY(get_about(export, &text, member));
  SCE_TRY(sce_buf_printf(&export->text, "  \"%s\": ", member));
  if (text.len == 0)
    SCE_TRY(sce_buf_printf(&export->text, "%s", otherwise));
  else if (is_json(text, form))
    SCE_TRY(sce_buf_append(&export->text, text.data, text.len));
  else
    SCE_TRY(put_string(&export->text, text));
  return sce_buf_printf(&export->text, ",\n");
}

static sce_error_t *put_chain(export_t *export) {
  SCE_TRY(sce_buf_printf(&export->text, "{\n"));
  SCE_TRY(put_about(export, "name", NEVER_JSON, "\"\""));
  SCE_TRY(put_about(export, "id", NEVER_JSON, "\"\""));
  SCE_TRY(put_about(export, "chainType", MAYBE_OBJECT, "\"Live\""));
  SCE_TRY(sce_buf_printf(&export->text, "  \"bootNodes\": [],\n  \"telemetryEndpoints\": null,\n"));
  SCE_TRY(put_about(export, "protocolId", NEVER_JSON, "null"));
  SCE_TRY(put_about(export, "properties", MAYBE_JSON, "{}"));
  return sce_buf_printf(&export->text, "  \"codeSubstitutes\": {},\n");
}

/* ---- storage ---- */

static sce_error_t *put_hex(sce_buf_t *out, sce_span_t bytes) {
  SCE_TRY(sce_buf_append(out, "\"0x", 3));
  SCE_TRY(sce_hex_append(out, bytes));
  return sce_buf_append_byte(out, '"');
}

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
