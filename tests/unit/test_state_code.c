/* test_state_code.c: which code belongs to a state: substitutes as sc-service's WasmSubstitutes applies them, pending
 * code, and the code that wrote a state. Code here is a version section and a name: nothing of it is run. */
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "scexec/block.h"
#include "scexec/executor.h"
#include "scexec/overlay.h"
#include "scexec/state_code.h"

#include "state_db_support.h"

#define SYSTEM "26aa394eea5630e07c48ae0c9558cef7"
#define NUMBER "0x" SYSTEM "02a5c1b19ab7a04f536c519aca4983ac"
#define BLOCK_HASH_0 "0x" SYSTEM "a44704b568d21667356a5a050c11874600"
#define LAST_UPGRADE "0x" SYSTEM "f9cce9c888469bb1a0dceaa129672ef8"

static void put_section(sce_buf_t *wasm, const char *name, sce_span_t contents) {
  size_t len = strlen(name);
  assert_true(len + 1 + contents.len < 128);
  const uint8_t head[3] = {0, (uint8_t)(1 + len + contents.len), (uint8_t)len};
  ok(sce_buf_append(wasm, head, 3));
  ok(sce_buf_append(wasm, name, len));
  ok(sce_buf_append(wasm, contents.data, contents.len));
}

/* A module that says its version, told apart from others by `name`. */
static sce_buf_t code_of(uint32_t spec_version, const char *name) {
  sce_runtime_version_t version = {
      .spec_name = sce_span_text("t"), .impl_name = sce_span_text("t"), .spec_version = spec_version};
  sce_buf_t wasm = {0}, section = {0};
  ok(sce_runtime_version_encode(&section, &version));
  ok(sce_buf_append(&wasm, "\0asm\1\0\0\0", 8));
  put_section(&wasm, "runtime_version", sce_buf_span(&section));
  put_section(&wasm, "runtime_apis", sce_span(NULL, 0));
  put_section(&wasm, name, sce_span(NULL, 0));
  sce_buf_free(&section);
  return wasm;
}

/* Appends a member "key": "0x…" of JSON. */
static void put_code(sce_buf_t *json, const char *key, uint32_t spec_version, const char *name) {
  sce_buf_t code = code_of(spec_version, name);
  ok(sce_buf_printf(json, "\"%s\":\"0x", key));
  ok(sce_hex_append(json, sce_buf_span(&code)));
  ok(sce_buf_printf(json, "\""));
  sce_buf_free(&code);
}

static void expect_code(const sce_state_code_t *code, uint32_t spec_version, const char *name) {
  sce_buf_t expected = code_of(spec_version, name);
  assert_true(sce_span_equal(sce_state_code_bytes(code), sce_buf_span(&expected)));
  sce_buf_free(&expected);
}

/* What `use` finds. `since` -1: the state's own. */
static void expect(sce_state_t *state, const sce_chain_spec_t *spec, sce_code_use_t use, uint32_t spec_version,
                   const char *name, int since, bool doubt) {
  sce_state_code_t *code;
  uint32_t number = 0;
  ok(sce_state_code_new(&code, state, spec, use, NULL));
  expect_code(code, spec_version, name);
  assert_int_equal(sce_state_code_substitute(code, &number), since >= 0);
  if (since >= 0) assert_int_equal(number, since);
  assert_int_equal(sce_state_code_doubt(code) != NULL, doubt);
  sce_state_code_delete(code);
}

/* A spec with substitutes for version 1 from blocks 3 and 5 on, for version 2 from 4 on; and a state of block `number`,
 * 0 being a genesis. */
static sce_chain_spec_t *make_spec(uint32_t spec_version, unsigned number, const char *more) {
  sce_buf_t json = {0};
  sce_chain_spec_t *spec;
  ok(sce_buf_printf(&json, "{\"codeSubstitutes\":{"));
  put_code(&json, "5", 1, "five");
  ok(sce_buf_printf(&json, ","));
  put_code(&json, "3", 1, "three");
  ok(sce_buf_printf(&json, ","));
  put_code(&json, "4", 2, "four");
  ok(sce_buf_printf(&json, "},\"genesis\":{\"raw\":[{"));
  put_code(&json, "0x3a636f6465", spec_version, "own");
  ok(sce_buf_printf(&json, ",\"" NUMBER "\":\"0x%02x000000\"", number));
  ok(sce_buf_printf(&json, ",\"" BLOCK_HASH_0 "\":\"0x%s\"%s}]}}", number == 0 ? "45" : "46", more));
  ok(sce_chain_spec_parse(&spec, sce_buf_span(&json)));
  sce_buf_free(&json);
  return spec;
}

static void substitutes(void **unused) {
  (void)unused;
  static const struct {
    uint32_t version;
    unsigned number;
    const char *name;
    int since;
  } cases[] = {{1, 0, "own", -1}, {1, 2, "own", -1}, {1, 3, "three", 3}, {1, 4, "three", 3}, {1, 5, "five", 5},
               {1, 9, "five", 5}, {2, 3, "own", -1}, {2, 4, "four", 4},  {2, 9, "four", 4},  {3, 9, "own", -1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_chain_spec_t *spec = make_spec(cases[i].version, cases[i].number, "");
    const char *dir = fresh_folder();
    sce_state_t *memory, *db = open_db(dir, true, 2);
    ok(sce_state_from_chain_spec(&memory, spec, SCE_STATE_V0));
    sce_state_import_t how = {.size = sizeof how, .spec = spec, .keep = 2};
    ok(sce_state_import(&db, memory, &how));
    for (int use = SCE_CODE_CALL; use <= SCE_CODE_BLOCK; use++) {
      expect(memory, spec, (sce_code_use_t)use, cases[i].version, cases[i].name, cases[i].since, false);
      expect(db, NULL, (sce_code_use_t)use, cases[i].version, cases[i].name, cases[i].since, false);
    }
    expect(memory, NULL, SCE_CODE_CALL, cases[i].version, "own", -1, false); /* who has no spec has no substitutes */
    sce_chain_spec_delete(spec);
    sce_state_delete(memory);
    sce_state_delete(db);
    remove_folder(dir);
  }
}

/* Compact<u32> and a name: frame_system::LastRuntimeUpgradeInfo. */
static void doubts(void **unused) {
  (void)unused;
  static const struct {
    unsigned number;
    const char *more;
    bool doubt;
  } cases[] = {{0, "", false},
               {6, "", true},
               {6, ",\"" LAST_UPGRADE "\":\"0x0c0474\"", false},
               {6, ",\"" LAST_UPGRADE "\":\"0x080474\"", true},
               {6, ",\"" LAST_UPGRADE "\":\"0x0c0475\"", true},
               {6, ",\"" LAST_UPGRADE "\":\"0x0c04\"", true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_chain_spec_t *spec = make_spec(3, cases[i].number, cases[i].more);
    sce_state_t *state;
    ok(sce_state_from_chain_spec(&state, spec, SCE_STATE_V0));
    expect(state, spec, SCE_CODE_READ, 3, "own", -1, cases[i].doubt);
    sce_state_delete(state);
    sce_chain_spec_delete(spec);
  }
}

/* Commits `code` under `key` (NULL: only another number) as block `number`. */
static void commit_block(sce_overlay_t *overlay, uint32_t number, const char *key, const sce_buf_t *code) {
  uint8_t root[32];
  uint8_t hash = (uint8_t)number;
  sce_block_info_t block = {.number = number, .hash = {hash}};
  const sce_storage_ops_t *ops = sce_overlay_ops();
  ok(ops->set(overlay, NULL, sce_span_text("n"), sce_span(&hash, 1)));
  if (key != NULL) ok(ops->set(overlay, NULL, sce_span_text(key), sce_buf_span(code)));
  ok(sce_overlay_commit(overlay, root, SCE_STATE_V0, &block));
}

/* Block 1 brings new code, block 3 pending code, which runs block 4 in the place of block 1's. */
static void the_code_that_wrote_a_state(void **unused) {
  (void)unused;
  const char *dir = fresh_folder();
  sce_chain_spec_t *spec = make_spec(7, 0, "");
  sce_state_t *memory, *at, *before, *db = open_db(dir, true, 3);
  sce_overlay_t *overlay;
  sce_buf_t second = code_of(8, "second"), third = code_of(9, "third");
  ok(sce_state_from_chain_spec(&memory, spec, SCE_STATE_V0));
  ok(sce_state_make_genesis(memory));
  sce_state_import_t how = {.size = sizeof how, .spec = spec, .keep = 3};
  ok(sce_state_import(&db, memory, &how));
  expect_kind(sce_state_before(&before, db), SCE_NOT_FOUND);
  expect_kind(sce_state_before(&before, memory), SCE_NOT_FOUND);
  ok(sce_overlay_new(&overlay, db));
  commit_block(overlay, 1, ":code", &second);
  commit_block(overlay, 2, NULL, NULL);
  commit_block(overlay, 3, ":pending_code", &third);
  static const struct {
    uint32_t call_version, block_version, read_version;
    const char *call, *block, *read;
  } states[] = {{7, 7, 7, "own", "own", "own"},
                {8, 8, 7, "second", "second", "own"},
                {8, 8, 8, "second", "second", "second"},
                {8, 9, 8, "second", "third", "second"}};
  for (uint32_t i = 0; i < 4; i++) {
    ok(sce_state_at_number(&at, sce_overlay_state(overlay), i));
    expect(at, NULL, SCE_CODE_CALL, states[i].call_version, states[i].call, -1, false);
    expect(at, NULL, SCE_CODE_BLOCK, states[i].block_version, states[i].block, -1, false);
    expect(at, NULL, SCE_CODE_READ, states[i].read_version, states[i].read, -1, false);
    sce_block_info_t block;
    if (i > 0) {
      ok(sce_state_before(&before, at));
      assert_true(sce_state_block(before, &block) && block.number == i - 1);
      sce_state_delete(before);
    }
    sce_state_delete(at);
  }
  /* The pending code has run block 4; the genesis is not kept any more, so nobody knows who wrote block 1. */
  commit_block(overlay, 4, NULL, NULL);
  expect(sce_overlay_state(overlay), NULL, SCE_CODE_READ, 9, "third", -1, false);
  ok(sce_state_at_number(&at, sce_overlay_state(overlay), 1));
  expect(at, NULL, SCE_CODE_READ, 8, "second", -1, true);
  sce_state_delete(at);
  sce_buf_free(&second);
  sce_buf_free(&third);
  sce_overlay_delete(overlay);
  sce_state_delete(db);
  sce_state_delete(memory);
  sce_chain_spec_delete(spec);
  remove_folder(dir);
}

static void without_code(void **unused) {
  (void)unused;
  sce_state_t *state;
  sce_state_code_t *code = NULL;
  ok(sce_state_new_memory(&state, NULL, 0, SCE_STATE_V0));
  for (int use = SCE_CODE_CALL; use <= SCE_CODE_READ; use++)
    expect_kind(sce_state_code_new(&code, state, NULL, (sce_code_use_t)use, NULL), SCE_NOT_FOUND);
  sce_state_delete(state);
}

static void versions_of_code(void **unused) {
  (void)unused;
  sce_buf_t bytes = code_of(17, "x");
  sce_runtime_version_t version = {0};
  bool embedded = false;
  ok(sce_code_version(&version, &embedded, sce_buf_span(&bytes), NULL));
  assert_true(embedded);
  assert_int_equal(version.spec_version, 17);
  sce_runtime_version_free(&version);
  sce_buf_free(&bytes);
  /* Without the section there is nothing to call in this one. */
  sce_error_t *err = sce_code_version(&version, &embedded, sce_span("\0asm\1\0\0\0", 8), NULL);
  assert_non_null(err);
  assert_false(embedded);
  sce_error_delete(err);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(substitutes),  cmocka_unit_test(doubts),           cmocka_unit_test(the_code_that_wrote_a_state),
      cmocka_unit_test(without_code), cmocka_unit_test(versions_of_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
