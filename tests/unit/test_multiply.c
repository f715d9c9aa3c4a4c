/* test_multiply.c: the slow 128-bit multiplication of old runtimes and what is put in its place: the same product, the
 * same bytes in memory, the same traps; and nothing else is ever taken for it. Metered code keeps the original. */
#include "blob_support.h"

#include "base/checked.h"
#include "scexec.h"
#include "support/wasm_signals.h"

#include <stdlib.h>

#define OUTPUT 2048
#define AT_STACK 2044

static sce_buf_t module_bytes(void) {
  return test_read_file(TEST_DATA "/executor/multiply.wasm");
}

static sce_buf_t widened(const sce_blob_t *blob) {
  sce_buf_t module = {0};
  sce_blob_rewrite_t rewrite = {.widen_multiplication = true};
  assert_null(sce_blob_rewrite(blob, &module, &rewrite));
  return module;
}

/* ---- what is replaced ---- */

/* Functions whose bodies differ; everything around them is the same. */
static uint32_t differing_functions(const sce_blob_t *blob, uint32_t *last) {
  sce_buf_t module = widened(blob);
  sce_blob_t *after = blob_of(sce_buf_span(&module));
  uint32_t count = 0;
  size_t bytes = 0, inside = 0;
  assert_int_equal(module.len, sce_blob_code(blob).len);
  for (size_t i = 0; i < module.len; i++) bytes += module.data[i] != sce_blob_code(blob).data[i];
  for (uint32_t f = sce_blob_imported_function_count(blob); f < sce_blob_function_count(blob); f++) {
    sce_span_t old = sce_blob_function_body(blob, f), new = sce_blob_function_body(after, f);
    assert_int_equal(old.len, new.len);
    if (memcmp(old.data, new.data, old.len) == 0) continue;
    for (size_t i = 0; i < old.len; i++) inside += old.data[i] != new.data[i];
    count++;
    *last = f;
  }
  assert_int_equal(bytes, inside);
  sce_blob_delete(after);
  sce_buf_free(&module);
  return count;
}

static void only_the_one_function_of_polkadot(void **unused) {
  (void)unused;
  static const char *const others[] = {"kusama", "westend", "rococo", "paseo"};
  uint32_t function = 0;
  sce_blob_t *blob = blob_of_runtime("polkadot");
  assert_int_equal(differing_functions(blob, &function), 1);
  sce_span_t name = sce_blob_function_name(blob, function);
  static const char product[] = "compiler_builtins::int::mul::__multi3";
  assert_non_null(memmem(name.data, name.len, product, sizeof product - 1));
  sce_blob_delete(blob);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    blob = blob_of_runtime(others[i]);
    assert_int_equal(differing_functions(blob, &function), 0);
    sce_blob_delete(blob);
  }
}

/* With any byte of the code section changed, in the function or in one that it calls, it is something else. */
static void any_other_byte_is_another_function(void **unused) {
  (void)unused;
  sce_buf_t code = module_bytes();
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  uint32_t function = 0, refused = 0;
  assert_int_equal(differing_functions(blob, &function), 1);
  assert_int_equal(function, 6);
  for (uint32_t f = 0; f <= function; f++) {
    sce_span_t body = sce_blob_function_body(blob, f);
    for (size_t i = 0; i < body.len; i++) {
      uint8_t *byte = code.data + (body.data - sce_blob_code(blob).data) + i, before = *byte;
      sce_blob_t *changed = NULL;
      uint32_t ignored;
      *byte ^= 1;
      sce_error_t *err = sce_blob_new(&changed, sce_buf_span(&code));
      if (err == NULL) assert_int_equal(differing_functions(changed, &ignored), 0);
      refused += err != NULL;
      sce_error_delete(err);
      sce_blob_delete(changed);
      *byte = before;
    }
  }
  assert_int_equal(refused, 0);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

/* The function that is replaced sets global 0, the other only reads it: a module that is invalid for that stays so. */
static void only_with_a_stack_pointer(void **unused) {
  (void)unused;
  static const uint8_t global[] = {SCE_WASM_I32, 1, 0x41, 0x80, 8};
  sce_buf_t code = module_bytes();
  uint8_t *at = memmem(code.data, code.len, global, sizeof global);
  assert_non_null(at);
  uint32_t ignored;
  at[1] = 0; /* no longer mutable */
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  assert_int_equal(differing_functions(blob, &ignored), 0);
  sce_blob_delete(blob);
  sce_buf_free(&code);
}

/* ---- what it computes ---- */

static sce_instance_t *open_instance(sce_compiler_t compiler, bool metered) {
  sce_config_t config;
  sce_engine_t *engine;
  sce_runtime_t *runtime;
  sce_instance_t *instance;
  sce_buf_t code = module_bytes();
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  sce_config_init(&config);
  config.semantics.compiler = compiler;
  config.semantics.stack_limited = metered;
  config.semantics.stack_logical_max = 65536;
  wasm_signals_restore();
  assert_null(sce_engine_new(&engine, &config));
  assert_null(sce_runtime_new(&runtime, engine, blob));
  assert_null(sce_instance_new(&instance, runtime));
  sce_blob_delete(blob);
  sce_engine_delete(engine);
  sce_runtime_delete(runtime);
  sce_buf_free(&code);
  return instance;
}

typedef struct operands {
  uint32_t out, stack;
  uint64_t factors[4];
} operands_t;

static sce_error_t *multiply(sce_instance_t *instance, sce_buf_t *output, const operands_t *operands) {
  uint8_t input[40];
  sce_store_le32(input, operands->out);
  sce_store_le32(input + 4, operands->stack);
  for (int i = 0; i < 4; i++) sce_store_le64(input + 8 + 8 * i, operands->factors[i]);
  return sce_instance_call(instance, output, "multiply", input, sizeof input, NULL);
}

/* The product's lower 128 bits, digit by digit of 32 bits. */
static void product_of(uint64_t product[2], const uint64_t factors[4]) {
  uint32_t digits[4] = {0};
  for (int i = 0; i < 4; i++) {
    uint64_t carry = 0, a = factors[i / 2] >> 32 * (i % 2) & UINT32_MAX;
    for (int j = 0; i + j < 4; j++) {
      uint64_t b = factors[2 + j / 2] >> 32 * (j % 2) & UINT32_MAX;
      carry += a * b + digits[i + j];
      digits[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  product[0] = digits[0] | (uint64_t)digits[1] << 32;
  product[1] = digits[2] | (uint64_t)digits[3] << 32;
}

static uint64_t draw(uint64_t *seed) {
  static const uint64_t special[] = {0, 1, UINT64_MAX, UINT32_MAX, (uint64_t)UINT32_MAX << 32, (uint64_t)1 << 63};
  uint64_t z = (*seed += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return z % 3 == 0 ? special[z / 3 % 6] : z;
}

/* Frame and product may lie in each other's way, or outside of memory. */
static operands_t draw_operands(uint64_t *seed) {
  static const uint32_t places[] = {0, 512, 1000, 1008, 1012, 1016, 65519, 65520, 65521, UINT32_MAX - 7};
  static const uint32_t stacks[] = {1024, 1024, 1024, 1024, 16, 15, 0, 65536, 65552};
  operands_t operands = {places[draw(seed) % 10], stacks[draw(seed) % 9], {0}};
  for (int i = 0; i < 4; i++) operands.factors[i] = draw(seed);
  return operands;
}

static void same_products_bytes_and_traps(void **unused) {
  (void)unused;
  sce_instance_t *original = open_instance(SCE_COMPILER_CRANELIFT, true);
  sce_instance_t *wide[] = {open_instance(SCE_COMPILER_CRANELIFT, false), open_instance(SCE_COMPILER_WINCH, false),
                            open_instance(SCE_COMPILER_TIERED, false)};
  sce_buf_t expected = {0}, output = {0};
  uint64_t seed = 128, products = 0, traps = 0;
  for (int round = 0; round < 3000; round++) {
    operands_t operands = draw_operands(&seed);
    sce_error_t *failed = multiply(original, &expected, &operands);
    uint64_t product[2];
    product_of(product, operands.factors);
    if (failed == NULL && operands.stack == 1024 && operands.out == 512) {
      assert_true(sce_load_le64(expected.data + 512) == product[0] && sce_load_le64(expected.data + 520) == product[1]);
      products++;
    }
    for (int i = 0; i < 3; i++) {
      sce_error_t *err = multiply(wide[i], &output, &operands);
      assert_true((err == NULL) == (failed == NULL));
      if (err == NULL) {
        assert_int_equal(sce_load_le32(output.data + AT_STACK), operands.stack);
        assert_memory_equal(output.data, expected.data, OUTPUT);
      } else {
        assert_int_equal(sce_error_kind(err), SCE_TRAP);
        assert_string_equal(sce_error_message(err), sce_error_message(failed));
      }
      sce_error_delete(err);
    }
    traps += failed != NULL;
    sce_error_delete(failed);
  }
  assert_true(products > 50 && traps > 50);
  for (int i = 0; i < 3; i++) sce_instance_delete(wide[i]);
  sce_instance_delete(original);
  sce_buf_free(&expected);
  sce_buf_free(&output);
}

/* The instructions are scexec's own means: code that brings them is refused as before. */
static void wide_arithmetic_in_code_is_refused(void **unused) {
  (void)unused;
  sce_buf_t code = module_bytes();
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  sce_buf_t module = widened(blob);
  sce_blob_t *wide = blob_of(sce_buf_span(&module));
  sce_error_t *err = sce_blob_check_proposals(wide, NULL);
  assert_non_null(err);
  assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
  assert_non_null(strstr(sce_error_message(err), "wide arithmetic"));
  sce_error_delete(err);
  sce_blob_delete(wide);
  sce_blob_delete(blob);
  sce_buf_free(&module);
  sce_buf_free(&code);
}

int main(void) {
  wasm_signals_remember();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_one_function_of_polkadot),  cmocka_unit_test(any_other_byte_is_another_function),
      cmocka_unit_test(only_with_a_stack_pointer),          cmocka_unit_test(same_products_bytes_and_traps),
      cmocka_unit_test(wide_arithmetic_in_code_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
