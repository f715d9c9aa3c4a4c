/* reach.c: see reach.h. A worklist of functions whose bodies are still to be read; each is read once. What tables may
 * hold is sorted by type, so that an indirect call takes in a run of it. */
#include "blob/reach.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "blob/operator.h"

#include <stdlib.h>
#include <string.h>

/* A function that a table may hold. */
typedef struct entry {
  uint32_t type; /* the least index of an equal type */
  uint32_t function;
} entry_t;

/* Who calls what, backwards: a list of calls for each function and, behind those, for each canonical type that
 * call_indirect calls. */
typedef struct calls {
  uint32_t caller; /* that is read now */
  uint32_t *first; /* by what is called: the number of a call and 1, or 0 */
  struct {
    uint32_t caller;
    uint32_t next; /* of the same: as in `first` */
  } * list;
  size_t count, capacity;
} calls_t;

typedef struct reach {
  const sce_blob_t *blob;
  uint8_t *reached;
  uint32_t *work; /* functions to be read: each is put here at most once */
  uint32_t work_count;
  uint32_t *canonical;   /* by type: the least index of an equal type */
  uint8_t *types_called; /* by canonical type */
  entry_t *entries;      /* sorted */
  size_t entry_count;
  uint8_t floats;
  calls_t *calls; /* NULL: calls are followed; else they are only noted */
} reach_t;

/* ---- types ---- */

typedef struct typed {
  const sce_wasm_function_type_t *type;
  uint32_t index;
} typed_t;

static int compare_signatures(const sce_wasm_function_type_t *a, const sce_wasm_function_type_t *b) {
  int order = sce_span_compare(a->params, b->params);
  return order != 0 ? order : sce_span_compare(a->results, b->results);
}

static int compare_typed(const void *a, const void *b) {
  const typed_t *x = a, *y = b;
  int order = compare_signatures(x->type, y->type);
  return order != 0 ? order : x->index < y->index ? -1 : x->index > y->index;
}

/* Types are equal by structure (specification, section 4.4.8, call_indirect). */
static sce_error_t *find_canonical(reach_t *r) {
  const sce_blob_t *blob = r->blob;
  typed_t *sorted = sce_calloc(blob->type_count, sizeof *sorted);
  r->canonical = sce_calloc(blob->type_count, sizeof *r->canonical);
  r->types_called = sce_calloc(blob->type_count, 1);
  if (sorted == NULL || r->canonical == NULL || r->types_called == NULL) {
    sce_free(sorted);
    return sce_error_oom();
  }
  for (uint32_t i = 0; i < blob->type_count; i++) sorted[i] = (typed_t){&blob->types[i], i};
  qsort(sorted, blob->type_count, sizeof *sorted, compare_typed);
  for (uint32_t i = 0; i < blob->type_count; i++) {
    bool same = i > 0 && compare_signatures(sorted[i].type, sorted[i - 1].type) == 0;
    r->canonical[sorted[i].index] = same ? r->canonical[sorted[i - 1].index] : sorted[i].index;
  }
  sce_free(sorted);
  return NULL;
}

/* ---- what tables may hold ---- */

static int compare_entries(const void *a, const void *b) {
  const entry_t *x = a, *y = b;
  return x->type < y->type ? -1 : x->type > y->type;
}

static void add_entry(reach_t *r, uint32_t function) {
  if (function >= r->blob->function_count) return; /* no function */
  r->entries[r->entry_count++] = (entry_t){r->canonical[r->blob->function_types[function]], function};
}

static sce_error_t *list_entries(reach_t *r) {
  const sce_blob_t *blob = r->blob;
  size_t most = blob->global_count;
  for (uint32_t i = 0; i < blob->element_count; i++) most += blob->elements[i].count;
  r->entries = sce_calloc(most, sizeof *r->entries);
  if (r->entries == NULL) return sce_error_oom();
  for (uint32_t i = 0; i < blob->element_count; i++)
    for (uint32_t k = 0; k < blob->elements[i].count; k++) add_entry(r, blob->elements[i].functions[k]);
  for (uint32_t i = 0; i < blob->global_count; i++)
    if (blob->globals[i].init.kind == SCE_WASM_INIT_REF_FUNC) add_entry(r, (uint32_t)blob->globals[i].init.bits);
  qsort(r->entries, r->entry_count, sizeof *r->entries, compare_entries);
  return NULL;
}

/* ---- reading ---- */

static sce_error_t *fail(const reach_t *r, const uint8_t *at, const char *why) {
  size_t offset = (size_t)(at - r->blob->code.data);
  return sce_error_new(SCE_BAD_CODE, "malformed module: code section, offset %zu: %s", offset, why);
}

static sce_error_t *note_call(calls_t *calls, uint32_t called) {
  uint32_t last = calls->first[called];
  if (last != 0 && calls->list[last - 1].caller == calls->caller) return NULL; /* once more */
  if (calls->count == calls->capacity) {
    size_t capacity = calls->capacity > 0 ? 2 * calls->capacity : 1024;
    void *list = capacity < UINT32_MAX ? sce_realloc_array(calls->list, capacity, sizeof *calls->list) : NULL;
    if (list == NULL) return sce_error_oom();
    calls->list = list;
    calls->capacity = capacity;
  }
  calls->list[calls->count].caller = calls->caller;
  calls->list[calls->count++].next = last;
  calls->first[called] = (uint32_t)calls->count;
  return NULL;
}

/* Host functions that call what is in the runtime's table, by an index that only the runtime knows. */
static bool calls_table(const sce_blob_t *blob, uint32_t import) {
  static const char *const names[] = {"ext_sandbox_instantiate", "ext_sandbox_instantiate_version_1",
                                      "ext_runtime_tasks_spawn_version_1"};
  uint32_t index = 0;
  for (uint32_t i = 0; i < blob->import_count; i++) {
    if (blob->imports[i].kind != SCE_WASM_FUNCTION || index++ != import) continue;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
      if (sce_span_equal(blob->imports[i].field, sce_span_text(names[n]))) return true;
    return false;
  }
  return false;
}

static void add_function(reach_t *r, uint32_t function) {
  if (r->reached[function]) return;
  r->reached[function] = 1;
  if (function >= r->blob->imported_functions) {
    r->work[r->work_count++] = function;
  } else if (calls_table(r->blob, function)) {
    for (size_t i = 0; i < r->entry_count; i++) {
      uint32_t entry = r->entries[i].function; /* an import among them adds nothing more */
      if (!r->reached[entry] && entry >= r->blob->imported_functions) r->work[r->work_count++] = entry;
      r->reached[entry] = 1;
    }
  }
}

static void add_type(reach_t *r, uint32_t type) {
  uint32_t wanted = r->canonical[type];
  if (r->types_called[wanted]) return;
  r->types_called[wanted] = 1;
  size_t low = 0, high = r->entry_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (r->entries[middle].type < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low < r->entry_count && r->entries[low].type == wanted; low++) add_function(r, r->entries[low].function);
}

static const uint8_t *skip_locals(const uint8_t *at, const uint8_t *end) {
  uint32_t groups, count;
  bool padded;
  at = sce_operator_u32(at, end, &groups, &padded);
  for (; at != NULL && groups > 0; groups--) {
    at = sce_operator_u32(at, end, &count, &padded);
    at = at == NULL || at == end ? NULL : at + 1; /* the type */
  }
  return at;
}

static const uint8_t *skip_labels(const uint8_t *at, const uint8_t *end, uint32_t count) {
  uint32_t label;
  bool padded;
  for (uint64_t i = 0; at != NULL && i <= count; i++) at = sce_operator_u32(at, end, &label, &padded);
  return at;
}

static sce_error_t *read_body(reach_t *r, uint32_t function) {
  const sce_blob_t *blob = r->blob;
  const body_t *body = &blob->bodies[function - blob->imported_functions];
  const uint8_t *start = blob->code.data + body->offset, *end = start + body->size;
  const uint8_t *at = skip_locals(start, end);
  if (at == NULL) return fail(r, start, "the function's locals are malformed");
  operator_t op = {0};
  while (at < end) {
    const uint8_t *next = sce_operator_read(at, end, &op);
    if (next != NULL && op.form == FORM_LABELS) next = skip_labels(next, end, op.a);
    if (next == NULL || op.form == FORM_UNKNOWN || op.form == FORM_NEVER) return fail(r, at, "unreadable instruction");
    if (op.form == FORM_CALL || op.form == FORM_REF_FUNC) {
      if (op.a >= blob->function_count) return fail(r, at, "no such function");
      if (r->calls == NULL)
        add_function(r, op.a);
      else
        SCE_TRY(note_call(r->calls, op.a));
    } else if (op.form == FORM_CALL_INDIRECT) {
      if (op.a >= blob->type_count) return fail(r, at, "no such type");
      if (r->calls == NULL)
        add_type(r, op.a);
      else
        SCE_TRY(note_call(r->calls, blob->function_count + r->canonical[op.a]));
    } else {
      r->floats |= sce_operator_floats(&op);
    }
    at = next;
  }
  return NULL;
}

static sce_error_t *follow(reach_t *r, const uint32_t *roots, size_t count) {
  const sce_blob_t *blob = r->blob;
  r->work = sce_calloc(blob->body_count, sizeof *r->work);
  if (r->work == NULL) return sce_error_oom();
  SCE_TRY(find_canonical(r));
  SCE_TRY(list_entries(r));
  if (blob->has_start) add_function(r, blob->start);
  for (size_t i = 0; i < count; i++) {
    if (roots[i] >= blob->function_count) return sce_error_new(SCE_MISUSE, "function %u does not exist", roots[i]);
    add_function(r, roots[i]);
  }
  while (r->work_count > 0) SCE_TRY(read_body(r, r->work[--r->work_count]));
  return NULL;
}

static void free_reach(reach_t *r) {
  sce_free(r->work);
  sce_free(r->canonical);
  sce_free(r->types_called);
  sce_free(r->entries);
}

sce_error_t *sce_blob_reach(const sce_blob_t *blob, uint8_t *reached, uint8_t *floats, const uint32_t *roots,
                            size_t count) {
  reach_t r = {.blob = blob, .reached = reached};
  memset(reached, 0, blob->function_count);
  sce_error_t *err = follow(&r, roots, count);
  *floats = r.floats;
  free_reach(&r);
  return err;
}

/* ---- backwards ---- */

/* Reads all bodies once: notes their calls, and puts those with such operators on the worklist. */
static sce_error_t *note_calls(reach_t *r, uint8_t floats) {
  const sce_blob_t *blob = r->blob;
  for (uint32_t i = 0; i < blob->body_count; i++) {
    uint32_t function = blob->imported_functions + i;
    r->calls->caller = function;
    r->floats = 0;
    SCE_TRY(read_body(r, function));
    if ((r->floats & floats) != 0) add_function(r, function);
  }
  return NULL;
}

/* Adds the callers of what has that place in calls_t.first. */
static void add_callers(reach_t *r, uint32_t called) {
  const calls_t *calls = r->calls;
  for (uint32_t call = calls->first[called]; call != 0; call = calls->list[call - 1].next)
    add_function(r, calls->list[call - 1].caller);
}

/* The worklist holds what is to be called by what is added. A table's entry is called by all who call its type, and by
 * the host functions that call into the table. */
static void go_backwards(reach_t *r, uint8_t *in_table) {
  const sce_blob_t *blob = r->blob;
  for (size_t i = 0; i < r->entry_count; i++) in_table[r->entries[i].function] = 1;
  while (r->work_count > 0) {
    uint32_t function = r->work[--r->work_count];
    add_callers(r, function);
    if (!in_table[function]) continue;
    add_callers(r, blob->function_count + r->canonical[blob->function_types[function]]);
    for (uint32_t import = 0; import < blob->imported_functions; import++) {
      if (r->reached[import] || !calls_table(blob, import)) continue;
      r->reached[import] = 1;
      add_callers(r, import);
    }
  }
}

sce_error_t *sce_blob_reaching_floats(const sce_blob_t *blob, uint8_t *coming, uint8_t floats) {
  calls_t calls = {.first = sce_calloc((size_t)blob->function_count + blob->type_count, sizeof *calls.first)};
  uint8_t *in_table = sce_calloc(blob->function_count, 1);
  reach_t r = {.blob = blob, .reached = coming, .calls = &calls};
  memset(coming, 0, blob->function_count);
  r.work = sce_calloc(blob->body_count, sizeof *r.work);
  sce_error_t *err = calls.first == NULL || in_table == NULL || r.work == NULL ? sce_error_oom() : NULL;
  if (err == NULL) err = find_canonical(&r);
  if (err == NULL) err = list_entries(&r);
  if (err == NULL) err = note_calls(&r, floats);
  if (err == NULL) go_backwards(&r, in_table);
  sce_free(calls.first);
  sce_free(calls.list);
  sce_free(in_table);
  free_reach(&r);
  return err;
}
