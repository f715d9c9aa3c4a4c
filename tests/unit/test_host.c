/* test_host.c: the table of host functions, argument checks, logging and the panic message. What every function answers
 * is tested against upstream in test_host_vectors.c. */
#include "host_fake.h"

#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const sce_host_row_t *row_of(const char *name) {
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), NULL);
  if (row == NULL) fail_msg("no row %s", name);
  return row;
}

static sce_error_t *call(fake_t *fake, uint64_t *result, const char *name, const uint64_t *args) {
  *result = 0;
  return row_of(name)->call(NULL, &fake->caller, args, result);
}

/* The call must fail with exactly this message. */
static void expect_error(fake_t *fake, const char *name, const uint64_t *args, const char *message) {
  uint64_t result;
  sce_error_t *err = call(fake, &result, name, args);
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), SCE_HOST_FUNCTION);
  assert_string_equal(sce_error_message(err), message);
  sce_error_delete(err);
}

static void table_is_sorted_and_complete(void **state) {
  (void)state;
  size_t count;
  const sce_host_function_info_t *infos = sce_host_functions(&count);
  assert_true(count >= 390);
  for (size_t i = 0; i < count; i++) {
    const sce_host_row_t *row = sce_host_lookup(sce_span_text(infos[i].name), infos[i].signature);
    assert_non_null(row);
    assert_string_equal(row->name, infos[i].name);
    assert_string_equal(row->signature, infos[i].signature);
    assert_int_equal(row->call != NULL && !row->rfc145, infos[i].supported);
    assert_int_equal(row->note == NULL, infos[i].supported);
    assert_true(infos[i].family[0] != 0 && infos[i].first_used[0] != 0 && infos[i].last_used[0] != 0);
    if (i == 0) continue;
    int order = strcmp(infos[i - 1].name, infos[i].name);
    assert_true(order < 0 || (order == 0 && strcmp(infos[i - 1].signature, infos[i].signature) < 0));
  }
  assert_string_equal(sce_host_lookup(sce_span_text("ext_storage_root_version_1"), NULL)->signature, "() -> i64");
  assert_null(sce_host_lookup(sce_span_text("ext_storage_get"), NULL));
  assert_null(sce_host_lookup(sce_span_text("ext_storage_get_version_10"), NULL));
  assert_null(sce_host_lookup(sce_span_text(""), NULL));
  assert_null(sce_host_lookup(sce_span_text("zzz"), NULL));
  assert_null(sce_host_lookup(sce_span_text("ext_storage_get_version_1"), "(i32) -> i64"));
}

static void bad_pointers_name_the_argument(void **state) {
  (void)state;
  fake_t fake;
  fake_init(&fake, 2 * SCE_WASM_PAGE, 0x8000);
  expect_error(&fake, "ext_storage_get_version_1", (uint64_t[]){(uint64_t)1 << 32 | 0x20000},
               "argument `key`: 0x00020000 + 1 bytes reaches outside of memory (131072 bytes)");
  expect_error(&fake, "ext_storage_set_version_1", (uint64_t[]){0, UINT64_MAX},
               "argument `value`: 0xffffffff + 4294967295 bytes reaches outside of memory (131072 bytes)");
  expect_error(&fake, "ext_hashing_twox_64_version_1", (uint64_t[]){0x20001},
               "argument `data`: 0x00020001 + 0 bytes reaches outside of memory (131072 bytes)");
  expect_error(&fake, "ext_storage_get_version_1", (uint64_t[]){0}, "this call was made without storage (get)");
  expect_error(&fake, "ext_storage_root_version_2", (uint64_t[]){0x103},
               "argument `version`: 3 is not a state version (0, 1, or 2 for 1)");
  uint8_t option[] = {2, 1, 0};
  uint64_t bad = fake_put_span(&fake, option, sizeof option);
  expect_error(&fake, "ext_storage_clear_prefix_version_2", (uint64_t[]){0, bad},
               "argument `limit`: 0x02 at offset 0 is not the tag of an Option (0 or 1)");
  fake_free_all(&fake);
}

typedef struct lines {
  int count;
  sce_log_level_t level;
  char target[32], message[64];
} lines_t;

static void keep_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  lines_t *lines = ctx;
  lines->count++;
  lines->level = level;
  assert_true(target.len < sizeof lines->target && message.len < sizeof lines->message);
  memcpy(lines->target, target.data, target.len);
  lines->target[target.len] = 0;
  memcpy(lines->message, message.data, message.len);
  lines->message[message.len] = 0;
}

static void log_line(fake_t *fake, uint64_t level, const char *target, const char *message) {
  uint64_t result,
      args[3] = {level, fake_put_span(fake, target, strlen(target)), fake_put_span(fake, message, strlen(message))};
  assert_null(call(fake, &result, "ext_logging_log_version_1", args));
}

static void logging_respects_the_level(void **state) {
  (void)state;
  fake_t fake;
  lines_t lines = {0};
  uint64_t result;
  fake_init(&fake, 4 * SCE_WASM_PAGE, 0x8000);
  log_line(&fake, 0, "t", "nobody listens");
  assert_null(call(&fake, &result, "ext_logging_max_level_version_1", NULL));
  assert_int_equal(result, 0);
  fake.ext.log = (sce_log_t){keep_line, &lines, 4};
  assert_null(call(&fake, &result, "ext_logging_max_level_version_1", NULL));
  assert_int_equal(result, 4);
  log_line(&fake, 3, "pallet", "debug line");
  assert_int_equal(lines.count, 1);
  assert_int_equal(lines.level, SCE_LOG_DEBUG);
  assert_string_equal(lines.target, "pallet");
  assert_string_equal(lines.message, "debug line");
  log_line(&fake, 4, "pallet", "trace line");
  assert_int_equal(lines.count, 1);
  assert_null(call(&fake, &result, "ext_misc_print_num_version_1", (uint64_t[]){UINT64_MAX}));
  assert_string_equal(lines.message, "18446744073709551615");
  assert_string_equal(lines.target, "runtime");
  uint64_t hex = fake_put_span(&fake, "\x01\xff", 2);
  assert_null(call(&fake, &result, "ext_misc_print_hex_version_1", &hex));
  assert_string_equal(lines.message, "01ff");
  assert_null(call(&fake, &result, "ext_misc_print_utf8_version_1", &hex));
  assert_int_equal(lines.count, 3);
  fake_free_all(&fake);
}

static void expect_panic(const fake_t *fake, const char *message) {
  assert_int_equal(fake->state.panic.len, strlen(message));
  if (message[0] != 0) assert_memory_equal(fake->state.panic.data, message, strlen(message));
}

static void panic_message_is_remembered(void **state) {
  (void)state;
  fake_t fake;
  uint64_t result;
  fake_init(&fake, 4 * SCE_WASM_PAGE, 0x8000);
  log_line(&fake, 0, "runtime", "just an error");
  log_line(&fake, 0, "other", "panicked at 'x'");
  log_line(&fake, 1, "runtime", "panicked at 'x'");
  expect_panic(&fake, "");
  log_line(&fake, 0, "runtime", "panicked at 'one', lib.rs:1:2");
  log_line(&fake, 0, "runtime", "panicked at lib.rs:3:4:\ntwo");
  expect_panic(&fake, "panicked at lib.rs:3:4:\ntwo");
  log_line(&fake, 0, "runtime", "Runtime memory exhausted. Aborting");
  expect_panic(&fake, "Runtime memory exhausted. Aborting");
  uint64_t message = fake_put_span(&fake, "boom", 4);
  assert_null(call(&fake, &result, "ext_panic_handler_abort_on_panic_version_1", &message));
  log_line(&fake, 0, "runtime", "panicked at 'later'");
  expect_panic(&fake, "boom");
  sce_host_state_clear(&fake.state);
  expect_panic(&fake, "");
  assert_false(fake.state.panic_set);
  fake_free_all(&fake);
}

/* A message as long as code likes is cut, between characters. */
static void long_panic_messages_are_cut(void **state) {
  (void)state;
  enum { MAX = 1 << 20 };
  fake_t fake;
  uint64_t result;
  fake_init(&fake, MAX + 4 * SCE_WASM_PAGE, 0x8000);
  char *text = malloc(MAX + 2);
  assert_non_null(text);
  memset(text, 'a', MAX + 2);
  memcpy(text + MAX - 1, "\xc3\xa9", 2);
  uint64_t message = fake_put_span(&fake, text, MAX + 2);
  assert_null(call(&fake, &result, "ext_panic_handler_abort_on_panic_version_1", &message));
  assert_int_equal(fake.state.panic.len, MAX - 1);
  assert_memory_equal(fake.state.panic.data, text, MAX - 1);
  free(text);
  fake_free_all(&fake);
}

static void public_access_is_checked(void **state) {
  (void)state;
  fake_t fake;
  sce_span_t bytes;
  uint32_t ptr;
  uint64_t result;
  fake_init(&fake, SCE_WASM_PAGE, 0x8000);
  assert_int_equal(sce_caller_memory_size(&fake.caller), SCE_WASM_PAGE);
  assert_ptr_equal(sce_caller_externalities(&fake.caller), &fake.ext);
  assert_null(sce_caller_write(&fake.caller, 0xfffd, sce_span_text("abc")));
  assert_null(sce_caller_read_span(&fake.caller, &bytes, (uint64_t)3 << 32 | 0xfffd));
  assert_memory_equal(bytes.data, "abc", 3);
  sce_error_t *err = sce_caller_write(&fake.caller, 0xfffe, sce_span_text("abc"));
  assert_string_equal(sce_error_message(err), "0x0000fffe + 3 bytes reaches outside of memory (65536 bytes)");
  sce_error_delete(err);
  err = sce_caller_read(&fake.caller, &bytes, UINT32_MAX, UINT32_MAX);
  assert_int_equal(sce_error_kind(err), SCE_HOST_FUNCTION);
  sce_error_delete(err);
  assert_null(sce_caller_return(&fake.caller, &result, sce_span_text("result")));
  assert_memory_equal(fake_span(&fake, result).data, "result", 6);
  assert_null(sce_caller_alloc(&fake.caller, &ptr, 100));
  assert_null(sce_caller_free(&fake.caller, ptr));
  err = sce_caller_free(&fake.caller, ptr);
  assert_int_equal(sce_error_kind(err), SCE_HOST_FUNCTION);
  sce_error_delete(err);
  fake_free_all(&fake);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_is_sorted_and_complete), cmocka_unit_test(bad_pointers_name_the_argument),
      cmocka_unit_test(logging_respects_the_level),   cmocka_unit_test(panic_message_is_remembered),
      cmocka_unit_test(long_panic_messages_are_cut),  cmocka_unit_test(public_access_is_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
