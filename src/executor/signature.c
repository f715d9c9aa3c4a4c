/* signature.c: see signature.h. */
#include "executor/signature.h"

#include <stdio.h>
#include <string.h>

static const struct {
  const char *name;
  uint8_t kind;
} kinds[] = {{"i32", WASM_I32}, {"i64", WASM_I64}, {"f32", WASM_F32}, {"f64", WASM_F64}};

static const char *kind_name(uint8_t kind) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].kind == kind) return kinds[i].name;
  return "?";
}

/* Skips `text` at the cursor when it is there. */
static bool take(const char **cursor, const char *text) {
  size_t len = strlen(text);
  if (strncmp(*cursor, text, len) != 0) return false;
  *cursor += len;
  return true;
}

static bool take_kind(const char **cursor, uint8_t *kind) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!take(cursor, kinds[i].name)) continue;
    *kind = kinds[i].kind;
    return true;
  }
  return false;
}

bool sce_signature_parse(sce_signature_t *signature, const char *text) {
  *signature = (sce_signature_t){0};
  const char *cursor = text;
  if (!take(&cursor, "(")) return false;
  while (!take(&cursor, ")")) {
    if (signature->param_count > 0 && !take(&cursor, ", ")) return false;
    if (signature->param_count == SCE_HOST_MAX_PARAMS) return false;
    if (!take_kind(&cursor, &signature->params[signature->param_count])) return false;
    signature->param_count++;
  }
  if (!take(&cursor, " -> ")) return false;
  if (!take(&cursor, "()")) {
    if (!take_kind(&cursor, &signature->result)) return false;
    signature->has_result = true;
  }
  return *cursor == '\0';
}

static bool plain_kind(uint8_t kind) {
  return kind == WASM_I32 || kind == WASM_I64 || kind == WASM_F32 || kind == WASM_F64;
}

bool sce_signature_from_type(sce_signature_t *signature, const wasm_functype_t *type) {
  *signature = (sce_signature_t){0};
  const wasm_valtype_vec_t *params = wasm_functype_params(type), *results = wasm_functype_results(type);
  if (params->size > SCE_HOST_MAX_PARAMS || results->size > 1) return false;
  signature->param_count = (uint8_t)params->size;
  for (size_t i = 0; i < params->size; i++) {
    signature->params[i] = wasm_valtype_kind(params->data[i]);
    if (!plain_kind(signature->params[i])) return false;
  }
  if (results->size == 1) {
    signature->has_result = true;
    signature->result = wasm_valtype_kind(results->data[0]);
    if (!plain_kind(signature->result)) return false;
  }
  return true;
}

void sce_signature_format(char text[SCE_SIGNATURE_TEXT_MAX], const sce_signature_t *signature) {
  size_t at = 0;
  text[at++] = '(';
  for (int i = 0; i < signature->param_count; i++)
    at += (size_t)snprintf(text + at, SCE_SIGNATURE_TEXT_MAX - at, "%s%s", i > 0 ? ", " : "",
                           kind_name(signature->params[i]));
  snprintf(text + at, SCE_SIGNATURE_TEXT_MAX - at, ") -> %s",
           signature->has_result ? kind_name(signature->result) : "()");
}

bool sce_signature_equal(const sce_signature_t *a, const sce_signature_t *b) {
  return a->param_count == b->param_count && a->has_result == b->has_result &&
         memcmp(a->params, b->params, a->param_count) == 0 && (!a->has_result || a->result == b->result);
}
