/* apis.c: runtime APIs: those of the shipped table for metadata that has none, finding methods, and the bytes that a
 * call takes and gives. */
#include "metadata/apis.h"

#include "base/buf.h"
#include "base/error.h"
#include "metadata/encoder.h"
#include "metadata/json_out.h"
#include "metadata/registry.h"
#include "metadata/suggest.h"
#include "scale/scale.h"

#include <string.h>

/* ---- the shipped table ---- */

static uint32_t api_version(const sce_runtime_version_t *version, const char *name) {
  const uint8_t *id = sce_known_api_id(name);
  const sce_api_version_t *api = id == NULL ? NULL : sce_runtime_version_api(version, id);
  return api != NULL ? api->version : 0;
}

/* True when all of a row's facts hold: those of sce_facts_hold(), and `Api>=2`, that the runtime's version lists the
 * API in this version or a newer one. All APIs are new when it is not known which runtime it is. */
static bool all_hold(const sce_metadata_t *md, const sce_runtime_version_t *version, const char *facts) {
  char fact[100], api[64];
  unsigned least;
  int len;
  for (; sscanf(facts, " %99s%n", fact, &len) == 1; facts += len) {
    bool turned = fact[0] == '!';
    if (sscanf(fact + turned, "%63[A-Za-z]>=%u", api, &least) != 2) {
      if (!sce_facts_hold(md, fact)) return false;
    } else if ((version == NULL || api_version(version, api) >= least) == turned) {
      return false;
    }
  }
  return true;
}

static bool row_fits(const sce_metadata_t *md, const sce_runtime_version_t *version, const sce_known_method_t *row,
                     uint32_t v) {
  bool fits = v == UINT32_MAX ? row->last == 0 : row->first <= v && (row->last == 0 || v <= row->last);
  return fits && (row->when == NULL || all_hold(md, version, row->when));
}

/* `a: T, b: U` as a struct, whose fields become the method's inputs. */
static sce_error_t *make_inputs(sce_metadata_t *md, sce_method_t *method, const char *inputs) {
  sce_buf_t text = {0};
  sce_span_t kept = {NULL, 0}, scope = sce_span_text(SCE_API_SCOPE);
  uint32_t type = 0;
  if (inputs[0] == '\0') return NULL;
  sce_error_t *err = sce_buf_printf(&text, "{%s}", inputs);
  if (err == NULL) err = sce_arena_copy(&md->arena, &kept, sce_buf_span(&text));
  sce_buf_free(&text);
  if (err == NULL) err = sce_expr_resolve(md, &type, kept, scope);
  if (err != NULL) return err;
  method->inputs = md->types[type].fields.items;
  method->input_count = md->types[type].fields.count;
  return NULL;
}

static sce_error_t *make_method(sce_metadata_t *md, sce_method_t *method, const sce_known_method_t *row) {
  method->name = sce_span_text(row->name);
  SCE_TRY(make_inputs(md, method, row->inputs));
  return sce_expr_resolve(md, &method->output, sce_span_text(row->output), sce_span_text(SCE_API_SCOPE));
}

/* Adds the API of rows[0..count] in its version, when the runtime has it. */
static sce_error_t *add_api(sce_metadata_t *md, const sce_runtime_version_t *version, const sce_known_method_t *rows,
                            size_t count) {
  uint32_t v = UINT32_MAX;
  void *room;
  if (version != NULL) v = api_version(version, rows[0].api);
  if (v == 0) return NULL;
  SCE_TRY(sce_arena_alloc(&md->arena, &room, count, sizeof(sce_method_t)));
  sce_method_t *methods = room;
  sce_api_t *api = &md->apis[md->api_count];
  for (size_t i = 0; i < count; i++)
    if (row_fits(md, version, &rows[i], v))
      SCE_TRY(sce_error_prefix(make_method(md, &methods[api->method_count++], &rows[i]), "shipped method %s_%s",
                               rows[i].api, rows[i].name));
  api->name = sce_span_text(rows[0].api);
  api->version = version != NULL ? v : 0;
  api->methods = methods;
  md->api_count++;
  return NULL;
}

sce_error_t *sce_apis_add_known(sce_metadata_t *md, const sce_runtime_version_t *version) {
  size_t count, first = 0;
  void *room;
  const sce_known_method_t *rows = sce_known_methods(&count);
  SCE_TRY(sce_arena_alloc(&md->arena, &room, count, sizeof(sce_api_t)));
  md->apis = room;
  for (size_t i = 1; i <= count; i++) {
    if (i < count && strcmp(rows[i].api, rows[first].api) == 0) continue;
    SCE_TRY(add_api(md, version, rows + first, i - first));
    first = i;
  }
  return NULL;
}

/* ---- finding ---- */

/* A method of a runtime API, or a view function of a pallet. */
typedef struct found {
  const sce_method_t *method; /* NULL: there is none */
  const sce_api_t *api;       /* NULL: a view function */
  const sce_pallet_t *pallet; /* of a view function */
} found_t;

/* The one at a place that counts through all APIs, then through the view functions of all pallets. */
static found_t method_at(const sce_metadata_t *md, size_t index) {
  for (uint32_t i = 0; i < md->api_count; i++) {
    const sce_api_t *api = &md->apis[i];
    if (index < api->method_count) return (found_t){&api->methods[index], api, NULL};
    index -= api->method_count;
  }
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const sce_pallet_t *pallet = &md->pallets[i];
    if (index < pallet->view_count) return (found_t){&pallet->views[index], NULL, pallet};
    index -= pallet->view_count;
  }
  return (found_t){NULL, NULL, NULL};
}

size_t sce_metadata_method_count(const sce_metadata_t *metadata) {
  size_t count = 0;
  for (uint32_t i = 0; i < metadata->api_count; i++) count += metadata->apis[i].method_count;
  for (uint32_t i = 0; i < metadata->pallet_count; i++) count += metadata->pallets[i].view_count;
  return count;
}

bool sce_metadata_method_get(const sce_metadata_t *metadata, sce_method_info_t *method, size_t index) {
  found_t f = method_at(metadata, index);
  if (f.method == NULL) return false;
  *method = (sce_method_info_t){.api = f.api != NULL ? f.api->name : f.pallet->name,
                                .name = f.method->name,
                                .api_version = f.api != NULL ? f.api->version : 0,
                                .input_count = f.method->input_count,
                                .output = f.method->output,
                                .shipped = metadata->version < 15,
                                .view = f.api == NULL};
  return true;
}

bool sce_metadata_method_input_get(const sce_metadata_t *metadata, sce_span_t *name, uint32_t *type, size_t index,
                                   size_t input) {
  const sce_method_t *m = method_at(metadata, index).method;
  if (m == NULL || input >= m->input_count) return false;
  *name = m->inputs[input].name;
  *type = m->inputs[input].type;
  return true;
}

static bool is_called(sce_span_t name, sce_span_t outer, char between, sce_span_t inner) {
  return name.len == outer.len + 1 + inner.len && sce_span_starts_with(name, outer) &&
         name.data[outer.len] == (uint8_t)between && sce_span_equal(sce_span_skip(name, outer.len + 1), inner);
}

/* Looks for `near->wanted` among the methods of one API or pallet; *index counts those passed over. */
static bool find_in(sce_suggest_t *near, size_t *index, sce_span_t outer, char between, const sce_method_t *methods,
                    uint32_t count) {
  for (uint32_t i = 0; i < count; i++, ++*index) {
    if (is_called(near->wanted, outer, '_', methods[i].name) ||
        is_called(near->wanted, outer, between, methods[i].name))
      return true;
    sce_suggest_offer(near, outer, between, methods[i].name);
  }
  return false;
}

sce_error_t *sce_metadata_method_find(const sce_metadata_t *metadata, size_t *index, sce_span_t name) {
  size_t at = 0;
  bool hit = false;
  sce_suggest_t near = sce_suggest(name);
  for (uint32_t i = 0; !hit && i < metadata->api_count; i++) {
    const sce_api_t *api = &metadata->apis[i];
    hit = find_in(&near, &at, api->name, '_', api->methods, api->method_count);
  }
  for (uint32_t i = 0; !hit && i < metadata->pallet_count; i++) {
    const sce_pallet_t *pallet = &metadata->pallets[i];
    hit = find_in(&near, &at, pallet->name, '.', pallet->views, pallet->view_count);
  }
  if (!hit) return sce_suggest_error(&near, "runtime API method");
  *index = at;
  return NULL;
}

static sce_error_t *no_method(size_t method) {
  return sce_error_new(SCE_NOT_FOUND, "no runtime API method %zu", method);
}

/* frame_support::view_functions::runtime_api, which every view function is called through. */
static const char view_export[] = "RuntimeViewFunction_execute_view_function";

sce_error_t *sce_metadata_method_export(const sce_metadata_t *metadata, sce_buf_t *name, size_t index) {
  found_t f = method_at(metadata, index);
  if (f.method == NULL) return no_method(index);
  if (f.api == NULL) return sce_buf_append(name, view_export, sizeof view_export - 1);
  return sce_buf_printf(name, "%.*s_%.*s", (int)f.api->name.len, (const char *)f.api->name.data,
                        (int)f.method->name.len, (const char *)f.method->name.data);
}

sce_error_t *sce_metadata_retain_methods(sce_metadata_t *metadata, sce_method_filter_fn keep, void *ctx) {
  uint32_t apis = 0;
  for (uint32_t i = 0; i < metadata->api_count; i++) {
    sce_api_t api = metadata->apis[i];
    void *room;
    SCE_TRY(sce_arena_alloc(&metadata->arena, &room, api.method_count, sizeof(sce_method_t)));
    sce_method_t *kept = room;
    uint32_t count = 0;
    for (uint32_t j = 0; j < api.method_count; j++)
      if (keep(ctx, api.name, api.methods[j].name)) kept[count++] = api.methods[j];
    bool any = count > 0 || api.method_count == 0;
    api.methods = kept;
    api.method_count = count;
    if (any) metadata->apis[apis++] = api;
  }
  metadata->api_count = apis;
  return NULL;
}

/* ---- arguments and answers ---- */

/* `[example, …]` of a method's parameters. */
static sce_error_t *write_examples(const sce_metadata_t *md, sce_buf_t *out, const sce_method_t *m) {
  SCE_TRY(sce_json_char(out, '['));
  for (uint32_t i = 0; i < m->input_count; i++) {
    if (i > 0) SCE_TRY(SCE_JSON_LITERAL(out, ", "));
    SCE_TRY(sce_type_example(md, out, m->inputs[i].type, NULL));
  }
  return sce_json_char(out, ']');
}

/* "expected 2 arguments (a: T, b: U), such as […]; got 1". */
static sce_error_t *wrong_count(const sce_metadata_t *md, const sce_method_t *m, const json_t *args) {
  sce_buf_t due = {0}, example = {0};
  sce_error_t *err = NULL;
  for (uint32_t i = 0; err == NULL && i < m->input_count; i++) {
    err = sce_buf_printf(&due, "%s%.*s: ", i > 0 ? ", " : "", (int)m->inputs[i].name.len,
                         (const char *)m->inputs[i].name.data);
    if (err == NULL) err = sce_type_name(md, &due, m->inputs[i].type);
  }
  if (err == NULL) err = write_examples(md, &example, m);
  bool shown = m->input_count > 0 && example.len <= SCE_EXAMPLE_SHOWN;
  if (err == NULL && !json_is_array(args))
    err = sce_json_expected("the arguments as an array", args, NULL);
  else if (err == NULL)
    err = sce_error_new(SCE_BAD_INPUT, "expected %u argument%s (%.*s)%s%.*s; got %zu", m->input_count,
                        m->input_count == 1 ? "" : "s", (int)due.len, due.len > 0 ? (const char *)due.data : "",
                        shown ? ", such as " : "", shown ? (int)example.len : 0, (const char *)example.data,
                        json_array_size(args));
  sce_buf_free(&due);
  sce_buf_free(&example);
  return err;
}

static sce_error_t *encode_args(const sce_metadata_t *md, sce_buf_t *bytes, const sce_method_t *m, json_t *args) {
  if (!json_is_array(args) || json_array_size(args) != m->input_count) return wrong_count(md, m, args);
  sce_encoder_t e = {.md = md, .out = bytes};
  sce_place_t root = {.name = sce_span_text("args")};
  for (uint32_t i = 0; i < m->input_count; i++) {
    sce_place_t place = {.up = &root, .index = i};
    sce_error_t *err = sce_encoder_value(&e, m->inputs[i].type, json_array_get(args, i), &place);
    if (err == NULL) continue;
    char what[128];
    snprintf(what, sizeof what, "args[%u] is %.*s", i, (int)(m->inputs[i].name.len < 80 ? m->inputs[i].name.len : 80),
             (const char *)m->inputs[i].name.data);
    return sce_input_explain(md, err, what, m->inputs[i].type);
  }
  return NULL;
}

sce_error_t *sce_method_input_wrap(const sce_metadata_t *metadata, sce_buf_t *bytes, size_t method, sce_span_t args) {
  found_t f = method_at(metadata, method);
  size_t start = bytes->len;
  if (f.method == NULL) return no_method(method);
  if (f.api != NULL) return sce_buf_append(bytes, args.data, args.len);
  sce_error_t *err = sce_buf_append(bytes, f.method->id, sizeof f.method->id);
  if (err == NULL) err = sce_scale_write_bytes(bytes, args);
  if (err != NULL) bytes->len = start;
  return err;
}

sce_error_t *sce_method_args_encode(const sce_metadata_t *metadata, sce_buf_t *bytes, size_t method, sce_span_t json) {
  found_t f = method_at(metadata, method);
  json_t *list;
  sce_buf_t args = {0};
  if (f.method == NULL) return no_method(method);
  SCE_TRY(sce_error_prefix(sce_json_parse(&list, json), "args"));
  sce_error_t *err = encode_args(metadata, &args, f.method, list);
  json_decref(list);
  if (err == NULL) err = sce_method_input_wrap(metadata, bytes, method, sce_buf_span(&args));
  sce_buf_free(&args);
  return err;
}

/* Result<Vec<u8>, ViewFunctionDispatchError>: the bytes, or what the runtime did not do. */
static sce_error_t *unwrap_view(sce_span_t *answer, sce_span_t output) {
  static const char *const errors[] = {"it is not implemented", "the runtime has none of its id",
                                       "its arguments or its answer are not encoded as the runtime expects"};
  sce_scale_reader_t in = sce_scale_reader(output);
  uint8_t tag, error;
  SCE_TRY(sce_scale_read_u8(&in, &tag));
  if (tag == 0) {
    SCE_TRY(sce_scale_read_bytes(&in, answer));
    return sce_scale_read_end(&in);
  }
  SCE_TRY(sce_scale_read_u8(&in, &error));
  if (tag > 1 || error >= sizeof errors / sizeof *errors)
    return sce_scale_error(&in, 0, "not the answer of a view function");
  return sce_error_new(SCE_BAD_INPUT, "the view function was not called: %s", errors[error]);
}

sce_error_t *sce_method_output_decode(const sce_metadata_t *metadata, sce_buf_t *json, size_t method, sce_span_t output,
                                      const sce_value_format_t *format) {
  found_t f = method_at(metadata, method);
  if (f.method == NULL) return no_method(method);
  if (f.api == NULL) SCE_TRY(unwrap_view(&output, output));
  sce_error_t *err = sce_value_decode(metadata, json, f.method->output, output, format);
  if (f.api == NULL || metadata->version >= 15) return err;
  return sce_error_prefix(err, "the shipped layout of %.*s_%.*s (API version %u) does not fit", (int)f.api->name.len,
                          (const char *)f.api->name.data, (int)f.method->name.len, (const char *)f.method->name.data,
                          (unsigned)f.api->version);
}
