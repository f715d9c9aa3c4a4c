/* stage.c: see stage.h. */
#include "support/stage.h"

#include "base/alloc.h"
#include "support/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CHILDREN 16

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "stage: %s\n", sce_error_message(err));
  exit(1);
}

typedef struct pairs {
  sce_state_pair_t *items;
  size_t count;
} pairs_t;

/* To be freed with free_bytes(). */
static sce_span_t owned_bytes(const char *hex) {
  json_t *text = json_string(hex);
  sce_buf_t bytes = test_vector_bytes(text);
  json_decref(text);
  return (sce_span_t){bytes.data, bytes.len};
}

static void free_bytes(sce_span_t bytes) {
  sce_free((void *)(uintptr_t)bytes.data);
}

static void add_pairs(pairs_t *pairs, const sce_span_t *child, json_t *map) {
  const char *key;
  json_t *value;
  json_object_foreach(map, key, value) {
    pairs->items = realloc(pairs->items, (pairs->count + 1) * sizeof *pairs->items);
    pairs->items[pairs->count++] = (sce_state_pair_t){child, owned_bytes(key), owned_bytes(json_string_value(value))};
  }
}

static sce_state_t *make_state(const pairs_t *pairs, const json_t *backend) {
  sce_state_t *state;
  uint8_t root[32];
  int version = (int)json_integer_value(json_object_get(backend, "state_version"));
  must(sce_state_new_memory(&state, pairs->items, pairs->count, version == 0 ? SCE_STATE_V0 : SCE_STATE_V1));
  must(sce_state_root(state, root, NULL));
  const json_t *expected = json_object_get(backend, "root");
  if (expected != NULL && !test_vector_equal("root of the backend", (sce_span_t){root, 32}, expected)) exit(1);
  return state;
}

static sce_state_t *make_backend(const json_t *backend) {
  pairs_t pairs = {0};
  sce_span_t names[MAX_CHILDREN];
  size_t name_count = 0;
  const char *name;
  json_t *map;
  add_pairs(&pairs, NULL, json_object_get(backend, "top"));
  json_object_foreach(json_object_get(backend, "default_children"), name, map) {
    if (name_count == MAX_CHILDREN) exit(1);
    names[name_count] = owned_bytes(name);
    add_pairs(&pairs, &names[name_count++], map);
  }
  sce_state_t *state = make_state(&pairs, backend);
  for (size_t i = 0; i < pairs.count; i++) {
    free_bytes(pairs.items[i].key);
    free_bytes(pairs.items[i].value);
  }
  for (size_t i = 0; i < name_count; i++) free_bytes(names[i]);
  free(pairs.items);
  return state;
}

void test_stage_open(test_stage_t *stage, const json_t *script) {
  *stage = (test_stage_t){.ext = {.size = sizeof stage->ext}};
  stage->backend = make_backend(json_object_get(script, "backend"));
  must(sce_overlay_new(&stage->overlay, stage->backend));
  const char *note = test_vector_text(script, "note");
  if (note != NULL && strncmp(note, "recorder", 8) == 0) must(sce_overlay_record(stage->overlay));
  must(sce_keystore_new(&stage->keystore, NULL));
  must(sce_services_new(&stage->services, NULL));
  stage->ext.storage = sce_overlay_ops();
  stage->ext.storage_ctx = stage->overlay;
  stage->ext.keystore = sce_keystore_ops_get();
  stage->ext.keystore_ctx = stage->keystore;
  sce_services_attach(stage->services, &stage->ext, true);
}

void test_stage_close(test_stage_t *stage) {
  sce_services_delete(stage->services);
  sce_keystore_delete(stage->keystore);
  sce_overlay_delete(stage->overlay);
  sce_state_delete(stage->backend);
}
