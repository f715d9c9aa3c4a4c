/* test_host_imports.c: every function that a real runtime imports, of relay chains from 2019 on and of system
 * parachains, is in the table with the type that the runtime has, and is supported. */
#include "base/buf.h"
#include "host/caller.h"
#include "scexec/blob.h"
#include "support/inputs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void write_types(sce_buf_t *out, sce_span_t types) {
  for (size_t i = 0; i < types.len; i++) {
    assert_null(sce_buf_printf(out, "%s%s", i == 0 ? "" : ", ", sce_wasm_type_name(types.data[i])));
  }
}

/* "(i64, i32) -> i64" */
static void write_signature(sce_buf_t *out, const sce_wasm_function_type_t *type) {
  out->len = 0;
  assert_null(sce_buf_printf(out, "("));
  write_types(out, type->params);
  assert_null(sce_buf_printf(out, type->results.len == 0 ? ") -> ()" : ") -> "));
  write_types(out, type->results);
  assert_null(sce_buf_append_byte(out, 0));
}

/* Functions that are missing in the table. */
static size_t check_imports(const char *runtime, sce_span_t code) {
  sce_blob_t *blob;
  sce_buf_t signature = {0};
  size_t count, type_count, missing = 0;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err != NULL) fail_msg("%s: %s", runtime, sce_error_message(err));
  const sce_wasm_import_t *imports = sce_blob_imports(blob, &count);
  const sce_wasm_function_type_t *types = sce_blob_types(blob, &type_count);
  for (size_t i = 0; i < count; i++) {
    if (imports[i].kind != SCE_WASM_FUNCTION) continue;
    write_signature(&signature, &types[imports[i].type_index]);
    const sce_host_row_t *row = sce_host_lookup(imports[i].field, (const char *)signature.data);
    if (row != NULL && row->call != NULL) continue;
    print_error("%s: %.*s %s is not supported\n", runtime, (int)imports[i].field.len,
                (const char *)imports[i].field.data, (const char *)signature.data);
    missing++;
  }
  sce_buf_free(&signature);
  sce_blob_delete(blob);
  return missing;
}

static void relay_chains_find_their_imports(void **state) {
  (void)state;
  size_t missing = 0;
  for (int i = 0; i < TEST_RUNTIMES; i++) {
    sce_buf_t code = test_runtime_code(TEST_INPUTS, test_runtimes[i]);
    missing += check_imports(test_runtimes[i], sce_buf_span(&code));
    sce_buf_free(&code);
  }
  assert_int_equal(missing, 0);
}

static void parachains_find_their_imports(void **state) {
  (void)state;
  static const char *const names[] = {
      "asset-hub-kusama",
      "asset-hub-polkadot",
      "asset-hub-rococo",
      "asset-hub-westend",
      "asset-hub-wococo",
      "bridge-hub-kusama",
      "bridge-hub-polkadot",
      "bridge-hub-rococo",
      "bridge-hub-westend",
      "bridge-hub-wococo",
      "collectives-polkadot",
      "collectives-westend",
      "contracts-rococo",
      "tick",
      "track",
      "trick",
  };
  size_t missing = 0;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/parachains/%s.json", TEST_INPUTS, names[i]);
    sce_buf_t code = test_read_code(path);
    missing += check_imports(names[i], sce_buf_span(&code));
    sce_buf_free(&code);
  }
  assert_int_equal(missing, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(relay_chains_find_their_imports),
      cmocka_unit_test(parachains_find_their_imports),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
