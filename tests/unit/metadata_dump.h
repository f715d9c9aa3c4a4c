/* metadata_dump.h: our model of a metadata in the text form of tests/oracle/metadata (src/outline.rs), line for line,
 * so that a digest of one can be checked against a digest of the other. */
#ifndef TESTS_METADATA_DUMP_H
#define TESTS_METADATA_DUMP_H

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "metadata/model.h"
#include "metadata/storage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SPAN(s) (int)(s).len, (s).data == NULL ? "" : (const char *)(s).data

static void dump_check(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "%s\n", sce_error_message(err));
  abort();
}

#define dump_line(out, ...) dump_check(sce_buf_printf(out, __VA_ARGS__))

static void dump_hex(sce_buf_t *out, sce_span_t bytes) {
  dump_line(out, "0x");
  dump_check(sce_hex_append(out, bytes));
}

/* "-" for none. */
static void dump_option(sce_buf_t *out, sce_span_t text) {
  if (text.data == NULL)
    dump_line(out, "-");
  else
    dump_line(out, "%.*s", SPAN(text));
}

static void dump_id(sce_buf_t *out, uint32_t type) {
  if (type == SCE_TYPE_NONE)
    dump_line(out, "-");
  else
    dump_line(out, "%u", type);
}

static void dump_docs(sce_buf_t *out, const char *indent, sce_docs_t docs) {
  sce_span_t line;
  while (sce_docs_next(&docs, &line)) dump_line(out, "%sdoc %.*s\n", indent, SPAN(line));
}

static void dump_deprecation(sce_buf_t *out, const char *indent, const sce_deprecation_t *d) {
  if (d->status == 1) dump_line(out, "%sdeprecated\n", indent);
  if (d->status != 2) return;
  dump_line(out, "%sdeprecated %.*s ", indent, SPAN(d->note));
  dump_option(out, d->since);
  dump_line(out, "\n");
}

static void dump_fields(sce_buf_t *out, const char *indent, const sce_fields_t *fields) {
  char deeper[16];
  snprintf(deeper, sizeof deeper, "%s ", indent);
  for (uint32_t i = 0; i < fields->count; i++) {
    dump_line(out, "%sfield ", indent);
    dump_option(out, fields->items[i].name);
    dump_line(out, " %u ", fields->items[i].type);
    dump_option(out, fields->items[i].type_name);
    dump_line(out, "\n");
    dump_docs(out, deeper, fields->items[i].docs);
  }
}

static void dump_variants(sce_buf_t *out, const sce_type_t *t) {
  dump_line(out, " variant\n");
  for (uint32_t i = 0; i < t->variant_count; i++) {
    dump_line(out, "  case %u %.*s\n", t->variants[i].index, SPAN(t->variants[i].name));
    dump_fields(out, "   ", &t->variants[i].fields);
    dump_docs(out, "   ", t->variants[i].docs);
  }
}

static void dump_definition(sce_buf_t *out, const sce_type_t *t) {
  static const char *const primitives[] = {"bool", "char", "str", "u8",  "u16", "u32",  "u64", "u128",
                                           "u256", "i8",   "i16", "i32", "i64", "i128", "i256"};
  switch ((sce_def_t)t->def) {
    case SCE_DEF_COMPOSITE:
      dump_line(out, " composite\n");
      dump_fields(out, "  ", &t->fields);
      break;
    case SCE_DEF_VARIANT: dump_variants(out, t); break;
    case SCE_DEF_SEQUENCE: dump_line(out, " sequence %u\n", t->target); break;
    case SCE_DEF_ARRAY: dump_line(out, " array %u %u\n", t->len, t->target); break;
    case SCE_DEF_TUPLE:
      dump_line(out, " tuple");
      for (uint32_t i = 0; i < t->fields.count; i++) dump_line(out, " %u", t->fields.items[i].type);
      dump_line(out, "\n");
      break;
    case SCE_DEF_PRIMITIVE: dump_line(out, " primitive %s\n", primitives[t->primitive]); break;
    case SCE_DEF_COMPACT: dump_line(out, " compact %u\n", t->target); break;
    case SCE_DEF_BITS: dump_line(out, " bits %u %u\n", t->target, t->order); break;
    default: abort();
  }
}

static void dump_types(sce_buf_t *out, const sce_metadata_t *md) {
  for (uint32_t id = 0; id < md->metadata_type_count; id++) {
    const sce_type_t *t = &md->types[id];
    dump_line(out, "type %u ", id);
    for (uint32_t i = 0; i < t->path_count; i++) dump_line(out, "%s%.*s", i > 0 ? "::" : "", SPAN(t->path[i]));
    dump_line(out, "\n");
    for (uint32_t i = 0; i < t->param_count; i++) {
      dump_line(out, " param %.*s ", SPAN(t->params[i].name));
      dump_id(out, t->params[i].type);
      dump_line(out, "\n");
    }
    dump_definition(out, t);
    dump_docs(out, " ", t->docs);
  }
}

static void dump_entry_type(sce_buf_t *out, const sce_metadata_t *md, const sce_storage_t *e) {
  bool legacy = md->version < 14;
  dump_line(out, e->key_count == 0 ? "plain " : "map ");
  for (uint32_t i = 0; i < e->key_count; i++)
    dump_line(out, "%s%s", i > 0 ? "," : "", sce_hasher_name((sce_hasher_t)e->hashers[i]));
  if (e->key_count > 0) dump_line(out, " ");
  if (e->key_count > 0 && !legacy) dump_line(out, "%u ", e->key_type);
  for (uint32_t i = 0; legacy && i < e->key_count; i++)
    dump_line(out, "%.*s%s", SPAN(e->key_texts[i]), i + 1 < e->key_count ? ", " : " ");
  if (legacy)
    dump_line(out, "%.*s%s\n", SPAN(e->value_text), e->linked ? " linked" : "");
  else
    dump_line(out, "%u\n", e->value_type);
}

static void dump_storage(sce_buf_t *out, const sce_metadata_t *md, const sce_pallet_t *p) {
  if (p->storage_prefix.data == NULL) return;
  dump_line(out, " storage %.*s\n", SPAN(p->storage_prefix));
  for (uint32_t i = 0; i < p->storage_count; i++) {
    const sce_storage_t *e = &p->storage[i];
    dump_line(out, "  entry %.*s %s ", SPAN(e->name), e->modifier == 0 ? "Optional" : "Default");
    dump_entry_type(out, md, e);
    dump_line(out, "   default ");
    dump_hex(out, e->default_value);
    dump_line(out, "\n");
    dump_docs(out, "   ", e->docs);
    dump_deprecation(out, "   ", &e->deprecation);
  }
}

static void dump_constants(sce_buf_t *out, const sce_pallet_t *p) {
  for (uint32_t i = 0; i < p->constant_count; i++) {
    const sce_constant_t *c = &p->constants[i];
    dump_line(out, " constant %.*s ", SPAN(c->name));
    if (c->type_text.data != NULL)
      dump_line(out, "%.*s ", SPAN(c->type_text));
    else
      dump_line(out, "%u ", c->type);
    dump_hex(out, c->value);
    dump_line(out, "\n");
    dump_docs(out, "  ", c->docs);
    dump_deprecation(out, "  ", &c->deprecation);
  }
}

static void dump_method(sce_buf_t *out, const char *indent, const sce_method_t *m) {
  char deeper[16];
  snprintf(deeper, sizeof deeper, "%s ", indent);
  dump_line(out, "%smethod %.*s %u\n", indent, SPAN(m->name), m->output);
  for (uint32_t i = 0; i < m->input_count; i++)
    dump_line(out, "%sinput %.*s %u\n", deeper, SPAN(m->inputs[i].name), m->inputs[i].type);
  dump_docs(out, deeper, m->docs);
  dump_deprecation(out, deeper, &m->deprecation);
}

static void dump_part(sce_buf_t *out, const char *name, uint32_t type, const sce_deprecations_t *deprecated) {
  dump_line(out, " %s ", name);
  dump_id(out, type);
  dump_line(out, "\n");
  for (uint32_t i = 0; i < deprecated->count; i++) {
    char indent[16];
    snprintf(indent, sizeof indent, "  %u ", deprecated->items[i].variant);
    dump_deprecation(out, indent, &deprecated->items[i]);
  }
}

static void dump_pallet(sce_buf_t *out, const sce_metadata_t *md, const sce_pallet_t *p) {
  dump_line(out, "pallet %u %.*s\n", p->index, SPAN(p->name));
  dump_storage(out, md, p);
  dump_part(out, "calls", p->calls, &p->calls_deprecated);
  dump_part(out, "event", p->events, &p->events_deprecated);
  dump_part(out, "error", p->errors, &p->errors_deprecated);
  dump_constants(out, p);
  for (uint32_t i = 0; i < p->associated_count; i++) {
    dump_line(out, " associated %.*s %u\n", SPAN(p->associated[i].name), p->associated[i].type);
    dump_docs(out, "  ", p->associated[i].docs);
  }
  for (uint32_t i = 0; i < p->view_count; i++) {
    dump_line(out, " view ");
    dump_hex(out, sce_span(p->views[i].id, sizeof p->views[i].id));
    dump_line(out, "\n");
    dump_method(out, "  ", &p->views[i]);
  }
  dump_docs(out, " ", p->docs);
  dump_deprecation(out, " ", &p->deprecation);
}

/* V8 to V13: the variants of an enum made of a pallet's calls, events or errors. */
static void dump_legacy_part(sce_buf_t *out, const sce_metadata_t *md, const char *name, uint32_t type) {
  if (type == SCE_TYPE_NONE) return;
  const sce_type_t *t = &md->types[type];
  for (uint32_t i = 0; i < t->variant_count; i++) {
    const sce_variant_t *v = &t->variants[i];
    dump_line(out, " %s %u %.*s\n", name, i, SPAN(v->name));
    for (uint32_t j = 0; j < v->fields.count; j++) {
      dump_line(out, "  field ");
      dump_option(out, v->fields.items[j].name);
      dump_line(out, " %.*s\n", SPAN(v->fields.items[j].type_name));
    }
    dump_docs(out, "  ", v->docs);
  }
}

static void dump_module(sce_buf_t *out, const sce_metadata_t *md, const sce_pallet_t *p) {
  dump_line(out, "pallet %u %.*s\n", p->index, SPAN(p->name));
  dump_storage(out, md, p);
  dump_legacy_part(out, md, "calls", p->calls);
  dump_legacy_part(out, md, "event", p->events);
  dump_legacy_part(out, md, "errors", p->errors);
  dump_constants(out, p);
}

static void dump_extrinsic(sce_buf_t *out, const sce_metadata_t *md) {
  const sce_extrinsic_format_t *x = &md->extrinsic;
  if (md->version < 11) return;
  dump_line(out, "extrinsic ");
  for (uint32_t i = 0; i < x->version_count; i++) dump_line(out, "%s%u", i > 0 ? "," : "", x->versions[i]);
  dump_line(out, "\n");
  if (md->version == 14) dump_line(out, " ty %u\n", x->type);
  if (md->version > 14)
    dump_line(out, " address_ty %u\n call_ty %u\n signature_ty %u\n", x->address, x->call, x->signature);
  if (md->version == 15) dump_line(out, " extra_ty %u\n", x->extra);
  for (uint32_t i = 0; i < x->set_count; i++) {
    dump_line(out, " set %u", x->sets[i].version);
    for (uint32_t j = 0; j < x->sets[i].count; j++) dump_line(out, " %u", x->sets[i].places[j]);
    dump_line(out, "\n");
  }
  for (uint32_t i = 0; i < x->extension_count; i++) {
    dump_line(out, " extension %.*s", SPAN(x->extensions[i].name));
    if (md->version >= 14) dump_line(out, " %u %u", x->extensions[i].type, x->extensions[i].implicit);
    dump_line(out, "\n");
  }
}

static void dump_apis(sce_buf_t *out, const sce_metadata_t *md) {
  for (uint32_t i = 0; i < md->api_count; i++) {
    const sce_api_t *a = &md->apis[i];
    dump_line(out, "api %.*s ", SPAN(a->name));
    if (md->version == 15)
      dump_line(out, "-\n");
    else
      dump_line(out, "%u\n", a->version);
    for (uint32_t j = 0; j < a->method_count; j++) dump_method(out, " ", &a->methods[j]);
    dump_docs(out, " ", a->docs);
    dump_deprecation(out, " ", &a->deprecation);
  }
}

static void dump_rest(sce_buf_t *out, const sce_metadata_t *md) {
  if (md->version == 14 || md->version == 15) dump_line(out, "runtime %u\n", md->runtime_type);
  if (md->version < 15) return;
  dump_apis(out, md);
  dump_line(out, "outer %u %u %u\n", md->call_type, md->event_type, md->error_type);
  for (uint32_t i = 0; i < md->custom_count; i++) {
    dump_line(out, "custom %.*s %u ", SPAN(md->custom[i].name), md->custom[i].type);
    dump_hex(out, md->custom[i].value);
    dump_line(out, "\n");
  }
}

static inline void dump_metadata(sce_buf_t *out, const sce_metadata_t *md) {
  dump_line(out, "metadata %u\n", md->version);
  if (md->version >= 14) dump_types(out, md);
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    if (md->version >= 14)
      dump_pallet(out, md, &md->pallets[i]);
    else
      dump_module(out, md, &md->pallets[i]);
  }
  dump_extrinsic(out, md);
  dump_rest(out, md);
}

#endif
