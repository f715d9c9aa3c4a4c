/* test_cli_events.c: what became of an extrinsic, in words and as a value, by Paseo's metadata: indices and names as
 * pallet_balances and frame_system have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/events.h"
#include "metadata_support.h"

static cli_metadata_t paseo;

static int load(void **state) {
  (void)state;
  paseo.metadata = sample_metadata("paseo.v15");
  return 0;
}

static int unload(void **state) {
  (void)state;
  cli_metadata_free(&paseo);
  return 0;
}

static void text_must_be(const char *outcome, const char *expected) {
  sce_buf_t bytes = {0}, text = {0};
  must(sce_hex_decode(&bytes, sce_span_text(outcome)));
  must(cli_outcome_text(&text, &paseo, sce_buf_span(&bytes)));
  assert_string_equal(as_text(&text), expected);
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

static void value_must_be(const char *outcome, const char *expected) {
  sce_buf_t bytes = {0}, text = {0};
  must(sce_hex_decode(&bytes, sce_span_text(outcome)));
  must(cli_outcome_value(&text, &paseo, sce_buf_span(&bytes)));
  assert_string_equal(as_text(&text), expected);
  sce_buf_free(&bytes);
  sce_buf_free(&text);
}

static void errors_have_names_and_documentation(void **state) {
  (void)state;
  text_must_be("0x0001030502000000", "Balances.InsufficientBalance: Balance too low to send value.");
  text_must_be("0x0001030005000000", "System.CallFiltered: The origin filter prevent the call to be dispatched.");
  text_must_be("0x000102", "BadOrigin");
  text_must_be("0x00010301ff000000", "{\"Module\": {\"index\": 1, \"error\": \"0xff000000\"}}");
  value_must_be("0x0001030502000000",
                "{\"Ok\": {\"Err\": {\"Module\": {\"index\": 5, \"error\": \"0x02000000\", \"name\": "
                "\"Balances.InsufficientBalance\", \"docs\": \"Balance too low to send value.\"}}}}");
  value_must_be("0x0000", "{\"Ok\": {\"Ok\": null}}");
}

static void other_outcomes_are_values(void **state) {
  (void)state;
  text_must_be("0x010003", "{\"Err\": {\"Invalid\": \"Stale\"}}");
  text_must_be("0x07", "{\"$unknown\": \"no variant has index 7, at offset 0\", \"hex\": \"0x07\"}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_have_names_and_documentation),
      cmocka_unit_test(other_outcomes_are_values),
  };
  return cmocka_run_group_tests_name("outcomes", tests, load, unload);
}
