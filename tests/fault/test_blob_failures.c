/* test_blob_failures.c: every allocation that reading, checking and rewriting a module makes fails once: out of
 * memory must come back, and nothing be left. Uses the archive's hook (src/base/alloc.h). zstd's own allocations are
 * its own. */
#include <scexec.h>

#include "refuse.h"
#include "support/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static sce_error_t *use(sce_span_t code) {
  const sce_blob_rewrite_t meter = {.meter_stack = true,
                                    .stack_limit = 9,
                                    .export_memory = true,
                                    .export_mutable_globals = true,
                                    .clear_memory_maximum = true};
  sce_blob_t *blob = NULL;
  sce_buf_t module = {0};
  sce_runtime_version_t version = {0};
  bool found;
  sce_error_t *err = sce_blob_new(&blob, code);
  if (err == NULL) err = sce_blob_check_proposals(blob, NULL);
  if (err == NULL) err = sce_blob_embedded_version(blob, &version, &found);
  if (err == NULL) err = sce_blob_rewrite(blob, &module, &meter);
  sce_runtime_version_free(&version);
  sce_buf_free(&module);
  sce_blob_delete(blob);
  return err;
}

static void refuse_each(const char *name, sce_buf_t code) {
  long before = live;
  refuse(0);
  sce_error_t *err = use((sce_span_t){code.data, code.len});
  if (err != NULL) fail_msg("%s: %s", name, sce_error_message(err));
  long total = allocations;
  for (long number = 1; number <= total; number++) {
    refuse(number);
    err = use((sce_span_t){code.data, code.len});
    refuse_no_more();
    if (err == NULL) fail_msg("%s: no error when allocation %ld is refused", name, number);
    assert_int_equal(sce_error_kind(err), SCE_OUT_OF_MEMORY);
    sce_error_delete(err);
    assert_int_equal(live, before);
  }
  print_message("%s: %ld allocations\n", name, total);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  const char *small[] = {"calls", "thunks", "control", "padded", "large"};
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
    char path[512];
    snprintf(path, sizeof path, TEST_DATA "/blob/meter/%s.wasm", small[i]);
    sce_buf_t code = test_read_file(path);
    refuse_each(small[i], code);
    sce_buf_free(&code);
  }
  sce_buf_t code = test_runtime_code(TEST_INPUTS, "paseo");
  refuse_each("paseo", code);
  sce_buf_free(&code);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests_name("blob: allocation failures", tests, NULL, NULL);
}
