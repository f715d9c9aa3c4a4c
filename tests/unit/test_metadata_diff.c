/* test_metadata_diff.c: nothing that two metadata of one version differ in is passed over. Every field of every struct
 * of src/metadata/model.h (listed by tests/support/model_fields.py, so that none is forgotten) is changed once in a
 * real metadata, and a line looked for. What is derived from other fields is named below, with what it is derived from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata/registry.h"
#include "metadata_support.h"

typedef struct field {
  const char *of, *name, *type;
  size_t offset, size;
} field_t;

#define FIELD(of, name, type) {#of, #name, type, offsetof(struct of, name), sizeof(((struct of *)0)->name)},
static const field_t fields[] = {
#include "model_fields.h"
};

/* Fields that say nothing of their own. */
static const struct {
  const char *of, *name;
  const char *reason;
} derived[] = {
    {"sce_docs", "len", "the end of `data`, which `count` texts fill"},
    {"sce_type", "shape", "definition"},
    {"sce_type", "size", "primitive type"},
    {"sce_type", "msb", "the type that `order` names"},
    {"sce_type", "nullable", "definition"},
    {"sce_type", "module_error", "path"},
    {"sce_type", "resolving", "of loading"},
    {"sce_type", "boxes", "type names of fields"},
    {"sce_type", "non_zero", "path"},
    {"sce_type", "order_rule", "path"},
    {"sce_type", "ambiguous", "paths of other types"},
    {"sce_type", "inline_depth", "definition"},
    {"sce_type", "variant_span", "variants"},
    {"sce_type", "min_size", "definition"},
    {"sce_type", "most", "path"},
    {"sce_type", "by_index", "variants"},
    {"sce_storage", "keys_bad", "keys"},
    {"sce_name_entry", NULL, "how names are found"},
    {"sce_name_map", NULL, "how names are found"},
    {"sce_metadata", "arena", "where it is kept"},
    {"sce_metadata", "bytes", "what it is read from"},
    {"sce_metadata", "type_count", "types"},
    {"sce_metadata", "type_cap", "types"},
    {"sce_metadata", "metadata_type_count", "types"},
    {"sce_metadata", "places", "prefixes and names of storage"},
    {"sce_metadata", "place_count", "prefixes and names of storage"},
    {"sce_metadata", "names", "how names are found"},
    {"sce_metadata", "segments", "how names are found"},
    {"sce_user_type", NULL, "of the caller, not of the metadata"},
    {"sce_metadata", "user_types", "of the caller, not of the metadata"},
    {"sce_metadata", "user_type_count", "of the caller, not of the metadata"},
    {"sce_metadata", "spec_name", "of the caller, not of the metadata"},
    {"sce_metadata", "spec_version", "of the caller, not of the metadata"},
    {"sce_metadata", "has_version", "of the caller, not of the metadata"},
    {"sce_metadata", "expr_depth", "of loading"},
    {"sce_metadata", "final", "of loading"},
};

static bool is_derived(const field_t *f) {
  for (size_t i = 0; i < sizeof derived / sizeof *derived; i++)
    if (strcmp(derived[i].of, f->of) == 0 && (derived[i].name == NULL || strcmp(derived[i].name, f->name) == 0))
      return true;
  return false;
}

/* ---- where the structs are ---- */

/* At most this many of a struct are tried for a field. */
#define MOST 64

typedef struct places {
  const char *of;
  void *at[MOST];
  size_t count;
  size_t of_def[SCE_DEF_ABSENT + 1]; /* types met of each definition */
} places_t;

static void meet(places_t *p, const char *of, const void *at) {
  if (strcmp(p->of, of) == 0 && p->count < MOST) p->at[p->count++] = (void *)(uintptr_t)at;
}

static void meet_docs(places_t *p, const sce_docs_t *docs) {
  if (docs->count > 0) meet(p, "sce_docs", docs);
}

static void meet_deprecation(places_t *p, const sce_deprecation_t *d) {
  if (d->status == 2) meet(p, "sce_deprecation", d);
}

static void meet_fields(places_t *p, const sce_fields_t *f) {
  if (f->count > 0) meet(p, "sce_fields", f);
  for (uint32_t i = 0; i < f->count; i++) meet(p, "sce_field", &f->items[i]);
}

static void meet_method(places_t *p, const sce_method_t *m, bool view) {
  if (view || strcmp(p->of, "sce_method") != 0 || p->count < MOST / 2) meet(p, "sce_method", m);
  meet_docs(p, &m->docs);
  meet_deprecation(p, &m->deprecation);
}

static void meet_type(places_t *p, const sce_type_t *t) {
  /* Some of each definition, so that what only one of them has is met. */
  if (strcmp(p->of, "sce_type") == 0 && p->of_def[t->def]++ < MOST / 8) meet(p, "sce_type", t);
  meet_docs(p, &t->docs);
  meet_fields(p, &t->fields);
  for (uint32_t i = 0; i < t->variant_count; i++) {
    meet(p, "sce_variant", &t->variants[i]);
    meet_docs(p, &t->variants[i].docs);
    meet_fields(p, &t->variants[i].fields);
  }
  for (uint32_t i = 0; i < t->param_count; i++) meet(p, "sce_type_param", &t->params[i]);
}

static void meet_deprecations(places_t *p, const sce_deprecations_t *all) {
  if (all->count > 0) meet(p, "sce_deprecations", all);
  for (uint32_t i = 0; i < all->count; i++) meet_deprecation(p, &all->items[i]);
}

static void meet_pallet(places_t *p, const sce_pallet_t *pallet) {
  meet(p, "sce_pallet", pallet);
  for (uint32_t i = 0; i < pallet->storage_count; i++) meet(p, "sce_storage", &pallet->storage[i]);
  for (uint32_t i = 0; i < pallet->constant_count; i++) meet(p, "sce_constant", &pallet->constants[i]);
  for (uint32_t i = 0; i < pallet->associated_count; i++) meet(p, "sce_associated_type", &pallet->associated[i]);
  for (uint32_t i = 0; i < pallet->view_count; i++) meet_method(p, &pallet->views[i], true);
  meet_deprecations(p, &pallet->calls_deprecated);
  meet_deprecations(p, &pallet->events_deprecated);
  meet_deprecations(p, &pallet->errors_deprecated);
}

static places_t places_of(const sce_metadata_t *md, const char *of) {
  places_t p = {.of = of};
  meet(&p, "sce_metadata", md);
  meet(&p, "sce_extrinsic_format", &md->extrinsic);
  for (uint32_t i = 0; i < md->pallet_count; i++) meet_pallet(&p, &md->pallets[i]);
  for (uint32_t i = 0; i < md->api_count; i++) {
    meet(&p, "sce_api", &md->apis[i]);
    for (uint32_t j = 0; j < md->apis[i].method_count; j++) meet_method(&p, &md->apis[i].methods[j], false);
  }
  for (uint32_t i = 0; i < md->extrinsic.extension_count; i++) meet(&p, "sce_extension", &md->extrinsic.extensions[i]);
  for (uint32_t i = 0; i < md->extrinsic.set_count; i++) meet(&p, "sce_extension_set", &md->extrinsic.sets[i]);
  for (uint32_t i = 0; i < md->custom_count; i++) meet(&p, "sce_custom", &md->custom[i]);
  for (uint32_t id = 0; id < md->metadata_type_count; id += 1) meet_type(&p, &md->types[id]);
  for (uint32_t i = 0; md->version < 14 && i < md->pallet_count; i++)
    if (md->pallets[i].calls != SCE_TYPE_NONE) meet_type(&p, &md->types[md->pallets[i].calls]);
  return p;
}

/* ---- changing them ---- */

static const uint8_t other_docs[] = "\x14other"; /* a text with its length before it */
static const sce_deprecation_t other_deprecation = {.status = 2, .note = {(const uint8_t *)"other", 5}};
static uint8_t other_bytes[4096];

static void change_number(void *at, size_t size, uint64_t value) {
  uint8_t u8 = (uint8_t)value;
  uint16_t u16 = (uint16_t)value;
  uint32_t u32 = (uint32_t)value;
  memcpy(at, size == 1 ? (void *)&u8 : size == 2 ? (void *)&u16 : size == 4 ? (void *)&u32 : (void *)&value, size);
}

static uint64_t number_at(const void *at, size_t size) {
  uint64_t value = 0;
  memcpy(&value, at, size); /* little-endian, as all hosts of scexec are */
  return value;
}

/* Another number that is as good: one less of a count (false: there is none), 0 or 1 of what may be an index. */
static bool change_integer(const field_t *f, void *at) {
  uint64_t value = number_at(at, f->size);
  bool counts = strstr(f->name, "count") != NULL;
  if (counts && value == 0) return false;
  change_number(at, f->size, counts ? value - 1 : value == 0 ? 1 : 0);
  return true;
}

/* True when the value at `at` is now another. */
static bool change(const field_t *f, void *at) {
  sce_span_t other = sce_span_text("Other");
  if (strcmp(f->type, "sce_span_t") == 0)
    memcpy(at, &other, sizeof other);
  else if (strcmp(f->type, "sce_docs_t") == 0)
    memcpy(at, &(sce_docs_t){other_docs, sizeof other_docs - 1, 1}, sizeof(sce_docs_t));
  else if (strcmp(f->type, "sce_deprecation_t") == 0)
    memcpy(at, &other_deprecation, sizeof other_deprecation);
  else if (strcmp(f->type, "sce_deprecations_t") == 0)
    memcpy(at, &(sce_deprecations_t){&other_deprecation, 1}, sizeof(sce_deprecations_t));
  else if (strcmp(f->type, "sce_fields_t") == 0) {
    sce_fields_t less;
    memcpy(&less, at, sizeof less);
    if (less.count == 0) return false;
    less.count--;
    memcpy(at, &less, sizeof less);
  } else if (strcmp(f->type, "bool") == 0 || strncmp(f->type, "uint", 4) == 0) {
    if (strchr(f->type, '[') != NULL)
      *(uint8_t *)at ^= 1;
    else
      return change_integer(f, at);
  } else {
    return false;
  }
  return true;
}

/* What a field's pointer points to, when that is no struct of the model: its size; else 0. */
static size_t pointed_size(const field_t *f) {
  if (strcmp(f->type, "const uint8_t *") == 0) return 1;
  if (strcmp(f->type, "const uint16_t *") == 0) return 2;
  if (strcmp(f->type, "const uint32_t *") == 0) return 4;
  if (strcmp(f->type, "const sce_span_t *") == 0) return sizeof(sce_span_t);
  return 0;
}

/* Pointers to structs of the model are seen through what they point to. */
static bool is_seen_through(const field_t *f) {
  if (strchr(f->type, '*') != NULL && pointed_size(f) == 0) {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
      if (strstr(f->type, fields[i].of) != NULL) return true;
  }
  return strcmp(f->type, "sce_extrinsic_format_t") == 0;
}

/* ---- looking for a difference ---- */

static bool differs(const sce_metadata_t *a, const sce_metadata_t *b) {
  sce_buf_t out = {0};
  must(sce_metadata_diff(&out, a, b, 0));
  bool any = out.len > 0;
  sce_buf_free(&out);
  return any;
}

/* Changes one thing, looks, and puts it back. */
static bool is_told(const sce_metadata_t *plain, const sce_metadata_t *md, const field_t *f, void *of) {
  uint8_t *at = (uint8_t *)of + f->offset, kept[sizeof(sce_metadata_t)], first[sizeof(sce_span_t)];
  void *items = NULL;
  size_t size = pointed_size(f);
  memcpy(kept, at, f->size);
  if (size > 0) {
    memcpy(&items, at, sizeof items);
    if (items == NULL) return false;
    memcpy(first, items, size);
    field_t inner = {f->of, "item", size == sizeof(sce_span_t) ? "sce_span_t" : "uint", 0, size};
    if (strcmp(f->of, "sce_docs") == 0) { /* the letter after a text's length, in a copy of the whole */
      const sce_docs_t *docs = of;
      if (docs->len > sizeof other_bytes || docs->len < 3) return false;
      memcpy(other_bytes, docs->data, docs->len);
      other_bytes[docs->len - 1] ^= 1;
      const uint8_t *copy = other_bytes;
      memcpy(at, &copy, sizeof copy);
    } else if (!change(&inner, items)) {
      return false;
    }
  } else if (!change(f, at)) {
    return false;
  }
  bool told = differs(plain, md);
  memcpy(at, kept, f->size);
  if (size > 0) memcpy(items, first, size);
  return told;
}

static const char *const samples[] = {"made.v16", "substrate.v16", "asset-hub-polkadot.v14", "kusama.v9"};
#define SAMPLES (sizeof samples / sizeof *samples)

static void every_field_is_told(void **state) {
  (void)state;
  sce_metadata_t *plain[SAMPLES], *changed[SAMPLES];
  size_t silent = 0, told = 0;
  for (size_t i = 0; i < SAMPLES; i++) {
    plain[i] = sample_metadata(samples[i]);
    changed[i] = sample_metadata(samples[i]);
    assert_false(differs(plain[i], changed[i]));
  }
  for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
    const field_t *f = &fields[k];
    bool found = is_derived(f) || is_seen_through(f);
    if (found) continue;
    for (size_t i = 0; i < SAMPLES && !found; i++) {
      places_t p = places_of(changed[i], f->of);
      for (size_t j = 0; j < p.count && !found; j++) found = is_told(plain[i], changed[i], f, p.at[j]);
    }
    told += found;
    silent += !found;
    if (!found) printf("no difference is told of %s.%s (%s)\n", f->of, f->name, f->type);
  }
  printf("%zu fields are told, %zu are not\n", told, silent);
  for (size_t i = 0; i < SAMPLES; i++) {
    assert_false(differs(plain[i], changed[i])); /* all was put back */
    sce_metadata_delete(plain[i]);
    sce_metadata_delete(changed[i]);
  }
  assert_int_equal(silent, 0);
  assert_true(told > 80);
}

static void diff_must_have(const sce_metadata_t *a, const sce_metadata_t *b, const char *line) {
  sce_buf_t out = {0};
  must(sce_metadata_diff(&out, a, b, 0));
  if (strstr(as_text(&out), line) == NULL) fail_msg("no line %s in\n%s", line, as_text(&out));
  sce_buf_free(&out);
}

/* What it was and what it is. */
static void lines_say_before_and_after(void **state) {
  (void)state;
  sce_metadata_t *a = sample_metadata("paseo.v15"), *b = sample_metadata("paseo.v15");
  const sce_pallet_t *found = sce_metadata_find_pallet(b, sce_span_text("Balances"));
  sce_pallet_t *pallet = (sce_pallet_t *)(uintptr_t)found;
  sce_storage_t *storage = (sce_storage_t *)(uintptr_t)&pallet->storage[0];
  pallet->storage_prefix = sce_span_text("BalancesV2");
  storage->default_value = sce_span("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  pallet->docs = (sce_docs_t){other_docs, sizeof other_docs - 1, 1};
  diff_must_have(a, b, "~ pallet Balances, storage prefix: Balances => BalancesV2\n");
  diff_must_have(a, b, "~ storage Balances.TotalIssuance, default: 0 => 1\n");
  diff_must_have(a, b, "~ pallet Balances, documentation: ");
  sce_buf_t out = {0};
  must(sce_metadata_diff(&out, a, b, 0));
  assert_null(strstr(as_text(&out), "type inside"));
  out.len = 0;
  must(sce_metadata_diff(&out, a, b, SCE_OUTLINE_JSON));
  assert_non_null(strstr(as_text(&out),
                         "{\"change\":\"changed\",\"kind\":\"storage\",\"name\":\"Balances.TotalIssuance\","
                         "\"detail\":\"default\",\"before\":\"0\",\"after\":\"1\"}"));
  sce_buf_free(&out);
  sce_metadata_delete(a);
  sce_metadata_delete(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field_is_told),
      cmocka_unit_test(lines_say_before_and_after),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
