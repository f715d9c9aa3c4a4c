/* rewrite.c: writes a module anew. Sections that change are made as payloads first; then the module is written in
 * order, the others copied as they stand. Source: sc-executor-common 0.47, runtime_blob.rs; sc-executor-wasmtime
 * 0.47, runtime.rs, prepare_blob_for_compilation. */
#include "blob/parse.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "blob/meter.h"
#include "blob/multiply.h"
#include "blob/operator.h"
#include "blob/writer.h"

#include <stdio.h>
#include <string.h>

#define SECTION_IDS (SCE_WASM_SECTION_DATA_COUNT + 1)

typedef struct writer {
  const sce_blob_t *blob;
  const sce_blob_rewrite_t *rewrite;
  meter_t meter;
  bool converts_memory; /* the import goes, a section and an export come */
  bool changed[SECTION_IDS];
  sce_buf_t payloads[SECTION_IDS]; /* of the sections that change, but for the code section */
  size_t code_bound;               /* most bytes of the metered code section */
} writer_t;

/* Where a section stands among the others; 0 for custom sections, which may stand anywhere. */
static uint8_t section_order(sce_wasm_section_id_t id) {
  static const uint8_t orders[SECTION_IDS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10};
  return orders[id];
}

static const sce_wasm_section_t *find_section(const sce_blob_t *blob, sce_wasm_section_id_t id) {
  for (uint32_t i = 0; i < blob->section_count; i++)
    if (blob->sections[i].id == id) return &blob->sections[i];
  return NULL;
}

/* Metering, as upstream's, leaves out what has no entries. */
static bool is_left_out(const writer_t *w, const sce_wasm_section_t *section) {
  if (!w->rewrite->meter_stack || section->id == SCE_WASM_SECTION_CUSTOM || section->id == SCE_WASM_SECTION_START ||
      section->id == SCE_WASM_SECTION_DATA_COUNT)
    return false;
  const uint8_t *at = section->contents.data;
  uint32_t count;
  bool padded;
  return sce_leb_u32(at, at + section->contents.len, &count, &padded) != NULL && count == 0;
}

/* The payload to write of a section that changes. */
static sce_buf_t *change(writer_t *w, sce_wasm_section_id_t id) {
  w->changed[id] = true;
  return &w->payloads[id];
}

/* The entries of a section without their count; empty when there is no such section. */
static sce_span_t section_entries(const sce_blob_t *blob, sce_wasm_section_id_t id) {
  const sce_wasm_section_t *section = find_section(blob, id);
  if (section == NULL) return sce_span(NULL, 0);
  const uint8_t *at = section->contents.data, *end = at + section->contents.len;
  uint32_t count;
  bool padded;
  at = sce_leb_u32(at, end, &count, &padded);
  return sce_span(at, (size_t)(end - at));
}

static sce_error_t *write_name(sce_buf_t *out, sce_span_t name) {
  SCE_TRY(sce_write_u32(out, (uint32_t)name.len));
  return sce_buf_append(out, name.data, name.len);
}

static sce_error_t *write_limits(sce_buf_t *out, const sce_wasm_limits_t *limits) {
  SCE_TRY(sce_buf_append_byte(out, limits->has_maximum ? 1 : 0));
  SCE_TRY(sce_write_u32(out, limits->minimum));
  return limits->has_maximum ? sce_write_u32(out, limits->maximum) : NULL;
}

static sce_error_t *write_import(sce_buf_t *out, const sce_wasm_import_t *import) {
  SCE_TRY(write_name(out, import->module));
  SCE_TRY(write_name(out, import->field));
  SCE_TRY(sce_buf_append_byte(out, (uint8_t)import->kind));
  switch (import->kind) {
    case SCE_WASM_FUNCTION: return sce_write_u32(out, import->type_index);
    case SCE_WASM_TABLE:
      SCE_TRY(sce_buf_append_byte(out, import->value_type));
      return write_limits(out, &import->limits);
    case SCE_WASM_MEMORY: return write_limits(out, &import->limits);
    case SCE_WASM_GLOBAL: break;
  }
  SCE_TRY(sce_buf_append_byte(out, import->value_type));
  return sce_buf_append_byte(out, import->is_mutable ? 1 : 0);
}

/* ---- sections ---- */

static sce_error_t *make_imports(writer_t *w) {
  const sce_blob_t *blob = w->blob;
  if (!w->converts_memory) return NULL;
  sce_buf_t *out = change(w, SCE_WASM_SECTION_IMPORT);
  SCE_TRY(sce_write_u32(out, blob->import_count - 1));
  for (uint32_t i = 0; i < blob->import_count; i++)
    if (blob->imports[i].kind != SCE_WASM_MEMORY) SCE_TRY(write_import(out, &blob->imports[i]));
  return NULL;
}

static sce_error_t *set_minimum(sce_wasm_limits_t *limits, uint32_t minimum) {
  if (minimum > MAX_MEMORY_PAGES)
    return sce_error_new(SCE_MISUSE, "a memory of %u pages is more than the limit of %u", minimum, MAX_MEMORY_PAGES);
  if (limits->has_maximum && minimum > limits->maximum)
    return sce_error_new(SCE_MISUSE,
                         "a memory of at least %u pages is above the module's maximum of %u: clear it first", minimum,
                         limits->maximum);
  limits->minimum = minimum;
  return NULL;
}

static sce_error_t *make_memory(writer_t *w) {
  const sce_blob_t *blob = w->blob;
  const sce_blob_rewrite_t *rewrite = w->rewrite;
  const sce_wasm_section_t *section = find_section(blob, SCE_WASM_SECTION_MEMORY);
  if (w->converts_memory && section != NULL && !is_left_out(w, section))
    return sce_error_new(SCE_BAD_CODE,
                         "memory section, offset %zu: it is empty, so the imported memory can't be put there",
                         section->start);
  bool own = w->converts_memory || (blob->memory_count > 0 && !blob->memory.is_imported);
  if (!own && rewrite->set_memory_minimum)
    return sce_error_new(SCE_BAD_CODE, "the module has no memory of its own whose minimum could be set");
  if (!own || (!w->converts_memory && !rewrite->clear_memory_maximum && !rewrite->set_memory_minimum)) return NULL;
  sce_wasm_limits_t limits = blob->memory.limits;
  if (rewrite->clear_memory_maximum) limits = (sce_wasm_limits_t){limits.minimum, 0, false};
  if (rewrite->set_memory_minimum) SCE_TRY(set_minimum(&limits, rewrite->memory_minimum));
  sce_buf_t *out = change(w, SCE_WASM_SECTION_MEMORY);
  SCE_TRY(sce_write_u32(out, 1));
  return write_limits(out, &limits);
}

/* The highest end of a segment that instantiating copies, an empty one's included (wasmi 0.4, used_size). */
static uint32_t end_of_data(const sce_blob_t *blob) {
  uint64_t end = 0;
  for (uint32_t i = 0; i < blob->data_count; i++) {
    const sce_wasm_data_t *data = &blob->data[i];
    if (data->mode != SCE_WASM_ACTIVE || data->offset.kind != SCE_WASM_INIT_CONST) continue;
    uint64_t at = (uint32_t)data->offset.bits + (uint64_t)data->bytes.len;
    if (at > end) end = at;
  }
  return end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
}

/* A constant i32. */
static sce_error_t *write_heap_base(sce_buf_t *out, uint32_t value) {
  static const uint8_t head[] = {SCE_WASM_I32, 0, 0x41};
  SCE_TRY(sce_buf_append(out, head, sizeof head));
  SCE_TRY(sce_write_s32(out, (int32_t)value));
  return sce_buf_append_byte(out, 0x0b);
}

/* The entries of the global section with those of floats made mutable. */
static sce_error_t *free_floats(sce_buf_t *entries) {
  if (entries->len == 0) return NULL;
  uint8_t *at = entries->data, *end = at + entries->len;
  operator_t op = {0};
  while (at < end) {
    if (at[0] == SCE_WASM_F32 || at[0] == SCE_WASM_F64) at[1] = 1;
    at += 2;
    do {
      at = at < end ? (uint8_t *)(uintptr_t)sce_operator_read(at, end, &op) : NULL;
      if (at == NULL) return sce_error_new(SCE_BAD_CODE, "malformed module: global section: unreadable constant");
    } while (op.form != FORM_END);
  }
  return NULL;
}

static sce_error_t *append_globals(const writer_t *w, sce_buf_t *out) {
  sce_span_t entries = section_entries(w->blob, SCE_WASM_SECTION_GLOBAL);
  if (!w->rewrite->float_globals_mutable) return sce_buf_append(out, entries.data, entries.len);
  sce_buf_t changed = {0};
  sce_error_t *err = sce_buf_append(&changed, entries.data, entries.len);
  if (err == NULL) err = free_floats(&changed);
  if (err == NULL) err = sce_buf_append(out, changed.data, changed.len);
  sce_buf_free(&changed);
  return err;
}

/* Behind the module's own globals come the counter, a mutable i32, 0, and the heap's base. */
static sce_error_t *make_globals(writer_t *w) {
  const sce_blob_t *blob = w->blob;
  static const uint8_t counter[] = {SCE_WASM_I32, 1, 0x41, 0x00, 0x0b};
  uint32_t more = (uint32_t)w->rewrite->meter_stack + (uint32_t)w->rewrite->add_heap_base;
  if (more == 0 && !(w->rewrite->float_globals_mutable && sce_blob_has_float_constants(blob))) return NULL;
  sce_buf_t *out = change(w, SCE_WASM_SECTION_GLOBAL);
  SCE_TRY(sce_write_u32(out, blob->global_count - blob->imported_globals + more));
  SCE_TRY(append_globals(w, out));
  if (w->rewrite->meter_stack) SCE_TRY(sce_buf_append(out, counter, sizeof counter));
  return w->rewrite->add_heap_base ? write_heap_base(out, end_of_data(blob)) : NULL;
}

static sce_error_t *write_export(sce_buf_t *out, sce_span_t name, sce_wasm_kind_t kind, uint32_t index) {
  SCE_TRY(write_name(out, name));
  SCE_TRY(sce_buf_append_byte(out, (uint8_t)kind));
  return sce_write_u32(out, index);
}

/* True for the globals that are exported on demand; `index` may be that of the counter. */
static bool is_own_mutable(const sce_blob_t *blob, uint32_t index) {
  return index == blob->global_count || (!blob->globals[index].is_imported && blob->globals[index].is_mutable);
}

/* What names of exported globals begin with. */
#define PREFIX_LEN (sizeof SCE_BLOB_GLOBAL_PREFIX - 1)
#define PREFIX_SIZE (PREFIX_LEN + 10 + sizeof "_")

/* Marks the number of a name that begins with the prefix, as in "exported_internal_global_12_…". True for such names,
 * with or without a number. */
static bool mark_taken(bool *taken, uint32_t count, sce_span_t name) {
  uint64_t number = 0;
  if (name.len < PREFIX_LEN || memcmp(name.data, SCE_BLOB_GLOBAL_PREFIX, PREFIX_LEN) != 0) return false;
  for (size_t i = PREFIX_LEN; i < name.len && name.data[i] >= '0' && name.data[i] <= '9' && number < count; i++)
    number = number * 10 + (uint64_t)(name.data[i] - '0');
  if (number < count) taken[number] = true;
  return true;
}

/* The prefix, with a number behind it where names of the module begin like it: no name begins with the result. */
static sce_error_t *choose_prefix(const writer_t *w, char prefix[PREFIX_SIZE]) {
  const sce_blob_t *blob = w->blob;
  uint32_t count = blob->export_count + blob->import_count + 1, number = 0; /* one more than there are names */
  bool *taken = sce_calloc(count, sizeof *taken), any = false;
  if (taken == NULL) return sce_error_oom();
  for (uint32_t i = 0; i < blob->export_count; i++)
    if (mark_taken(taken, count, blob->exports[i].name)) any = true;
  for (uint32_t i = 0; w->converts_memory && i < blob->import_count; i++)
    if (mark_taken(taken, count, blob->imports[i].field)) any = true;
  while (taken[number]) number++;
  sce_free(taken);
  if (any)
    snprintf(prefix, PREFIX_SIZE, SCE_BLOB_GLOBAL_PREFIX "%u_", number);
  else
    snprintf(prefix, PREFIX_SIZE, SCE_BLOB_GLOBAL_PREFIX);
  return NULL;
}

static sce_error_t *write_exported_globals(const writer_t *w, sce_buf_t *out, uint32_t *count) {
  const sce_blob_t *blob = w->blob;
  uint32_t globals = blob->global_count + (w->rewrite->meter_stack ? 1 : 0);
  char prefix[PREFIX_SIZE], name[PREFIX_SIZE + 10];
  SCE_TRY(choose_prefix(w, prefix));
  for (uint32_t i = 0; i < globals; i++) {
    if (!is_own_mutable(blob, i)) continue;
    snprintf(name, sizeof name, "%s%u", prefix, *count);
    SCE_TRY(write_export(out, sce_span_text(name), SCE_WASM_GLOBAL, i));
    *count += 1;
  }
  return NULL;
}

static sce_error_t *write_exported_memory(const writer_t *w, sce_buf_t *out) {
  const sce_blob_t *blob = w->blob;
  uint32_t import = 0;
  while (blob->imports[import].kind != SCE_WASM_MEMORY) import++;
  sce_span_t name = blob->imports[import].field;
  for (uint32_t i = 0; i < blob->export_count; i++)
    if (sce_span_equal(blob->exports[i].name, name)) {
      char excerpt[SCE_EXCERPT_SIZE];
      sce_blob_excerpt(excerpt, name);
      return sce_error_new(SCE_BAD_CODE, "export section: the name \"%s\", which is needed for a memory, is taken",
                           excerpt);
    }
  return write_export(out, name, SCE_WASM_MEMORY, 0);
}

static sce_error_t *make_exports(writer_t *w) {
  const sce_blob_t *blob = w->blob;
  const sce_blob_rewrite_t *rewrite = w->rewrite;
  uint32_t globals = 0;
  sce_buf_t added = {0};
  sce_error_t *err = rewrite->export_mutable_globals ? write_exported_globals(w, &added, &globals) : NULL;
  if (err == NULL && w->converts_memory) err = write_exported_memory(w, &added);
  if (err == NULL && rewrite->add_heap_base)
    err = write_export(&added, sce_span_text("__heap_base"), SCE_WASM_GLOBAL,
                       blob->global_count + (rewrite->meter_stack ? 1 : 0));
  bool moves = rewrite->meter_stack && blob->export_count > 0;
  if (err == NULL && (added.len > 0 || moves)) {
    sce_buf_t *out = change(w, SCE_WASM_SECTION_EXPORT);
    err = sce_write_u32(out,
                        blob->export_count + globals + (w->converts_memory ? 1 : 0) + (rewrite->add_heap_base ? 1 : 0));
    for (uint32_t i = 0; i < blob->export_count && err == NULL; i++) {
      const sce_wasm_export_t *export = &blob->exports[i];
      bool is_moved = moves && export->kind == SCE_WASM_FUNCTION;
      err = write_name(out, export->name);
      if (err == NULL) err = sce_buf_append_byte(out, (uint8_t) export->kind);
      if (err == NULL) err = sce_write_u32(out, is_moved ? sce_meter_entry(&w->meter, export->index) : export->index);
    }
    if (err == NULL) err = sce_buf_append(out, added.data, added.len);
  }
  sce_buf_free(&added);
  return err;
}

static sce_error_t *make_metered(writer_t *w) {
  const sce_blob_t *blob = w->blob;
  SCE_TRY(sce_meter_new(&w->meter, blob, w->rewrite->stack_limit));
  if (blob->body_count == 0) return NULL; /* then nothing can be called, and there are no thunks */
  SCE_TRY(sce_meter_write_functions(&w->meter, change(w, SCE_WASM_SECTION_FUNCTION)));
  SCE_TRY(sce_meter_bound_code(&w->meter, &w->code_bound));
  change(w, SCE_WASM_SECTION_CODE); /* write_code() makes it in place: it is most of the module */
  if (blob->element_count > 0) SCE_TRY(sce_meter_write_elements(&w->meter, change(w, SCE_WASM_SECTION_ELEMENT)));
  if (!blob->has_start) return NULL;
  return sce_write_u32(change(w, SCE_WASM_SECTION_START), sce_meter_entry(&w->meter, blob->start));
}

/* ---- the module ---- */

/* The metered code section. Its size is known behind it: room is left for what the bound takes, nearly always right. */
static sce_error_t *write_code(const writer_t *w, sce_buf_t *out) {
  uint8_t bytes[1 + LEB_MAX];
  size_t room = (size_t)(sce_put_u32(bytes, (uint32_t)w->code_bound) - bytes), size_at = out->len + 1;
  bytes[0] = SCE_WASM_SECTION_CODE;
  SCE_TRY(sce_buf_append(out, bytes, 1 + room));
  SCE_TRY(sce_meter_write_code(&w->meter, out));
  size_t size = out->len - size_at - room, len = (size_t)(sce_put_u32(bytes, (uint32_t)size) - bytes);
  memcpy(out->data + size_at, bytes, len);
  if (len < room) memmove(out->data + size_at + len, out->data + size_at + room, size);
  out->len -= room - len;
  return NULL;
}

static sce_error_t *write_changed(writer_t *w, sce_buf_t *out, sce_wasm_section_id_t id) {
  const sce_buf_t *payload = &w->payloads[id];
  w->changed[id] = false; /* written */
  if (id == SCE_WASM_SECTION_CODE) return write_code(w, out);
  if (payload->len > SCE_BLOB_SIZE_LIMIT)
    return sce_error_new(SCE_BAD_CODE, "the rewritten section takes %zu bytes, more than the limit of %zu",
                         payload->len, SCE_BLOB_SIZE_LIMIT);
  SCE_TRY(sce_buf_append_byte(out, (uint8_t)id));
  SCE_TRY(sce_write_u32(out, (uint32_t)payload->len));
  return sce_buf_append(out, payload->data, payload->len);
}

/* Writes the changed sections that come before place `order`: new ones, which the module did not have. */
static sce_error_t *write_new_before(writer_t *w, sce_buf_t *out, uint8_t order) {
  static const sce_wasm_section_id_t may_be_new[] = {SCE_WASM_SECTION_MEMORY, SCE_WASM_SECTION_GLOBAL,
                                                     SCE_WASM_SECTION_EXPORT};
  for (size_t i = 0; i < sizeof may_be_new / sizeof *may_be_new; i++)
    if (w->changed[may_be_new[i]] && section_order(may_be_new[i]) < order)
      SCE_TRY(write_changed(w, out, may_be_new[i]));
  return NULL;
}

static sce_error_t *copy_section(const writer_t *w, sce_buf_t *out, const sce_wasm_section_t *section) {
  size_t at = out->len;
  SCE_TRY(sce_buf_append(out, w->blob->code.data + section->start, section->end - section->start));
  if (section->id == SCE_WASM_SECTION_CODE && w->rewrite->widen_multiplication)
    sce_multiply_widen(w->blob, out->data + at, section->start);
  return NULL;
}

static sce_error_t *write_module(writer_t *w, sce_buf_t *out) {
  const sce_blob_t *blob = w->blob;
  bool custom_last = w->rewrite->meter_stack;
  size_t start = out->len, room = blob->code.len + w->code_bound + 64;
  for (int id = 0; id < SECTION_IDS; id++) room += w->payloads[id].len;
  SCE_TRY(sce_buf_reserve(out, room));
  SCE_TRY(sce_buf_append(out, blob->code.data, 8));
  for (uint32_t i = 0; i < blob->section_count; i++) {
    const sce_wasm_section_t *section = &blob->sections[i];
    if (section->id == SCE_WASM_SECTION_CUSTOM) {
      if (!custom_last) SCE_TRY(copy_section(w, out, section));
      continue;
    }
    SCE_TRY(write_new_before(w, out, section_order(section->id)));
    if (w->changed[section->id])
      SCE_TRY(write_changed(w, out, section->id));
    else if (!is_left_out(w, section))
      SCE_TRY(copy_section(w, out, section));
  }
  SCE_TRY(write_new_before(w, out, UINT8_MAX));
  /* parity-wasm's ModuleBuilder takes the sections apart from the last on, and puts custom ones back in that order. */
  for (uint32_t i = blob->section_count; custom_last && i-- > 0;)
    if (blob->sections[i].id == SCE_WASM_SECTION_CUSTOM) SCE_TRY(copy_section(w, out, &blob->sections[i]));
  if (out->len - start <= SCE_BLOB_SIZE_LIMIT) return NULL;
  return sce_error_new(SCE_BAD_CODE, "the rewritten module takes %zu bytes, more than the limit of %zu",
                       out->len - start, SCE_BLOB_SIZE_LIMIT);
}

static sce_error_t *rewrite_module(writer_t *w, sce_buf_t *out) {
  if (w->rewrite->meter_stack) SCE_TRY(make_metered(w));
  SCE_TRY(make_globals(w));
  SCE_TRY(make_imports(w));
  SCE_TRY(make_memory(w));
  SCE_TRY(make_exports(w));
  return write_module(w, out);
}

sce_error_t *sce_blob_rewrite(const sce_blob_t *blob, sce_buf_t *module, const sce_blob_rewrite_t *rewrite) {
  writer_t w = {.blob = blob, .rewrite = rewrite};
  w.converts_memory = rewrite->export_memory && blob->memory_count > 0 && blob->memory.is_imported;
  size_t start = module->len;
  sce_error_t *err = rewrite_module(&w, module);
  if (err != NULL) module->len = start;
  for (int id = 0; id < SECTION_IDS; id++) sce_buf_free(&w.payloads[id]);
  sce_meter_free(&w.meter);
  return err;
}
