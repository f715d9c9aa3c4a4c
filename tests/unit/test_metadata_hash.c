/* test_metadata_hash.c: the hash of RFC-78 against the crate merkleized-metadata (tests/oracle/metadata, `hash`). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metadata_support.h"
#include "scexec/metadata_hash.h"

/* The next field of a line of tabs; fields may be empty. */
static char *next_field(char **line) {
  char *field = *line, *end = field + strcspn(field, "\t\n");
  *line = *end == '\0' ? end : end + 1;
  *end = '\0';
  return field;
}

static void hashes_are_those_of_merkleized_metadata(void **state) {
  (void)state;
  FILE *f = fopen(TEST_DATA "/metadata/hashes.tsv", "r");
  char line[1024];
  int count = 0;
  assert_non_null(f);
  for (; fgets(line, sizeof line, f) != NULL; count++) {
    char *at = line, *name = next_field(&at);
    sce_metadata_hash_facts_t facts = {.spec_version = (uint32_t)strtoul(next_field(&at), NULL, 10)};
    facts.spec_name = sce_span_text(next_field(&at));
    facts.ss58_prefix = (uint16_t)strtoul(next_field(&at), NULL, 10);
    facts.token_decimals = (uint8_t)strtoul(next_field(&at), NULL, 10);
    facts.token_symbol = sce_span_text(next_field(&at));
    next_field(&at); /* the root of the types and the hash of the extrinsic's metadata, to find a fault by */
    next_field(&at);
    char *expected = next_field(&at);
    sce_metadata_t *md = sample_metadata(name);
    uint8_t hash[32];
    sce_buf_t text = {0};
    must(sce_metadata_hash(md, hash, &facts));
    must(sce_hex_append(&text, sce_span(hash, sizeof hash)));
    assert_string_equal(as_text(&text), expected);
    sce_buf_free(&text);
    sce_metadata_delete(md);
  }
  fclose(f);
  assert_true(count >= 6);
}

static void other_versions_have_no_hash(void **state) {
  (void)state;
  sce_metadata_t *md = sample_metadata("made.v16");
  uint8_t hash[32] = {7};
  must_fail(sce_metadata_hash(md, hash, &(sce_metadata_hash_facts_t){0}), SCE_MISUSE,
            "the metadata hash is made of metadata V15, this is V16");
  assert_int_equal(hash[0], 7);
  sce_metadata_delete(md);
}

/* An empty registry but for the unit type, and one whose Compact is of what is no integer. */
static sce_error_t *hash_types(uint8_t hash[32], const void *types, size_t len) {
  sce_buf_t file = {0};
  sce_metadata_t *md;
  must(sce_buf_append(&file, "meta\x0f", 5));
  must(sce_buf_append(&file, types, len));
  /* no pallets; extrinsic: version 4, address, call, signature, extra of type 0, no extensions; runtime type 0; no
   * APIs; outer enums of type 0; nothing custom */
  must(sce_buf_append(&file, "\0\4\0\0\0\0\0\0\0\0\0\0\0", 13));
  must(sce_metadata_new(&md, sce_buf_span(&file), NULL));
  sce_error_t *err = sce_metadata_hash(md, hash, &(sce_metadata_hash_facts_t){0});
  sce_metadata_delete(md);
  sce_buf_free(&file);
  return err;
}

static void odd_registries_are_hashed_or_refused(void **state) {
  (void)state;
  uint8_t hash[32];
  must(hash_types(hash, "\4\0\0\0\4\0\0", 7));
  /* 0: Vec<Compact<str>>, 1: Compact<2>, 2: str */
  must_fail(hash_types(hash, "\x0c\0\0\0\2\4\0\4\0\0\6\x08\0\x08\0\0\5\2\0", 19), SCE_BAD_METADATA,
            "metadata hash: type 2 is a Compact of what is no unsigned integer");
  /* 0: Vec<Compact<(u8, u16)>>, 1: Compact<2>, 2: (3, 4), 3: u8, 4: u16 */
  must_fail(hash_types(hash, "\x14\0\0\0\2\4\0\4\0\0\6\x08\0\x08\0\0\4\x08\x0c\x10\0\x0c\0\0\5\3\0\x10\0\0\5\4\0", 33),
            SCE_BAD_METADATA, "metadata hash: type 2 holds more than the one primitive that is due");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hashes_are_those_of_merkleized_metadata),
      cmocka_unit_test(other_versions_have_no_hash),
      cmocka_unit_test(odd_registries_are_hashed_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
