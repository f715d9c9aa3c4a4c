/* dump.c: every storage entry of a chain spec as libscexec reads it, for the oracles beside this file: a line an entry,
 * key, explained key, value in JSON, raw value, separated by tabs. Each value is encoded again and must give its bytes.
 *
 *   dump METADATA SPEC.json [CORE_VERSION] > DUMP.tsv      CORE_VERSION: what the runtime's Core_version returned
 *
 * Times of the decoding alone go to standard error. Built by run.sh. */
#include "scexec/value.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check(sce_error_t *err, const char *what) {
  if (err == NULL) return;
  fprintf(stderr, "%s: %s\n", what, sce_error_message(err));
  exit(1);
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static sce_span_t read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  uint8_t *data = malloc(1 << 25);
  if (f == NULL || data == NULL) {
    fprintf(stderr, "can't read %s\n", path);
    exit(1);
  }
  size_t len = fread(data, 1, 1 << 25, f);
  fclose(f);
  return (sce_span_t){data, len};
}

static uint8_t digit(char c) {
  return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

static sce_span_t from_hex(const char *text) {
  size_t len = (strlen(text) - 2) / 2;
  uint8_t *data = malloc(len + 1);
  for (size_t i = 0; i < len; i++) data[i] = (uint8_t)(digit(text[2 + 2 * i]) << 4 | digit(text[3 + 2 * i]));
  return (sce_span_t){data, len};
}

static void check_again(const sce_metadata_t *md, sce_span_t key, sce_span_t value, const sce_buf_t *json) {
  sce_buf_t again = {0};
  sce_span_t text = {json->data, json->len}, path = {NULL, 0};
  uint32_t type = sce_storage_value_type(md, key);
  if (type == SCE_TYPE_NONE) return;
  check(sce_value_encode(md, &again, type, text, path), "encode");
  if (again.len != value.len || memcmp(again.data, value.data, value.len) != 0) {
    fprintf(stderr, "encoded again, a value differs: %.*s\n", (int)json->len, (const char *)json->data);
    exit(1);
  }
  sce_buf_free(&again);
}

int main(int argc, char **argv) {
  sce_metadata_t *md;
  sce_span_t bytes;
  sce_runtime_version_t version = {0};
  if (argc < 3) return 2;
  check(sce_metadata_unwrap(&bytes, read_file(argv[1])), argv[1]);
  if (argc > 3) check(sce_runtime_version_decode(&version, read_file(argv[3])), argv[3]);
  double start = now_ms();
  check(sce_metadata_new(&md, bytes, argc > 3 ? &version : NULL), argv[1]);
  double loaded = now_ms() - start;
  json_t *spec = json_load_file(argv[2], 0, NULL);
  json_t *raw = json_object_get(json_object_get(spec, "genesis"), "raw");
  json_t *top = json_is_array(raw) ? json_array_get(raw, 0) : json_object_get(raw, "top"), *item;
  const char *name;
  size_t count = json_object_size(top), i = 0;
  sce_span_t *keys = calloc(count, sizeof *keys), *values = calloc(count, sizeof *values);
  json_object_foreach(top, name, item) {
    keys[i] = from_hex(name);
    values[i++] = from_hex(json_string_value(item));
  }
  sce_value_format_t format = {sce_metadata_ss58_prefix(md, 42), false};
  sce_buf_t key = {0}, value = {0};
  start = now_ms();
  for (i = 0; i < count; i++) {
    value.len = 0;
    check(sce_storage_value_decode(md, &value, keys[i], values[i], &format), "value");
  }
  fprintf(stderr, "{\"metadata\":\"%s\",\"keys\":%zu,\"metadataMs\":%.2f,\"valuesMs\":%.2f}\n", argv[1], count, loaded,
          now_ms() - start);
  for (i = 0; i < count; i++) {
    key.len = value.len = 0;
    check(sce_storage_key_decode(md, &key, keys[i], &format), "key");
    check(sce_storage_value_decode(md, &value, keys[i], values[i], &format), "value");
    check_again(md, keys[i], values[i], &value);
    printf("0x");
    for (size_t j = 0; j < keys[i].len; j++) printf("%02x", keys[i].data[j]);
    printf("\t%.*s\t%.*s\t0x", (int)key.len, (const char *)key.data, (int)value.len, (const char *)value.data);
    for (size_t j = 0; j < values[i].len; j++) printf("%02x", values[i].data[j]);
    printf("\n");
  }
  return 0;
}
