/* outline_text.c: outlines for people. All: a line a pallet with what it has. A pallet: a line an item. An item: the
 * line, what else there is to it, and its documentation. */
#include "metadata/json_out.h"
#include "metadata/outline.h"
#include "metadata/registry.h"
#include "metadata/storage.h"
#include "scexec/value.h"

#define SPAN(s) (int)(s).len, (s).len > 0 ? (const char *)(s).data : ""

static sce_error_t *write_docs(sce_buf_t *out, const char *indent, sce_docs_t docs) {
  sce_span_t line;
  while (sce_docs_next(&docs, &line)) {
    while (line.len > 0 && line.data[0] == ' ') line = sce_span_skip(line, 1);
    SCE_TRY(sce_buf_printf(out, "%s|%s%.*s\n", indent, line.len > 0 ? " " : "", SPAN(line)));
  }
  return NULL;
}

static sce_error_t *write_deprecation(sce_buf_t *out, const char *indent, const sce_deprecation_t *d) {
  if (d == NULL || d->status == 0) return NULL;
  SCE_TRY(sce_buf_printf(out, "%sdeprecated", indent));
  if (d->since.data != NULL) SCE_TRY(sce_buf_printf(out, " since %.*s", SPAN(d->since)));
  if (d->status == 2) SCE_TRY(sce_buf_printf(out, ": %.*s", SPAN(d->note)));
  return sce_buf_append_byte(out, '\n');
}

static const sce_deprecation_t *variant_deprecation(const sce_deprecations_t *list, uint8_t variant) {
  for (uint32_t i = 0; i < list->count; i++)
    if (list->items[i].variant == variant) return &list->items[i];
  return NULL;
}

/* A walk over items: which are meant, and how they are written. */
typedef struct walk {
  const sce_metadata_t *md;
  sce_buf_t *out;
  sce_span_t item; /* empty: all */
  bool docs;
  bool found;
  const char *heading; /* to be written before the first item of its kind, when all are */
} walk_t;

static bool wants(walk_t *w, sce_span_t name) {
  bool wanted = w->item.len == 0 || sce_span_equal(w->item, name);
  if (wanted) w->found = true;
  return wanted;
}

static sce_error_t *begin_line(walk_t *w, const char *kind) {
  if (w->item.len > 0) return sce_buf_printf(w->out, "%s ", kind);
  if (w->heading != NULL) SCE_TRY(sce_buf_printf(w->out, "%s\n", w->heading));
  w->heading = NULL;
  return sce_buf_append(w->out, "  ", 2);
}

static sce_error_t *end_line(walk_t *w, sce_docs_t docs, const sce_deprecation_t *deprecation) {
  SCE_TRY(sce_buf_append_byte(w->out, '\n'));
  SCE_TRY(write_deprecation(w->out, "      ", deprecation));
  return w->docs ? write_docs(w->out, "      ", docs) : NULL;
}

static sce_error_t *walk_storage(walk_t *w, const sce_pallet_t *p) {
  w->heading = "storage";
  for (uint32_t i = 0; i < p->storage_count; i++) {
    const sce_storage_t *s = &p->storage[i];
    if (!wants(w, s->name)) continue;
    SCE_TRY(begin_line(w, "storage"));
    SCE_TRY(sce_outline_storage(w->md, w->out, s));
    if (w->item.len > 0 && s->modifier == 1) {
      SCE_TRY(sce_buf_append(w->out, "\n  default ", 11));
      sce_error_t *err = sce_value_decode(w->md, w->out, s->value_type, s->default_value, NULL);
      if (err != NULL && sce_error_kind(err) != SCE_BAD_INPUT) return err;
      if (err != NULL) SCE_TRY(sce_json_hex(w->out, s->default_value));
      sce_error_delete(err);
    }
    SCE_TRY(end_line(w, s->docs, &s->deprecation));
  }
  return NULL;
}

static sce_error_t *walk_enum(walk_t *w, uint32_t type, const sce_deprecations_t *deprecated, const char *kind,
                              const char *heading) {
  w->heading = heading;
  if (type == SCE_TYPE_NONE) return NULL;
  for (uint32_t i = 0; i < w->md->types[type].variant_count; i++) {
    const sce_variant_t *v = &w->md->types[type].variants[i];
    if (!wants(w, v->name)) continue;
    SCE_TRY(begin_line(w, kind));
    SCE_TRY(sce_outline_variant(w->md, w->out, v));
    SCE_TRY(end_line(w, v->docs, variant_deprecation(deprecated, v->index)));
  }
  return NULL;
}

static sce_error_t *walk_rest(walk_t *w, const sce_pallet_t *p) {
  w->heading = "constants";
  for (uint32_t i = 0; i < p->constant_count; i++) {
    if (!wants(w, p->constants[i].name)) continue;
    SCE_TRY(begin_line(w, "constant"));
    SCE_TRY(sce_outline_constant(w->md, w->out, &p->constants[i]));
    SCE_TRY(end_line(w, p->constants[i].docs, &p->constants[i].deprecation));
  }
  w->heading = "view functions";
  for (uint32_t i = 0; i < p->view_count; i++) {
    if (!wants(w, p->views[i].name)) continue;
    SCE_TRY(begin_line(w, "view function"));
    SCE_TRY(sce_outline_method(w->md, w->out, &p->views[i]));
    SCE_TRY(end_line(w, p->views[i].docs, &p->views[i].deprecation));
  }
  w->heading = "associated types";
  for (uint32_t i = 0; i < p->associated_count; i++) {
    if (!wants(w, p->associated[i].name)) continue;
    SCE_TRY(begin_line(w, "associated type"));
    SCE_TRY(sce_buf_printf(w->out, "%.*s = ", SPAN(p->associated[i].name)));
    SCE_TRY(sce_type_name(w->md, w->out, p->associated[i].type));
    SCE_TRY(end_line(w, p->associated[i].docs, NULL));
  }
  return NULL;
}

static sce_error_t *write_pallet(const sce_metadata_t *md, sce_buf_t *out, const sce_selection_t *what,
                                 unsigned flags) {
  const sce_pallet_t *p = what->pallet;
  walk_t w = {.md = md, .out = out, .item = what->item, .docs = (flags & SCE_OUTLINE_DOCS) != 0 || what->item.len > 0};
  if (what->item.len == 0) {
    SCE_TRY(sce_buf_printf(out, "pallet %.*s, index %u\n", SPAN(p->name), p->index));
    SCE_TRY(write_deprecation(out, "  ", &p->deprecation));
    if (w.docs) SCE_TRY(write_docs(out, "  ", p->docs));
  }
  SCE_TRY(walk_storage(&w, p));
  SCE_TRY(walk_enum(&w, p->calls, &p->calls_deprecated, "call", "calls"));
  SCE_TRY(walk_enum(&w, p->events, &p->events_deprecated, "event", "events"));
  SCE_TRY(walk_enum(&w, p->errors, &p->errors_deprecated, "error", "errors"));
  return walk_rest(&w, p);
}

/* "12 calls, ", nothing for none. */
static sce_error_t *write_count(sce_buf_t *out, uint32_t count, const char *one, const char *many, bool *first) {
  if (count == 0) return NULL;
  SCE_TRY(sce_buf_printf(out, "%s%u %s", *first ? "" : ", ", count, count == 1 ? one : many));
  *first = false;
  return NULL;
}

static sce_error_t *write_summary(const sce_metadata_t *md, sce_buf_t *out, size_t index) {
  sce_pallet_info_t p;
  bool first = true;
  if (!sce_metadata_pallet_get(md, &p, index)) return NULL;
  SCE_TRY(sce_buf_printf(out, "%5u %.*s: ", p.index, SPAN(p.name)));
  SCE_TRY(write_count(out, p.storage_count, "storage item", "storage items", &first));
  SCE_TRY(write_count(out, p.call_count, "call", "calls", &first));
  SCE_TRY(write_count(out, p.event_count, "event", "events", &first));
  SCE_TRY(write_count(out, p.error_count, "error", "errors", &first));
  SCE_TRY(write_count(out, p.constant_count, "constant", "constants", &first));
  SCE_TRY(write_count(out, p.view_count, "view function", "view functions", &first));
  if (first) SCE_TRY(sce_buf_append(out, "nothing", 7));
  return sce_buf_append_byte(out, '\n');
}

static sce_error_t *write_part(const sce_metadata_t *md, sce_buf_t *out, const char *name, uint32_t type) {
  if (type == SCE_TYPE_NONE) return NULL;
  SCE_TRY(sce_buf_printf(out, "  %s: ", name));
  SCE_TRY(sce_type_name(md, out, type));
  return sce_buf_append_byte(out, '\n');
}

static sce_error_t *write_extrinsic(const sce_metadata_t *md, sce_buf_t *out) {
  const sce_extrinsic_format_t *x = &md->extrinsic;
  SCE_TRY(sce_buf_append(out, "extrinsic, version", 18));
  for (uint32_t i = 0; i < x->version_count; i++)
    SCE_TRY(sce_buf_printf(out, "%s %u", i > 0 ? "," : "", x->versions[i]));
  SCE_TRY(sce_buf_append_byte(out, '\n'));
  SCE_TRY(write_part(md, out, "address", x->address));
  SCE_TRY(write_part(md, out, "signature", x->signature));
  for (uint32_t i = 0; i < x->extension_count; i++) {
    SCE_TRY(sce_buf_printf(out, "  extension %.*s: ", SPAN(x->extensions[i].name)));
    SCE_TRY(sce_type_name(md, out, x->extensions[i].type));
    SCE_TRY(sce_buf_append_byte(out, '\n'));
  }
  return NULL;
}

static sce_error_t *write_all(const sce_metadata_t *md, sce_buf_t *out) {
  uint32_t types = 0;
  for (uint32_t id = 0; id < md->metadata_type_count; id++) types += sce_type_exists(md, id);
  SCE_TRY(sce_buf_printf(out, "metadata V%u, %u pallets, %u types\n", md->version, md->pallet_count, types));
  for (uint32_t i = 0; i < md->pallet_count; i++) SCE_TRY(write_summary(md, out, i));
  SCE_TRY(write_extrinsic(md, out));
  if (md->api_count > 0)
    SCE_TRY(sce_buf_printf(out, "runtime APIs%s\n ", md->version < 15 ? ", shipped with scexec" : ""));
  for (uint32_t i = 0; i < md->api_count; i++) SCE_TRY(sce_buf_printf(out, " %.*s", SPAN(md->apis[i].name)));
  return md->api_count > 0 ? sce_buf_append_byte(out, '\n') : NULL;
}

sce_error_t *sce_outline_write_text(const sce_metadata_t *md, sce_buf_t *out, const sce_selection_t *what,
                                    unsigned flags) {
  return what->pallet == NULL ? write_all(md, out) : write_pallet(md, out, what, flags);
}

static sce_error_t *write_methods(walk_t *w, const sce_method_t *methods, uint32_t count, sce_span_t wanted) {
  for (uint32_t i = 0; i < count; i++) {
    if (wanted.len > 0 && !sce_span_equal(wanted, methods[i].name)) continue;
    SCE_TRY(begin_line(w, ""));
    SCE_TRY(sce_outline_method(w->md, w->out, &methods[i]));
    SCE_TRY(end_line(w, methods[i].docs, &methods[i].deprecation));
  }
  return NULL;
}

sce_error_t *sce_outline_write_apis_text(const sce_metadata_t *md, sce_buf_t *out, sce_span_t api, sce_span_t method,
                                         unsigned flags) {
  walk_t w = {.md = md, .out = out, .docs = (flags & SCE_OUTLINE_DOCS) != 0 || method.len > 0};
  for (uint32_t i = 0; i < md->api_count; i++) {
    const sce_api_t *a = &md->apis[i];
    if (api.len > 0 && !sce_span_equal(api, a->name)) continue;
    SCE_TRY(sce_buf_append(out, a->name.data, a->name.len));
    if (a->version != 0) SCE_TRY(sce_buf_printf(out, ", version %u", a->version));
    SCE_TRY(sce_buf_append_byte(out, '\n'));
    SCE_TRY(write_deprecation(out, "  ", &a->deprecation));
    if (w.docs) SCE_TRY(write_docs(out, "  ", a->docs));
    SCE_TRY(write_methods(&w, a->methods, a->method_count, method));
  }
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *p = &md->pallets[i];
    if (p->view_count == 0 || (api.len > 0 && !sce_span_equal(api, p->name))) continue;
    SCE_TRY(sce_buf_printf(out, "%.*s, view functions\n", SPAN(p->name)));
    SCE_TRY(write_methods(&w, p->views, p->view_count, method));
  }
  return NULL;
}
