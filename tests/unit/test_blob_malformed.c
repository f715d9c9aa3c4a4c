/* test_blob_malformed.c: modules that must be refused, each with section, offset and reason. Offsets are those that the
 * WebAssembly specification's grammar gives by hand; that the modules are bad is Wasmtime's word too. */
#include "blob_support.h"

typedef struct bad {
  const char *sections; /* hex, behind the header */
  const char *reason;   /* behind "malformed module: " */
} bad_t;

/* Sections that the cases share: a type () -> (), a function of it with an empty body, a memory of one page. */
#define TYPE "01 04 01 60 00 00 "
#define FUNC "03 02 01 00 "
#define CODE "0a 04 01 02 00 0b "
#define MEMORY "05 03 01 00 01 "
#define TABLE "04 04 01 70 00 01 "

static const bad_t framing[] = {
    {"01", "type section, offset 9: the section ends within section size"},
    {"01 05 01 60 00 00", "type section, offset 8: the section claims 5 bytes, the module has 4 more"},
    {"01 80 80 80 80 80 00", "type section, offset 9: section size does not fit 32 bits"},
    {"01 84 80 80 80 10 00", "type section, offset 9: section size does not fit 32 bits"},
    {"0e 00", "unknown section, offset 8: unknown section id 14"},
    {"ff 00", "unknown section, offset 8: unknown section id 255"},
    {TYPE TYPE, "type section, offset 14: the section is there twice"},
    {TYPE FUNC TYPE CODE, "type section, offset 18: the section comes too late, or twice"},
    {TYPE CODE FUNC, "code section, offset 16: 1 function bodies for 0 declared functions"},
    {TYPE FUNC, "code section, offset 18: missing, with 1 functions declared"},
    {"01 05 01 60 00 00 00", "type section, offset 14: 1 bytes are left over behind the last entry"},
    {"00 00", "custom section, offset 10: the section ends within section name"},
    {"00 02 02 61", "custom section, offset 11: section name of 2 bytes is longer than the 1 that are left"},
    {"00 02 01 ff", "custom section, offset 10: section name is not UTF-8"},
    {"0c 01 01", "data section, offset 11: 0 segments, the data count section says 1"},
    {"0c 01 01 " MEMORY, "memory section, offset 11: the section comes too late, or twice"},
};

static const bad_t declarations[] = {
    {"01 01 05", "type section, offset 10: 5 types are more than the section's 0 bytes can hold"},
    {"01 05 c1 84 3d 60 00", "type section, offset 10: 1000001 types are more than the limit of 1000000"},
    {"01 04 01 5a 00 00", "type section, offset 11: 0x5a is not a function type (0x60)"},
    {"01 05 01 60 01 7a 00", "type section, offset 13: 0x7a is not a type"},
    {"01 05 01 60 01 40 00", "type section, offset 13: 0x40 is not a type"},
    {"01 04 01 60 00 7f", "type section, offset 13: 127 results are more than the section's 0 bytes can hold"},
    {"02 01 80", "import section, offset 11: the section ends within imports"},
    {"02 05 01 01 ff 00 00", "import section, offset 11: module name is not UTF-8"},
    {"02 05 01 00 00 00 00", "import section, offset 14: type 0 does not exist (there are 0)"},
    {"02 05 01 00 00 05 00", "import section, offset 13: 0x05 is not a kind of import"},
    {"02 06 01 00 00 03 7f 02", "import section, offset 15: 0x02 is not the mutability of a global (0 or 1)"},
    {"02 07 01 00 00 02 01 02 01", "import section, offset 14: memory with a minimum of 2 above its maximum of 1"},
    {"02 05 01 00 00 02 00", "import section, offset 15: the section ends within minimum"},
    {"03 02 01 00", "function section, offset 11: type 0 does not exist (there are 0)"},
    {"04 04 01 7f 00 01", "table section, offset 11: 0x7f is not a type"},
    {"04 05 01 70 10 00 00", "table section, offset 12: 0x10 are not flags of a table's limits"},
    {"04 02 65 70", "table section, offset 10: 101 tables are more than the limit of 100"},
    {"05 05 01 00 81 80 04", "memory section, offset 11: memory of 65537 pages, more than the limit of 65536"},
    {"05 06 01 01 00 81 80 04",
     "memory section, offset 11: memory of at most 65537 pages, more than the limit of 65536"},
    {"06 06 01 7f 00 42 00 0b", "global section, offset 13: constant of type i64, expected is i32"},
    {"06 06 01 7f 00 01 00 0b", "global section, offset 13: opcode 0x01 is not a constant instruction"},
    {"06 05 01 7f 00 0b 0b", "global section, offset 13: opcode 0x0b is not a constant instruction"},
    {"06 06 01 7f 00 23 00 0b", "global section, offset 14: global 0 does not exist (there are 0)"},
    {"06 0b 02 7f 00 41 00 0b 7f 00 23 00 0b",
     "global section, offset 19: a constant expression may only read imported immutable globals, not global 0"},
    {"06 07 01 7f 00 41 80 80 80", "global section, offset 17: the section ends within i32.const"},
    {"06 0a 01 7f 00 41 80 80 80 80 08 0b", "global section, offset 14: i32.const does not fit 32 bits"},
    {"06 06 01 7d 00 43 00 0b", "global section, offset 14: f32.const of 4 bytes is longer than the 2 that are left"},
    {"07 05 01 01 61 00 00", "export section, offset 14: function 0 does not exist (there are 0)"},
    {"07 05 01 01 61 02 00", "export section, offset 14: memory 0 does not exist (there are 0)"},
    {"07 05 01 01 61 05 00", "export section, offset 13: 0x05 is not a kind of export"},
    {MEMORY "07 0d 03 01 61 02 00 01 62 02 00 01 61 02 00",
     "export section, offset 25: export name \"a\" is used twice"},
    {"08 01 00", "start section, offset 10: function 0 does not exist (there are 0)"},
    {"01 05 01 60 01 7f 00 " FUNC "08 01 00 " CODE,
     "start section, offset 21: the start function 0 has parameters or results"},
};

static const bad_t contents[] = {
    {"09 06 01 00 41 00 0b 00", "element section, offset 11: table 0 does not exist (there are 0)"},
    {TABLE "09 07 01 08 41 00 0b 00 00", "element section, offset 17: 8 are not flags of a segment"},
    {TABLE "09 07 01 00 41 00 0b 01 00", "element section, offset 22: function 0 does not exist (there are 0)"},
    {TABLE "09 06 01 00 42 00 0b 00", "element section, offset 18: constant of type i64, expected is i32"},
    {TABLE "09 06 01 00 41 00 0b 05",
     "element section, offset 21: 5 elements are more than the section's 0 bytes can hold"},
    {TABLE "09 04 01 01 01 00", "element section, offset 18: 0x01 is not a kind of element (0)"},
    {TYPE FUNC "0a 04 01 03 00 0b",
     "code section, offset 22: function body of 3 bytes is longer than the 2 that are left"},
    {TYPE FUNC "0a 06 01 f6 97 d3 03 00",
     "code section, offset 21: function body of 7654390 bytes, more than the limit of 7654321"},
    {TYPE FUNC "0a 06 02 02 00 0b 00 0b", "code section, offset 20: 2 function bodies for 1 declared functions"},
    {"0b 06 01 00 41 00 0b 00", "data section, offset 11: memory 0 does not exist (there are 0)"},
    {MEMORY "0b 06 01 00 41 00 0b 01",
     "data section, offset 21: data segment of 1 bytes is longer than the 0 that are left"},
    {MEMORY "0b 06 01 03 41 00 0b 00", "data section, offset 16: 3 are not flags of a segment"},
    {MEMORY "0b 07 01 02 01 41 00 0b 00", "data section, offset 17: memory 1 does not exist (there are 1)"},
};

/* Bodies that sce_blob_check_proposals() refuses: of one function of type () -> (). */
static const struct {
  const char *body;   /* hex: locals and instructions */
  const char *reason; /* behind "malformed module: code section, function 0, " */
} bodies[] = {
    {"", "offset 22: the function body ends within its locals, or they are malformed"},
    {"00", "offset 22: the function body ends within its locals, or they are malformed"},
    {"01 01", "offset 23: the function body ends within its locals, or they are malformed"},
    {"01 01 60 0b", "offset 24: 0x60 is not the type of a local"},
    {"02 a8 c3 01 7f a9 c3 01 7e 0b", "offset 27: more than 50000 locals"},
    {"00 01", "offset 24: the function body ends within a block"},
    {"00 02 40 0b", "offset 26: the function body ends within a block"},
    {"00 0b 0b", "offset 24: instructions behind the end of the function"},
    {"00 16 0b", "offset 23: opcode 0x16 does not exist"},
    {"00 27 0b", "offset 23: opcode 0x27 does not exist"},
    {"00 fc 17 0b", "offset 23: opcode 0xfc 0x17 does not exist"},
    {"00 fd 9a 01 0b", "offset 23: opcode 0xfd 0x9a does not exist"},
    {"00 fd 94 02 0b", "offset 23: opcode 0xfd 0x114 does not exist"},
    {"00 20 00 0b", "offset 23: local 0 does not exist (there are 0)"},
    {"01 02 7f 20 02 0b", "offset 25: local 2 does not exist (there are 2)"},
    {"00 23 00 0b", "offset 23: global 0 does not exist (there are 0)"},
    {"00 10 01 0b", "offset 23: function 1 does not exist (there are 1)"},
    {"00 0c 01 0b", "offset 23: label 1 does not exist (there are 1)"},
    {"00 41 00 0e 01 00 01 0b", "offset 28: label 1 does not exist (there are 1)"},
    {"00 41 00 0e 05 00 00 0b", "offset 29: label 11 does not exist (there are 1)"},
    {"00 41 00 0e 02 00 00", "offset 29: malformed or cut off label of br_table"},
    {"00 41 00 11 01 00 0b", "offset 25: type 1 does not exist (there are 1)"},
    {"00 41 00 11 00 00 0b", "offset 25: table 0 does not exist (there are 0)"},
    {"00 3f 00 1a 0b", "offset 23: memory 0 does not exist (there are 0)"},
    {"00 41 00 28 02 00 1a 0b", "offset 25: memory 0 does not exist (there are 0)"},
    {"00 41 00 28 20 00 1a 0b", "offset 25: alignment 2^32 is too large"},
    {"00 02 60 0b 0b", "offset 23: 0x60 is not the type of a block"},
    {"00 02 ff 7f 0b 0b", "offset 23: what follows opcode 0x02 is malformed or cut off"},
    {"00 41 80 80 80 80 08 1a 0b", "offset 23: what follows opcode 0x41 is malformed or cut off"},
    {"00 41", "offset 23: what follows opcode 0x41 is malformed or cut off"},
    {"00 42 80 80 80 80 80 80 80 80 80 7e 1a 0b", "offset 23: what follows opcode 0x42 is malformed or cut off"},
    {"00 44 00 00 00 0b", "offset 23: what follows opcode 0x44 is malformed or cut off"},
    {"00 fc", "offset 23: what follows opcode 0xfc is malformed or cut off"},
    {"00 0c 80 80 80 80 10 0b", "offset 23: what follows opcode 0x0c is malformed or cut off"},
};

static sce_proposals_t all_proposals = {true, true, true, true};

static void refuses(wasm_engine_t *engine, const bad_t *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sce_buf_t code = module_of(cases[i].sections);
    sce_blob_t *blob = NULL;
    char message[512];
    snprintf(message, sizeof message, "malformed module: %s", cases[i].reason);
    expect_error(sce_blob_new(&blob, sce_buf_span(&code)), SCE_BAD_CODE, message);
    assert_null(blob);
    if (is_valid(engine, sce_buf_span(&code))) fail_msg("Wasmtime takes %s", cases[i].sections);
    sce_buf_free(&code);
  }
}

static void malformed_sections_are_named(void **state) {
  (void)state;
  wasm_engine_t *engine = engine_with(&all_proposals);
  refuses(engine, framing, sizeof framing / sizeof *framing);
  refuses(engine, declarations, sizeof declarations / sizeof *declarations);
  refuses(engine, contents, sizeof contents / sizeof *contents);
  wasm_engine_delete(engine);
}

static void malformed_bodies_are_named(void **state) {
  (void)state;
  wasm_engine_t *engine = engine_with(&all_proposals);
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    sce_buf_t code = module_of(TYPE FUNC), body = bytes_of(bodies[i].body);
    const uint8_t head[] = {0x0a, (uint8_t)(body.len + 2), 1, (uint8_t)body.len};
    assert_null(sce_buf_append(&code, head, sizeof head));
    assert_null(sce_buf_append(&code, body.data, body.len));
    char message[512];
    snprintf(message, sizeof message, "malformed module: code section, function 0, %s", bodies[i].reason);
    sce_blob_t *blob = NULL;
    sce_error_t *err = sce_blob_new(&blob, sce_buf_span(&code));
    if (err == NULL) err = sce_blob_check_proposals(blob, &all_proposals);
    expect_error(err, SCE_BAD_CODE, message);
    if (is_valid(engine, sce_buf_span(&code))) fail_msg("Wasmtime takes %s", bodies[i].body);
    /* Metering reads bodies too: it may let more through, but the result can be read again. */
    const sce_blob_rewrite_t meter = {.meter_stack = true, .stack_limit = 1};
    sce_buf_t metered = {0};
    sce_blob_t *again = NULL;
    err = sce_blob_rewrite(blob, &metered, &meter);
    if (err == NULL)
      assert_null(sce_blob_new(&again, sce_buf_span(&metered)));
    else
      assert_int_equal(sce_error_kind(err), SCE_BAD_CODE);
    sce_blob_delete(again);
    sce_error_delete(err);
    sce_buf_free(&metered);
    sce_blob_delete(blob);
    sce_buf_free(&code);
    sce_buf_free(&body);
  }
  wasm_engine_delete(engine);
}

static void what_is_no_module_is_told(void **state) {
  (void)state;
  const struct {
    sce_span_t code;
    const char *message;
  } cases[] = {
      {{NULL, 0}, "not a WebAssembly module: it does not begin with 00 61 73 6d (it is empty)"},
      {sce_span("\0as", 3), "not a WebAssembly module: it does not begin with 00 61 73 6d"},
      {sce_span("\x7f"
                "ELF----",
                8),
       "not a WebAssembly module: it does not begin with 00 61 73 6d"},
      {sce_span("\0asm\1", 5), "malformed module: it ends within its header"},
      {sce_span("\0asm\2\0\0\0", 8), "not a WebAssembly module of version 1: bytes 4 to 7 are 02 00 00 00"},
      {sce_span("\0asm\x0d\0\1\0", 8), "not a WebAssembly module of version 1: bytes 4 to 7 are 0d 00 01 00"},
      {sce_span("PVM\0\1", 5), "this is a PolkaVM program; scexec runs WebAssembly runtimes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sce_blob_t *blob;
    expect_error(sce_blob_new(&blob, cases[i].code), SCE_BAD_CODE, cases[i].message);
  }
}

/* Names that scexec takes out of modules into its messages are cut, and hold no control characters. */
static void names_in_messages_are_tame(void **state) {
  (void)state;
  sce_buf_t code = module_of(TYPE FUNC "0a 04 01 02 00 16"), name = {0};
  for (int i = 0; i < 60; i++) assert_null(sce_buf_append(&name, "\xc3\xa9\n", 3));
  const uint8_t head[] = {0, 0xc0, 0x01, 4, 'n', 'a', 'm', 'e', 1, 0xb8, 0x01, 1, 0, 0xb4, 0x01};
  assert_null(sce_buf_append(&code, head, sizeof head));
  assert_null(sce_buf_append(&code, name.data, name.len));
  sce_blob_t *blob = blob_of(sce_buf_span(&code));
  sce_error_t *err = sce_blob_check_proposals(blob, NULL);
  assert_non_null(err);
  assert_non_null(strstr(sce_error_message(err), "function 0 (\xc3\xa9?\xc3\xa9?"));
  assert_non_null(strstr(sce_error_message(err), "...), offset 23: opcode 0x16 does not exist"));
  assert_true(strlen(sce_error_message(err)) < 250);
  sce_error_delete(err);
  sce_blob_delete(blob);
  sce_buf_free(&code);
  sce_buf_free(&name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(malformed_sections_are_named),
      cmocka_unit_test(malformed_bodies_are_named),
      cmocka_unit_test(what_is_no_module_is_told),
      cmocka_unit_test(names_in_messages_are_tame),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
