/* inputs.c: reads files, and the value of ":code" out of the text of a raw chain spec, without a JSON reader. */
#include "support/inputs.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const test_runtimes[TEST_RUNTIMES] = {"polkadot", "kusama", "westend", "rococo", "paseo", "kusama_runtime"};

static _Noreturn void give_up(const char *what, const char *path) {
  fprintf(stderr, "%s: %s (scripts/fetch-inputs.sh brings the inputs)\n", path, what);
  exit(1);
}

sce_buf_t test_read_file(const char *path) {
  sce_buf_t out = {0};
  FILE *file = fopen(path, "rb");
  if (file == NULL) give_up("can't be opened", path);
  size_t got;
  do {
    if (sce_buf_reserve(&out, 1 << 20) != NULL) give_up("out of memory", path);
    got = fread(out.data + out.len, 1, out.cap - out.len, file);
    out.len += got;
  } while (got > 0);
  if (ferror(file)) give_up("can't be read", path);
  fclose(file);
  return out;
}

/* Hex of ":code", as the key of a JSON object. */
static const char code_key[] = "\"0x3a636f6465\"";

sce_buf_t test_read_code(const char *path) {
  sce_buf_t file = test_read_file(path), code = {0};
  size_t len = strlen(path);
  if (len < 5 || strcmp(path + len - 5, ".json") != 0) return file;
  if (sce_buf_append_byte(&file, 0) != NULL) give_up("out of memory", path);
  const char *text = strstr((const char *)file.data, code_key);
  if (text == NULL) give_up("no :code in it", path);
  text = strchr(text + strlen(code_key), '"');
  const char *end = text == NULL ? NULL : strchr(text + 1, '"');
  if (end == NULL) give_up(":code has no value", path);
  sce_error_t *err = sce_hex_decode(&code, sce_span(text + 1, (size_t)(end - text - 1)));
  if (err != NULL) give_up(sce_error_message(err), path);
  sce_buf_free(&file);
  return code;
}

sce_buf_t test_runtime_code(const char *folder, const char *name) {
  char path[4096];
  bool plain = strcmp(name, "kusama_runtime") == 0;
  int len = snprintf(path, sizeof path, "%s/%s.%s", folder, name, plain ? "wasm" : "json");
  if (len < 0 || (size_t)len >= sizeof path) give_up("path too long", folder);
  return test_read_code(path);
}
