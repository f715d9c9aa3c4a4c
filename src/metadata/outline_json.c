/* outline_json.c: outlines for programs. Types are given twice: by name for people, by number for more. */
#include "metadata/json_out.h"
#include "metadata/outline.h"
#include "metadata/registry.h"
#include "metadata/storage.h"
#include "scexec/value.h"

typedef struct writer {
  const sce_metadata_t *md;
  sce_buf_t *out;
  sce_span_t item; /* empty: all */
  unsigned flags;
  bool first; /* of a list */
} writer_t;

static sce_error_t *write_text(writer_t *w, bool first, const char *name, sce_span_t text) {
  SCE_TRY(sce_json_key(w->out, first, name));
  return sce_json_string(w->out, text);
}

static sce_error_t *write_number(writer_t *w, const char *name, uint64_t number) {
  SCE_TRY(sce_json_key(w->out, false, name));
  return sce_json_u64(w->out, number);
}

/* `"type": "…", "type_id": n`. */
static sce_error_t *write_type(writer_t *w, bool first, uint32_t type, sce_span_t text) {
  sce_buf_t name = {0};
  sce_error_t *err = NULL;
  if (type != SCE_TYPE_NONE) err = sce_outline_type(w->md, &name, type, text);
  if (err == NULL) err = write_text(w, first, "type", sce_buf_span(&name));
  if (err == NULL && type != SCE_TYPE_NONE) err = write_number(w, "type_id", type);
  sce_buf_free(&name);
  return err;
}

static sce_error_t *write_docs(writer_t *w, sce_docs_t docs) {
  sce_span_t line;
  bool first = true;
  if ((w->flags & SCE_OUTLINE_DOCS) == 0) return NULL;
  SCE_TRY(sce_json_key(w->out, false, "docs"));
  SCE_TRY(sce_json_char(w->out, '['));
  while (sce_docs_next(&docs, &line)) {
    if (line.len > 0 && line.data[0] == ' ') line = sce_span_skip(line, 1);
    if (!first) SCE_TRY(sce_json_char(w->out, ','));
    first = false;
    SCE_TRY(sce_json_string(w->out, line));
  }
  return sce_json_char(w->out, ']');
}

static sce_error_t *write_deprecation(writer_t *w, const sce_deprecation_t *d) {
  if (d == NULL || d->status == 0) return NULL;
  SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"deprecated\":{\"note\":"));
  SCE_TRY(sce_json_string(w->out, d->note));
  if (d->since.data != NULL) SCE_TRY(write_text(w, false, "since", d->since));
  return sce_json_char(w->out, '}');
}

/* Begins a member that is a list, or an object in one. */
static sce_error_t *open_list(writer_t *w, const char *name) {
  SCE_TRY(sce_json_key(w->out, false, name));
  w->first = true;
  return sce_json_char(w->out, '[');
}

static sce_error_t *open_item(writer_t *w, sce_span_t name) {
  if (!w->first) SCE_TRY(sce_json_char(w->out, ','));
  w->first = false;
  SCE_TRY(sce_json_char(w->out, '{'));
  return write_text(w, true, "name", name);
}

static sce_error_t *close_item(writer_t *w, sce_docs_t docs, const sce_deprecation_t *deprecation) {
  SCE_TRY(write_docs(w, docs));
  SCE_TRY(write_deprecation(w, deprecation));
  return sce_json_char(w->out, '}');
}

static bool wants(const writer_t *w, sce_span_t name) {
  return w->item.len == 0 || sce_span_equal(w->item, name);
}

static sce_error_t *write_storage(writer_t *w, const sce_storage_t *s) {
  static const sce_span_t none = {NULL, 0};
  SCE_TRY(open_item(w, s->name));
  SCE_TRY(write_text(w, false, "modifier", sce_span_text(s->modifier == 0 ? "Optional" : "Default")));
  SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"keys\":["));
  for (uint32_t i = 0; i < s->key_count; i++) {
    SCE_TRY(
        sce_buf_printf(w->out, "%s{\"hasher\":\"%s\"", i > 0 ? "," : "", sce_hasher_name((sce_hasher_t)s->hashers[i])));
    if (s->keys != NULL) SCE_TRY(write_type(w, false, s->keys[i], s->key_texts != NULL ? s->key_texts[i] : none));
    SCE_TRY(sce_json_char(w->out, '}'));
  }
  SCE_TRY(SCE_JSON_LITERAL(w->out, "],\"value\":{"));
  SCE_TRY(write_type(w, true, s->value_type, s->value_text));
  SCE_TRY(SCE_JSON_LITERAL(w->out, "},\"default\":"));
  SCE_TRY(sce_json_hex(w->out, s->default_value));
  return close_item(w, s->docs, &s->deprecation);
}

static sce_error_t *write_args(writer_t *w, const char *name, const sce_field_t *items, uint32_t count) {
  SCE_TRY(sce_json_key(w->out, false, name));
  SCE_TRY(sce_json_char(w->out, '['));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(i > 0 ? SCE_JSON_LITERAL(w->out, ",{") : SCE_JSON_LITERAL(w->out, "{"));
    if (items[i].name.data != NULL) SCE_TRY(write_text(w, true, "name", items[i].name));
    SCE_TRY(write_type(w, items[i].name.data == NULL, items[i].type,
                       w->md->version < 14 ? items[i].type_name : (sce_span_t){NULL, 0}));
    SCE_TRY(sce_json_char(w->out, '}'));
  }
  return sce_json_char(w->out, ']');
}

static sce_error_t *write_enum(writer_t *w, const char *name, uint32_t type, const sce_deprecations_t *deprecated) {
  SCE_TRY(open_list(w, name));
  for (uint32_t i = 0; type != SCE_TYPE_NONE && i < w->md->types[type].variant_count; i++) {
    const sce_variant_t *v = &w->md->types[type].variants[i];
    const sce_deprecation_t *d = NULL;
    if (!wants(w, v->name)) continue;
    for (uint32_t j = 0; j < deprecated->count; j++)
      if (deprecated->items[j].variant == v->index) d = &deprecated->items[j];
    SCE_TRY(open_item(w, v->name));
    SCE_TRY(write_number(w, "index", v->index));
    SCE_TRY(write_args(w, "args", v->fields.items, v->fields.count));
    SCE_TRY(close_item(w, v->docs, d));
  }
  return sce_json_char(w->out, ']');
}

static sce_error_t *write_constant(writer_t *w, const sce_constant_t *c) {
  SCE_TRY(open_item(w, c->name));
  SCE_TRY(write_type(w, false, c->type, c->type_text));
  SCE_TRY(sce_json_key(w->out, false, "value"));
  sce_value_format_t format = {sce_metadata_ss58_prefix(w->md, 42), false};
  sce_error_t *err = sce_value_decode(w->md, w->out, c->type, c->value, &format);
  if (err != NULL && sce_error_kind(err) != SCE_BAD_INPUT) return err;
  if (err != NULL) SCE_TRY(sce_json_hex(w->out, c->value));
  sce_error_delete(err);
  return close_item(w, c->docs, &c->deprecation);
}

static sce_error_t *write_methods(writer_t *w, const char *name, const sce_method_t *methods, uint32_t count,
                                  bool with_id) {
  SCE_TRY(open_list(w, name));
  for (uint32_t i = 0; i < count; i++) {
    const sce_method_t *m = &methods[i];
    if (!wants(w, m->name)) continue;
    SCE_TRY(open_item(w, m->name));
    if (with_id) SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"id\":"));
    if (with_id) SCE_TRY(sce_json_hex(w->out, sce_span(m->id, sizeof m->id)));
    SCE_TRY(write_args(w, "args", m->inputs, m->input_count));
    SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"result\":{"));
    SCE_TRY(write_type(w, true, m->output, (sce_span_t){NULL, 0}));
    SCE_TRY(sce_json_char(w->out, '}'));
    SCE_TRY(close_item(w, m->docs, &m->deprecation));
  }
  return sce_json_char(w->out, ']');
}

static sce_error_t *write_pallet(writer_t *w, const sce_pallet_t *p) {
  SCE_TRY(sce_json_char(w->out, '{'));
  SCE_TRY(write_text(w, true, "name", p->name));
  SCE_TRY(write_number(w, "index", p->index));
  if (w->item.len == 0) SCE_TRY(write_docs(w, p->docs));
  if (w->item.len == 0) SCE_TRY(write_deprecation(w, &p->deprecation));
  if (p->storage_prefix.data != NULL) SCE_TRY(write_text(w, false, "storage_prefix", p->storage_prefix));
  SCE_TRY(open_list(w, "storage"));
  for (uint32_t i = 0; i < p->storage_count; i++)
    if (wants(w, p->storage[i].name)) SCE_TRY(write_storage(w, &p->storage[i]));
  SCE_TRY(sce_json_char(w->out, ']'));
  SCE_TRY(write_enum(w, "calls", p->calls, &p->calls_deprecated));
  SCE_TRY(write_enum(w, "events", p->events, &p->events_deprecated));
  SCE_TRY(write_enum(w, "errors", p->errors, &p->errors_deprecated));
  SCE_TRY(open_list(w, "constants"));
  for (uint32_t i = 0; i < p->constant_count; i++)
    if (wants(w, p->constants[i].name)) SCE_TRY(write_constant(w, &p->constants[i]));
  SCE_TRY(sce_json_char(w->out, ']'));
  SCE_TRY(write_methods(w, "view_functions", p->views, p->view_count, true));
  SCE_TRY(open_list(w, "associated_types"));
  for (uint32_t i = 0; i < p->associated_count; i++) {
    if (!wants(w, p->associated[i].name)) continue;
    SCE_TRY(open_item(w, p->associated[i].name));
    SCE_TRY(write_type(w, false, p->associated[i].type, (sce_span_t){NULL, 0}));
    SCE_TRY(close_item(w, p->associated[i].docs, NULL));
  }
  return SCE_JSON_LITERAL(w->out, "]}");
}

static sce_error_t *write_extrinsic(writer_t *w) {
  const sce_extrinsic_format_t *x = &w->md->extrinsic;
  const struct {
    const char *name;
    uint32_t type;
  } parts[] = {{"address", x->address}, {"call", x->call}, {"signature", x->signature}};
  SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"extrinsic\":{\"versions\":["));
  for (uint32_t i = 0; i < x->version_count; i++)
    SCE_TRY(sce_buf_printf(w->out, "%s%u", i > 0 ? "," : "", x->versions[i]));
  SCE_TRY(sce_json_char(w->out, ']'));
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (parts[i].type == SCE_TYPE_NONE) continue;
    SCE_TRY(sce_json_key(w->out, false, parts[i].name));
    SCE_TRY(sce_json_char(w->out, '{'));
    SCE_TRY(write_type(w, true, parts[i].type, (sce_span_t){NULL, 0}));
    SCE_TRY(sce_json_char(w->out, '}'));
  }
  SCE_TRY(open_list(w, "extensions"));
  for (uint32_t i = 0; i < x->extension_count; i++) {
    SCE_TRY(open_item(w, x->extensions[i].name));
    SCE_TRY(write_type(w, false, x->extensions[i].type, (sce_span_t){NULL, 0}));
    SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"implicit\":{"));
    SCE_TRY(write_type(w, true, x->extensions[i].implicit, (sce_span_t){NULL, 0}));
    SCE_TRY(SCE_JSON_LITERAL(w->out, "}}"));
  }
  SCE_TRY(sce_json_char(w->out, ']'));
  SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"extension_versions\":{"));
  for (uint32_t i = 0; i < x->set_count; i++) {
    SCE_TRY(sce_buf_printf(w->out, "%s\"%u\":[", i > 0 ? "," : "", x->sets[i].version));
    for (uint32_t j = 0; j < x->sets[i].count; j++)
      SCE_TRY(sce_buf_printf(w->out, "%s%u", j > 0 ? "," : "", x->sets[i].places[j]));
    SCE_TRY(sce_json_char(w->out, ']'));
  }
  return SCE_JSON_LITERAL(w->out, "}}");
}

static sce_error_t *write_api(writer_t *w, const sce_api_t *a) {
  bool first = w->first;
  SCE_TRY(sce_json_raw(w->out, first ? "{" : ",{", first ? 1 : 2));
  SCE_TRY(write_text(w, true, "name", a->name));
  if (a->version != 0) SCE_TRY(write_number(w, "version", a->version));
  SCE_TRY(write_methods(w, "methods", a->methods, a->method_count, false));
  w->first = false;
  return close_item(w, a->docs, &a->deprecation);
}

static sce_error_t *write_types(writer_t *w) {
  SCE_TRY(open_list(w, "types"));
  for (uint32_t id = 0; id < w->md->metadata_type_count; id++) {
    const sce_type_t *t = &w->md->types[id];
    if (t->def == SCE_DEF_ABSENT) continue;
    if (!w->first) SCE_TRY(sce_json_char(w->out, ','));
    w->first = false;
    SCE_TRY(sce_json_char(w->out, '{'));
    SCE_TRY(write_type(w, true, id, (sce_span_t){NULL, 0}));
    SCE_TRY(SCE_JSON_LITERAL(w->out, ",\"path\":["));
    for (uint32_t i = 0; i < t->path_count; i++) {
      if (i > 0) SCE_TRY(sce_json_char(w->out, ','));
      SCE_TRY(sce_json_string(w->out, t->path[i]));
    }
    SCE_TRY(sce_json_char(w->out, ']'));
    static const sce_deprecations_t none = {NULL, 0};
    if (t->def == SCE_DEF_VARIANT) SCE_TRY(write_enum(w, "variants", id, &none));
    if (t->fields.count > 0) SCE_TRY(write_args(w, "fields", t->fields.items, t->fields.count));
    w->first = false;
    SCE_TRY(close_item(w, t->docs, NULL));
  }
  return sce_json_char(w->out, ']');
}

static sce_error_t *write_all(writer_t *w) {
  SCE_TRY(sce_buf_printf(w->out, "{\"version\":%u", w->md->version));
  SCE_TRY(open_list(w, "pallets"));
  for (uint32_t i = 0; i < w->md->pallet_count; i++) {
    if (i > 0) SCE_TRY(sce_json_char(w->out, ','));
    SCE_TRY(write_pallet(w, &w->md->pallets[i]));
  }
  SCE_TRY(sce_json_char(w->out, ']'));
  SCE_TRY(write_extrinsic(w));
  SCE_TRY(open_list(w, "apis"));
  for (uint32_t i = 0; i < w->md->api_count; i++) {
    w->first = i == 0;
    SCE_TRY(write_api(w, &w->md->apis[i]));
  }
  SCE_TRY(sce_json_char(w->out, ']'));
  SCE_TRY(open_list(w, "custom"));
  for (uint32_t i = 0; i < w->md->custom_count; i++) {
    SCE_TRY(open_item(w, w->md->custom[i].name));
    SCE_TRY(write_type(w, false, w->md->custom[i].type, (sce_span_t){NULL, 0}));
    SCE_TRY(sce_json_key(w->out, false, "value"));
    SCE_TRY(sce_json_hex(w->out, w->md->custom[i].value));
    SCE_TRY(sce_json_char(w->out, '}'));
  }
  SCE_TRY(sce_json_char(w->out, ']'));
  if (w->flags & SCE_OUTLINE_TYPES) SCE_TRY(write_types(w));
  return sce_json_char(w->out, '}');
}

sce_error_t *sce_outline_write_json(const sce_metadata_t *md, sce_buf_t *out, const sce_selection_t *what,
                                    unsigned flags) {
  writer_t w = {md, out, what->item, flags, true};
  return what->pallet == NULL ? write_all(&w) : write_pallet(&w, what->pallet);
}

sce_error_t *sce_outline_write_apis_json(const sce_metadata_t *md, sce_buf_t *out, sce_span_t api, sce_span_t method,
                                         unsigned flags) {
  writer_t w = {md, out, method, flags, true};
  bool first = true;
  SCE_TRY(sce_json_char(out, '['));
  for (uint32_t i = 0; i < md->api_count; i++) {
    if (api.len > 0 && !sce_span_equal(api, md->apis[i].name)) continue;
    w.first = first;
    first = false;
    SCE_TRY(write_api(&w, &md->apis[i]));
  }
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *p = &md->pallets[i];
    if (p->view_count == 0 || (api.len > 0 && !sce_span_equal(api, p->name))) continue;
    SCE_TRY(sce_json_raw(out, first ? "{" : ",{", first ? 1 : 2));
    first = false;
    SCE_TRY(write_text(&w, true, "name", p->name));
    SCE_TRY(SCE_JSON_LITERAL(out, ",\"view_functions\":true"));
    SCE_TRY(write_methods(&w, "methods", p->views, p->view_count, true));
    SCE_TRY(sce_json_char(out, '}'));
  }
  return sce_json_char(out, ']');
}
