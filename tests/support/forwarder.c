/* forwarder.c: see forwarder.h. */
#include "support/forwarder.h"

#include "base/buf.h"
#include "base/checked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { I32 = 0x7f, I64 = 0x7e };

static void must(sce_error_t *err) {
  if (err == NULL) return;
  fprintf(stderr, "forwarder: %s\n", sce_error_message(err));
  exit(1);
}

/* ---- a small writer of WebAssembly ---- */

static void byte(sce_buf_t *out, unsigned value) {
  must(sce_buf_append_byte(out, (uint8_t)value));
}

static void bytes(sce_buf_t *out, const void *data, size_t len) {
  must(sce_buf_append(out, data, len));
}

static void leb(sce_buf_t *out, uint64_t value) {
  while (value >= 0x80) {
    byte(out, (unsigned)(value & 0x7f) | 0x80);
    value >>= 7;
  }
  byte(out, (unsigned)value);
}

static void sleb(sce_buf_t *out, int64_t value) {
  while (value < -64 || value > 63) {
    byte(out, (unsigned)(value & 0x7f) | 0x80);
    value >>= 7;
  }
  byte(out, (unsigned)(value & 0x7f));
}

static void text(sce_buf_t *out, const char *name) {
  leb(out, strlen(name));
  bytes(out, name, strlen(name));
}

/* Takes the contents of a section or body. */
static void sized(sce_buf_t *out, sce_buf_t *contents) {
  leb(out, contents->len);
  bytes(out, contents->data, contents->len);
  sce_buf_free(contents);
}

static void section(sce_buf_t *out, unsigned id, sce_buf_t *contents) {
  byte(out, id);
  sized(out, contents);
}

/* ---- signatures ---- */

size_t forwarder_param_count(const char *signature) {
  size_t count = 0;
  for (const char *at = signature + 1; *at != ')'; at++) count += *at == 'i';
  return count;
}

static unsigned param_type(const char *signature, size_t index) {
  return memcmp(signature + 1 + 5 * index, "i32", 3) == 0 ? I32 : I64;
}

/* 0 for none. */
static unsigned result_type(const char *signature) {
  const char *result = strstr(signature, "-> ") + 3;
  return strcmp(result, "i32") == 0 ? I32 : strcmp(result, "i64") == 0 ? I64 : 0;
}

static void function_type(sce_buf_t *out, const char *signature) {
  size_t params = forwarder_param_count(signature);
  byte(out, 0x60);
  leb(out, params);
  for (size_t i = 0; i < params; i++) byte(out, param_type(signature, i));
  unsigned result = result_type(signature);
  leb(out, result != 0);
  if (result != 0) byte(out, result);
}

/* ---- the body of `run`: local 0 is the input's address, local 2 counts a loop ---- */

static size_t results_at(size_t index) {
  return 8 + 8 * index;
}

static void local_get(sce_buf_t *code, unsigned index) {
  byte(code, 0x20);
  leb(code, index);
}

static void load_i64(sce_buf_t *code, size_t offset) {
  local_get(code, 0);
  byte(code, 0x29); /* i64.load align 8 */
  leb(code, 3);
  leb(code, offset);
}

/* value + flag * address, narrowed where the parameter is an i32. */
static void argument(sce_buf_t *code, size_t offset, unsigned type) {
  load_i64(code, offset);
  load_i64(code, offset + 8);
  local_get(code, 0);
  byte(code, 0xad);                  /* i64.extend_i32_u */
  byte(code, 0x7e);                  /* i64.mul */
  byte(code, 0x7c);                  /* i64.add */
  if (type == I32) byte(code, 0xa7); /* i32.wrap_i64 */
}

/* The call with its arguments; the result goes to its place. */
static void one_call(sce_buf_t *code, const forwarder_call_t *call, size_t index, size_t args) {
  unsigned result = result_type(call->signature);
  if (result != 0) local_get(code, 0);
  for (size_t i = 0; i < forwarder_param_count(call->signature); i++) {
    argument(code, args + 16 * i, param_type(call->signature, i));
  }
  byte(code, 0x10); /* call */
  leb(code, index);
  if (result == 0) return;
  if (result == I32) byte(code, 0xad);
  byte(code, 0x37); /* i64.store align 8 */
  leb(code, 3);
  leb(code, results_at(index));
}

static void repeated_call(sce_buf_t *code, const forwarder_call_t *call, size_t index, size_t args) {
  static const uint8_t count_down[] = {0x20, 2, 0x41, 1, 0x6b, 0x22, 2, 0x0d, 0, 0x0b}; /* br_if while --local2 */
  byte(code, 0x41);                                                                     /* i32.const */
  sleb(code, (int32_t)call->repeat);
  bytes(code, (uint8_t[]){0x21, 2, 0x03, 0x40}, 4); /* local.set 2, loop */
  one_call(code, call, index, args);
  bytes(code, count_down, sizeof count_down);
}

static sce_buf_t run_body(const forwarder_call_t *calls, size_t count) {
  sce_buf_t code = {0};
  size_t args = results_at(count);
  bytes(&code, (uint8_t[]){1, 1, I32}, 3); /* one more local */
  for (size_t i = 0; i < count; i++) {
    if (calls[i].repeat > 1) {
      repeated_call(&code, &calls[i], i, args);
    } else {
      one_call(&code, &calls[i], i, args);
    }
    args += 16 * forwarder_param_count(calls[i].signature);
  }
  load_i64(&code, 0);
  byte(&code, 0x0b);
  return code;
}

/* ---- the module ---- */

static void write_imports(sce_buf_t *out, const forwarder_call_t *calls, size_t count) {
  sce_buf_t types = {0}, imports = {0};
  leb(&types, count + 1);
  for (size_t i = 0; i < count; i++) function_type(&types, calls[i].signature);
  function_type(&types, "(i32, i32) -> i64");
  section(out, 1, &types);
  leb(&imports, count);
  for (size_t i = 0; i < count; i++) {
    text(&imports, "env");
    text(&imports, calls[i].name);
    byte(&imports, 0);
    leb(&imports, i);
  }
  section(out, 2, &imports);
}

static void write_exports(sce_buf_t *out, size_t count) {
  sce_buf_t exports = {0};
  leb(&exports, 3);
  text(&exports, "memory");
  bytes(&exports, (uint8_t[]){2, 0}, 2);
  text(&exports, "__heap_base");
  bytes(&exports, (uint8_t[]){3, 0}, 2);
  text(&exports, "run");
  byte(&exports, 0);
  leb(&exports, count);
  section(out, 7, &exports);
}

sce_buf_t forwarder_module(const forwarder_call_t *calls, size_t count) {
  sce_buf_t out = {0}, functions = {0}, memory = {0}, globals = {0}, codes = {0};
  bytes(&out, "\0asm\1\0\0\0", 8);
  write_imports(&out, calls, count);
  leb(&functions, 1);
  leb(&functions, count);
  section(&out, 3, &functions);
  bytes(&memory, (uint8_t[]){1, 0}, 2);
  leb(&memory, FORWARDER_PAGES);
  section(&out, 5, &memory);
  bytes(&globals, (uint8_t[]){1, I32, 0, 0x41}, 4);
  sleb(&globals, FORWARDER_HEAP_BASE);
  byte(&globals, 0x0b);
  section(&out, 6, &globals);
  write_exports(&out, count);
  sce_buf_t body = run_body(calls, count);
  leb(&codes, 1);
  sized(&codes, &body);
  section(&out, 10, &codes);
  return out;
}

/* ---- inputs ---- */

void forwarder_input_begin(forwarder_input_t *input, const forwarder_call_t *calls, size_t count) {
  size_t size = results_at(count);
  *input = (forwarder_input_t){.next_arg = size};
  for (size_t i = 0; i < count; i++) size += 16 * forwarder_param_count(calls[i].signature);
  must(sce_buf_reserve(&input->bytes, size));
  memset(input->bytes.data, 0, size);
  input->bytes.len = size;
}

static void put_argument(forwarder_input_t *input, uint64_t value, uint64_t relative) {
  sce_store_le64(input->bytes.data + input->next_arg, value);
  sce_store_le64(input->bytes.data + input->next_arg + 8, relative);
  input->next_arg += 16;
}

void forwarder_input_number(forwarder_input_t *input, uint64_t value) {
  put_argument(input, value, 0);
}

size_t forwarder_input_bytes(forwarder_input_t *input, sce_span_t data, bool span) {
  size_t at = input->bytes.len;
  put_argument(input, at | (span ? (uint64_t)data.len << 32 : 0), 1);
  bytes(&input->bytes, data.data, data.len);
  return at;
}

void forwarder_input_end(forwarder_input_t *input, uint32_t extra) {
  uint64_t block = 8;
  while (block < input->bytes.len) block *= 2;
  sce_store_le64(input->bytes.data, FORWARDER_HEAP_BASE | (8 + block + extra) << 32);
}
