/* test_host_rfc145.c: each function of RFC-145 against the one of today that it replaces, whose answers are held
 * against upstream's elsewhere; what fits, what does not, what is absent. */
#include "host_fake.h"

#include "base/checked.h"
#include "base/error.h"
#include "host/args.h"
#include "host/rfc145.h"
#include "scexec/keystore.h"
#include "scexec/overlay.h"
#include "scexec/services.h"
#include "scexec/state.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MEMORY (16 * SCE_WASM_PAGE)
#define HEAP_BASE (8 * SCE_WASM_PAGE)
#define OUT 0x8000u /* where results go */
#define ABSENT UINT64_MAX
#define IN(...) ((uint64_t[]){__VA_ARGS__})

typedef struct bench {
  fake_t fake;
  sce_state_t *state;
  sce_overlay_t *overlay;
  sce_keystore_t *keystore;
  sce_services_t *services;
} bench_t;

static void bench_open(bench_t *bench) {
  memset(bench, 0, sizeof *bench);
  fake_init(&bench->fake, MEMORY, HEAP_BASE);
  sce_externalities_t *ext = &bench->fake.ext;
  assert_null(sce_state_new_memory(&bench->state, NULL, 0, SCE_STATE_V1));
  assert_null(sce_overlay_new(&bench->overlay, bench->state));
  assert_null(sce_keystore_new(&bench->keystore, NULL));
  assert_null(sce_services_new(&bench->services, NULL));
  sce_services_attach(bench->services, ext, true);
  ext->storage = sce_overlay_ops();
  ext->storage_ctx = bench->overlay;
  ext->keystore = sce_keystore_ops_get();
  ext->keystore_ctx = bench->keystore;
}

static void bench_close(bench_t *bench) {
  sce_services_delete(bench->services);
  sce_keystore_delete(bench->keystore);
  sce_overlay_delete(bench->overlay);
  sce_state_delete(bench->state);
  fake_free_all(&bench->fake);
}

static sce_error_t *try(bench_t *bench, const char *name, const uint64_t *args, uint64_t *result) {
  size_t count;
  const sce_host_function_info_t *infos = sce_host_functions(&count);
  const char *type = NULL; /* of two types, that of RFC-145 in tests of its own names */
  for (size_t i = 0; i < count; i++)
    if (strcmp(infos[i].name, name) == 0 && strcmp(infos[i].first_used, "RFC-145") == 0) type = infos[i].signature;
  const sce_host_row_t *row = sce_host_lookup(sce_span_text(name), type);
  if (row == NULL || row->call == NULL) fail_msg("no function %s", name);
  *result = 0;
  sce_heap_init(&bench->fake.heap, HEAP_BASE);
  return row->call(NULL, &bench->fake.caller, args, result);
}

static uint64_t works(bench_t *bench, const char *name, const uint64_t *args) {
  uint64_t result;
  sce_error_t *err = try(bench, name, args, &result);
  if (err != NULL) fail_msg("%s: %s", name, sce_error_message(err));
  return result;
}

static void traps(bench_t *bench, const char *name, const uint64_t *args) {
  uint64_t result;
  sce_error_t *err = try(bench, name, args, &result);
  if (err == NULL) fail_msg("%s did not fail", name);
  sce_error_delete(err);
}

/* Bytes of text at `at`, as a span. */
static uint64_t put(bench_t *bench, uint32_t at, const char *text) {
  memcpy(bench->fake.memory.data + at, text, strlen(text));
  return sce_pack_span(at, strlen(text));
}

static uint64_t out(uint32_t len) {
  return sce_pack_span(OUT, len);
}

/* `len` bytes at OUT, and what is behind them untouched. */
static void expect_out(const bench_t *bench, const void *bytes, size_t len) {
  const uint8_t *place = bench->fake.memory.data + OUT;
  if (len > 0) assert_memory_equal(place, bytes, len);
  for (size_t i = len; i < len + 64; i++) assert_int_equal(place[i], 0xee);
}

static void soil_out(bench_t *bench) {
  memset(bench->fake.memory.data + OUT, 0xee, 4096);
}

static void input_is_read_once(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench);
  traps(&bench, "ext_input_read_version_1", IN(out(100)));
  bench.fake.state.input = sce_span_text("the input");
  bench.fake.state.input_given = true;
  soil_out(&bench);
  traps(&bench, "ext_input_read_version_1", IN(out(8)));
  traps(&bench, "ext_input_read_version_1", IN(sce_pack_span(MEMORY - 8, 9)));
  expect_out(&bench, NULL, 0);
  works(&bench, "ext_input_read_version_1", IN(out(100)));
  expect_out(&bench, "the input", 9);
  traps(&bench, "ext_input_read_version_1", IN(out(100)));
  bench_close(&bench);
}

/* Top and child by the same steps; `name` of the child is in front of all arguments then. */
static uint64_t on(bench_t *bench, bool child, const char *top_name, const char *child_name, const uint64_t *args,
                   size_t count) {
  uint64_t all[SCE_HOST_MAX_PARAMS] = {put(bench, 0x1000, "child")};
  memcpy(all + child, args, count * sizeof *args);
  return works(bench, child ? child_name : top_name, all);
}
#define ON(function, ...)                                                                                              \
  on(&bench, child, "ext_storage_" function, "ext_default_child_storage_" function, IN(__VA_ARGS__),                   \
     sizeof IN(__VA_ARGS__) / sizeof(uint64_t))

static void storage_is_read_into_buffers(void **state) {
  (void)state;
  for (int child = 0; child < 2; child++) {
    bench_t bench;
    bench_open(&bench);
    uint64_t key = put(&bench, 0x2000, "key"), none = put(&bench, 0x2010, "none");
    ON("set_version_1", key, put(&bench, 0x2020, "0123456789"));
    ON("set_version_1", put(&bench, 0x2030, "kez"), put(&bench, 0x2040, ""));
    static const struct {
      uint32_t size, offset, partial, written;
      const char *bytes;
      uint64_t result;
    } reads[] = {
        {10, 0, 0, 10, "0123456789", 10},
        {64, 0, 0, 10, "0123456789", 10},
        {9, 0, 0, 0, NULL, 10},
        {9, 0, 1, 9, "012345678", 10},
        {9, 0, 2, 9, "012345678", 10},
        {4, 7, 0, 3, "789", 3},
        {2, 7, 0, 0, NULL, 3},
        {2, 7, 1, 2, "78", 3},
        {0, 10, 0, 0, NULL, 0},
        {8, 11, 1, 0, NULL, 0},
        {0, 0, 1, 0, NULL, 10},
        {8, UINT32_MAX, 1, 0, NULL, 0},
    };
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
      soil_out(&bench);
      assert_int_equal(ON("read_version_2", key, out(reads[i].size), reads[i].offset, reads[i].partial),
                       reads[i].result);
      expect_out(&bench, reads[i].bytes, reads[i].written);
    }
    soil_out(&bench);
    assert_true(ON("read_version_2", none, out(10), 0, 1) == ABSENT);
    assert_true(ON("read_version_2", put(&bench, 0x2030, "kez"), out(10), 0, 1) == 0);
    expect_out(&bench, NULL, 0);
    assert_int_equal(ON("next_key_version_2", key, out(3)), 3);
    expect_out(&bench, "kez", 3);
    soil_out(&bench);
    assert_int_equal(ON("next_key_version_2", key, out(2)), 3);
    assert_int_equal(ON("next_key_version_2", put(&bench, 0x2030, "kez"), out(9)), 0);
    expect_out(&bench, NULL, 0);
    bench_close(&bench);
  }
}

static void roots_are_written(void **state) {
  (void)state;
  for (int child = 0; child < 2; child++) {
    bench_t bench;
    bench_open(&bench);
    uint64_t value = put(&bench, 0x2020, "a value that is longer than the 32 bytes of a hash"), span;
    ON("set_version_1", put(&bench, 0x2000, "key"), value);
    span = ON("root_version_2", 1);
    uint8_t expected[33] = {0x80};
    memcpy(expected + 1, fake_span(&bench.fake, span).data, 32);
    soil_out(&bench);
    ON("root_version_3", out(33));
    expect_out(&bench, expected, 33);
    uint64_t small[] = {put(&bench, 0x1000, "child"), out(32)};
    traps(&bench, child ? "ext_default_child_storage_root_version_3" : "ext_storage_root_version_3", small + !child);
    bench_close(&bench);
  }
}

/* Removals by pieces: with a limit, a cursor that does not fit, and the rest. Version 3 is the RFC's number, 4 that of
 * the implementation. */
static void removals_go_on(void **state) {
  (void)state;
  for (int round = 0; round < 4; round++) {
    int child = round % 2;
    sce_state_pair_t pairs[5];
    char keys[5][8];
    sce_span_t name = sce_span_text("child");
    for (int i = 0; i < 5; i++) {
      snprintf(keys[i], sizeof keys[i], "key%d", i);
      pairs[i] = (sce_state_pair_t){child ? &name : NULL, sce_span_text(keys[i]), sce_span_text("v")};
    }
    bench_t bench;
    bench_open(&bench);
    sce_overlay_delete(bench.overlay);
    sce_state_delete(bench.state);
    assert_null(sce_state_new_memory(&bench.state, pairs, 5, SCE_STATE_V1));
    assert_null(sce_overlay_new(&bench.overlay, bench.state));
    bench.fake.ext.storage_ctx = bench.overlay;
    const char *top = round < 2 ? "ext_storage_clear_prefix_version_3" : "ext_storage_clear_prefix_version_4";
    const char *of_child = round < 2 ? "ext_default_child_storage_clear_prefix_version_3"
                                     : "ext_default_child_storage_clear_prefix_version_4";
    uint64_t prefix = put(&bench, 0x2000, "key");
    const uint8_t *counters = bench.fake.memory.data + 0x3000;
    soil_out(&bench);
    assert_int_equal(on(&bench, child, top, of_child, IN(prefix, 2, ABSENT, out(3), 0x3000), 5), 4);
    expect_out(&bench, NULL, 0); /* "key2" does not fit into 3 bytes */
    for (int i = 0; i < 3; i++) assert_int_equal(sce_load_le32(counters + 4 * i), 2);
    assert_int_equal(works(&bench, "ext_misc_last_cursor_version_1", IN(out(3))), 4);
    assert_int_equal(works(&bench, "ext_misc_last_cursor_version_1", IN(out(4))), 4);
    expect_out(&bench, "key2", 4);
    assert_true(works(&bench, "ext_misc_last_cursor_version_1", IN(out(4))) == ABSENT);
    uint64_t cursor = put(&bench, 0x2010, "key2");
    assert_int_equal(on(&bench, child, top, of_child, IN(prefix, 1, cursor, out(8), 0x3000), 5), 4);
    expect_out(&bench, "key3", 4);
    soil_out(&bench);
    if (child) {
      const char *kill = round < 2 ? "ext_default_child_storage_storage_kill_version_4"
                                   : "ext_default_child_storage_storage_kill_version_5";
      assert_int_equal(works(&bench, kill, IN(put(&bench, 0x1000, "child"), ABSENT, ABSENT, out(8), 0x3000)), 0);
    } else {
      assert_int_equal(works(&bench, top, IN(prefix, ABSENT, ABSENT, out(8), 0x3000)), 0);
    }
    assert_int_equal(sce_load_le32(counters), 2);
    assert_int_equal(sce_load_le32(counters + 8), 5); /* the walk began anew */
    traps(&bench, "ext_storage_clear_prefix_version_4", IN(prefix, (uint64_t)1 << 32, ABSENT, out(8), 0x3000));
    traps(&bench, "ext_storage_clear_prefix_version_4", IN(prefix, ABSENT - 1, ABSENT, out(8), 0x3000));
    traps(&bench, "ext_storage_clear_prefix_version_4", IN(prefix, ABSENT, ABSENT, out(8), MEMORY - 11));
    bench_close(&bench);
  }
}

static void hashes_and_roots_are_written(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint32_t size;
  } hashes[] = {{"keccak_256", 32}, {"keccak_512", 64}, {"sha2_256", 32}, {"blake2_128", 16},
                {"blake2_256", 32}, {"twox_64", 8},     {"twox_128", 16}, {"twox_256", 32}};
  bench_t bench;
  bench_open(&bench);
  char name[64];
  for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
    uint64_t data = put(&bench, 0x1000, "some data");
    uint8_t expected[64];
    snprintf(name, sizeof name, "ext_hashing_%s_version_1", hashes[i].name);
    memcpy(expected, bench.fake.memory.data + works(&bench, name, IN(data)), hashes[i].size);
    snprintf(name, sizeof name, "ext_hashing_%s_version_2", hashes[i].name);
    soil_out(&bench);
    works(&bench, name, IN(data, OUT));
    expect_out(&bench, expected, hashes[i].size);
    traps(&bench, name, IN(data, MEMORY - hashes[i].size + 1));
  }
  static const char *const roots[] = {"blake2_256_root", "blake2_256_ordered_root", "keccak_256_root",
                                      "keccak_256_ordered_root"};
  memcpy(bench.fake.memory.data + 0x1000, "\x04\x04k\xa0", 4); /* one pair or item, whose value takes 40 bytes */
  memcpy(bench.fake.memory.data + 0x1100, "\x04\xa0", 2);
  for (size_t i = 0; i < 4; i++) {
    for (uint64_t version = 0; version < 2; version++) {
      uint64_t data = i % 2 == 0 ? sce_pack_span(0x1000, 44) : sce_pack_span(0x1100, 42);
      uint8_t expected[32];
      snprintf(name, sizeof name, "ext_trie_%s_version_2", roots[i]);
      memcpy(expected, bench.fake.memory.data + works(&bench, name, IN(data, version)), 32);
      snprintf(name, sizeof name, "ext_trie_%s_version_3", roots[i]);
      soil_out(&bench);
      works(&bench, name, IN(data, version, OUT));
      expect_out(&bench, expected, 32);
      traps(&bench, name, IN(data, 3, OUT));
      traps(&bench, name, IN(data, version, MEMORY - 31));
    }
  }
  bench_close(&bench);
}

static void keys_sign(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint32_t key, signature;
  } schemes[] = {{"ed25519", 32, 64}, {"sr25519", 32, 64}, {"ecdsa", 33, 65}};
  bench_t bench;
  bench_open(&bench);
  char name[64];
  const uint8_t *memory = bench.fake.memory.data;
  for (size_t i = 0; i < 3; i++) {
    uint32_t id = (uint32_t)put(&bench, 0x1000, "test"), key = 0x3000;
    uint64_t message = put(&bench, 0x1100, "message");
    memcpy(bench.fake.memory.data + 0x1200, "\x01\x1c//Alice", 9); /* Some("//Alice") */
    snprintf(name, sizeof name, "ext_crypto_%s_generate_version_1", schemes[i].name);
    uint8_t expected[33];
    memcpy(expected, memory + works(&bench, name, IN(id, sce_pack_span(0x1200, 9))), schemes[i].key);
    snprintf(name, sizeof name, "ext_crypto_%s_generate_version_2", schemes[i].name);
    works(&bench, name, IN(id, sce_pack_span(0x1200, 9), key));
    assert_memory_equal(memory + key, expected, schemes[i].key);
    snprintf(name, sizeof name, "ext_crypto_%s_public_keys_version_2", schemes[i].name);
    soil_out(&bench);
    assert_int_equal(works(&bench, name, IN(id, out(schemes[i].key - 1))), schemes[i].key);
    expect_out(&bench, NULL, 0);
    assert_int_equal(works(&bench, name, IN(id, out(64))), schemes[i].key);
    expect_out(&bench, expected, schemes[i].key);
    snprintf(name, sizeof name, "ext_crypto_%s_sign_version_2", schemes[i].name);
    soil_out(&bench);
    assert_int_equal(works(&bench, name, IN(id, key, message, OUT)), 0);
    assert_int_equal(memory[OUT + schemes[i].signature], 0xee);
    snprintf(name, sizeof name, "ext_crypto_%s_verify_version_%d", schemes[i].name, i == 0 ? 1 : 2);
    assert_int_equal(works(&bench, name, IN(OUT, message, key)), 1);
    memset(bench.fake.memory.data + key, 7, 33); /* a key that nobody has */
    snprintf(name, sizeof name, "ext_crypto_%s_sign_version_2", schemes[i].name);
    soil_out(&bench);
    assert_int_equal(works(&bench, name, IN(id, key, message, OUT)), UINT32_MAX);
    expect_out(&bench, NULL, 0);
  }
  /* What was signed by hash gives its key back. */
  memcpy(bench.fake.memory.data + 0x1200, "\x01\x1c//Alice", 9);
  works(&bench, "ext_crypto_ecdsa_generate_version_2", IN(0x1000, sce_pack_span(0x1200, 9), 0x3000));
  assert_int_equal(works(&bench, "ext_crypto_ecdsa_sign_prehashed_version_2", IN(0x1000, 0x3000, 0x1300, OUT)), 0);
  const char *compressed = "ext_crypto_secp256k1_ecdsa_recover_compressed_version_3";
  assert_int_equal(works(&bench, compressed, IN(OUT, 0x1300, 0x4000)), 0);
  assert_memory_equal(memory + 0x4000, memory + 0x3000, 33);
  assert_int_equal(works(&bench, "ext_crypto_secp256k1_ecdsa_recover_version_3", IN(OUT, 0x1300, 0x4100)), 0);
  assert_memory_equal(memory + 0x4100, memory + 0x3001, 32); /* x */
  bench.fake.memory.data[OUT + 64] = 9;
  assert_int_equal((uint32_t)works(&bench, "ext_crypto_secp256k1_ecdsa_recover_version_3", IN(OUT, 0x1300, 0x4100)),
                   (uint32_t)-2);
  bench.fake.memory.data[OUT + 64] = 0;
  memset(bench.fake.memory.data + OUT, 0xff, 64);
  assert_int_equal((uint32_t)works(&bench, "ext_crypto_secp256k1_ecdsa_recover_version_3", IN(OUT, 0x1300, 0x4100)),
                   (uint32_t)-1);
  bench_close(&bench);
}

/* ---- off-chain workers ---- */

static sce_error_t *network_state(void *ctx, bool *ok, sce_buf_t *scale) {
  const char *id = ctx;
  *ok = id != NULL;
  if (id == NULL) return NULL;
  assert_null(sce_scale_write_compact(scale, strlen(id)));
  assert_null(sce_buf_append(scale, id, strlen(id)));
  return sce_buf_append_byte(scale, 0);
}

static sce_error_t *random_seed(void *ctx, uint8_t seed[32]) {
  (void)ctx;
  memset(seed, 5, 32);
  return NULL;
}

static sce_error_t *http_start(void *ctx, bool *ok, uint16_t *id, sce_span_t method, sce_span_t uri, sce_span_t meta) {
  (void)ctx, (void)uri;
  assert_int_equal(meta.len, 0);
  *ok = sce_span_equal(method, sce_span_text("GET"));
  *id = 3;
  return NULL;
}

static sce_error_t *http_add_header(void *ctx, bool *ok, uint16_t id, sce_span_t name, sce_span_t value) {
  (void)ctx, (void)name, (void)value;
  *ok = id == 3;
  return NULL;
}

static sce_error_t *http_write_body(void *ctx, sce_http_error_t *result, uint16_t id, sce_span_t chunk,
                                    const uint64_t *deadline) {
  (void)ctx, (void)chunk, (void)deadline;
  *result = id == 3 ? SCE_HTTP_OK : SCE_HTTP_INVALID_ID;
  return NULL;
}

static sce_error_t *http_wait(void *ctx, sce_http_status_t *statuses, const uint16_t *ids, size_t count,
                              const uint64_t *deadline) {
  (void)ctx, (void)deadline;
  for (size_t i = 0; i < count; i++) statuses[i] = (sce_http_status_t){(uint8_t)(ids[i] % 4), 404};
  return NULL;
}

static sce_error_t *http_headers(void *ctx, sce_buf_t *scale, uint16_t id) {
  (void)ctx, (void)id;
  return sce_buf_append(scale,
                        "\x08\x04"
                        "a\x08"
                        "bc\x0c"
                        "def\x00",
                        12);
}

static sce_error_t *http_read_body(void *ctx, sce_http_error_t *result, uint32_t *read, uint16_t id, uint8_t *buffer,
                                   size_t len, const uint64_t *deadline) {
  (void)ctx, (void)deadline;
  *result = id == 3 ? SCE_HTTP_OK : SCE_HTTP_DEADLINE;
  if (id != 3) return NULL;
  *read = (uint32_t)(len < 4 ? len : 4);
  memcpy(buffer, "body", *read);
  return NULL;
}

static const sce_offchain_ops_t worker_ops = {
    .size = sizeof worker_ops,
    .network_state = network_state,
    .random_seed = random_seed,
    .http_start = http_start,
    .http_add_header = http_add_header,
    .http_write_body = http_write_body,
    .http_wait = http_wait,
    .http_headers = http_headers,
    .http_read_body = http_read_body,
};

static void workers_get_numbers(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench);
  bench.fake.ext.offchain = &worker_ops;
  uint64_t text = put(&bench, 0x1000, "extrinsic");
  uint64_t get = put(&bench, 0x1010, "GET"), other = put(&bench, 0x1020, "PUT");
  assert_int_equal(works(&bench, "ext_offchain_submit_transaction_version_2", IN(text)), 0);
  assert_int_equal(sce_services_extrinsic_count(bench.services), 1);
  soil_out(&bench);
  works(&bench, "ext_offchain_random_seed_version_2", IN(OUT));
  expect_out(&bench, "\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5\5", 32);
  char id[] = "an id of a peer that has 38 characters";
  const char *peer = "ext_offchain_network_peer_id_version_1";
  bench.fake.ext.offchain_ctx = id;
  soil_out(&bench);
  assert_int_equal(works(&bench, peer, IN(OUT)), 0);
  expect_out(&bench, id, 38);
  id[37] = '\0';
  assert_int_equal(works(&bench, peer, IN(OUT)), UINT32_MAX);
  bench.fake.ext.offchain_ctx = NULL;
  assert_int_equal(works(&bench, peer, IN(OUT)), UINT32_MAX);

  works(&bench, "ext_offchain_local_storage_set_version_1", IN(1, text, get));
  soil_out(&bench);
  assert_int_equal(works(&bench, "ext_offchain_local_storage_read_version_1", IN(1, text, out(2), 1)), 2);
  expect_out(&bench, "ET", 2);
  assert_true(works(&bench, "ext_offchain_local_storage_read_version_1", IN(0, text, out(2), 1)) == ABSENT);
  traps(&bench, "ext_offchain_local_storage_read_version_1", IN(2, text, out(2), 1));

  memcpy(bench.fake.memory.data + 0x1100, "\0\x10\0\0\1\0\2\0\3\0", 10); /* None, or no bytes; four ids */
  uint64_t none = sce_pack_span(0x1100, 1), ids = sce_pack_span(0x1101, 9);
  assert_int_equal(works(&bench, "ext_offchain_http_request_start_version_2", IN(get, text, none)), 3);
  assert_true(works(&bench, "ext_offchain_http_request_start_version_2", IN(other, text, none)) == ABSENT);
  traps(&bench, "ext_offchain_http_request_start_version_2", IN(get, text, text));
  assert_int_equal(works(&bench, "ext_offchain_http_request_add_header_version_2", IN(3, text, text)), 0);
  assert_true(works(&bench, "ext_offchain_http_request_add_header_version_2", IN(4, text, text)) == ABSENT);
  assert_int_equal(works(&bench, "ext_offchain_http_request_write_body_version_2", IN(3, text, none)), 0);
  assert_true(works(&bench, "ext_offchain_http_request_write_body_version_2", IN(4, text, none)) == (uint64_t)-3);
  soil_out(&bench);
  traps(&bench, "ext_offchain_http_response_wait_version_2", IN(ids, none, out(15)));
  works(&bench, "ext_offchain_http_response_wait_version_2", IN(ids, none, out(16)));
  expect_out(&bench, "\x0a\0\0\0\x14\0\0\0\0\0\0\0\x94\1\0\0", 16);
  static const struct {
    uint32_t index;
    const char *name, *value;
  } headers[] = {{0, "a", "bc"}, {1, "def", ""}, {2, NULL, NULL}, {UINT32_MAX, NULL, NULL}};
  for (size_t i = 0; i < 4; i++) {
    for (int value = 0; value < 2; value++) {
      const char *expected = value ? headers[i].value : headers[i].name;
      const char *name = value ? "ext_offchain_http_response_header_value_version_1"
                               : "ext_offchain_http_response_header_name_version_1";
      soil_out(&bench);
      uint64_t len = works(&bench, name, IN(3, headers[i].index, out(8)));
      assert_true(expected == NULL ? len == ABSENT : len == strlen(expected));
      expect_out(&bench, expected, expected != NULL ? strlen(expected) : 0);
    }
  }
  soil_out(&bench);
  assert_int_equal(works(&bench, "ext_offchain_http_response_read_body_version_2", IN(3, out(3), none)), 3);
  expect_out(&bench, "bod", 3);
  assert_true(works(&bench, "ext_offchain_http_response_read_body_version_2", IN(4, out(3), none)) == ABSENT);
  bench_close(&bench);
}

static sce_error_t *read_version(void *self, bool *found, sce_buf_t *version, sce_span_t code) {
  (void)self;
  *found = code.len == 3;
  return *found ? sce_buf_append(version, "version", 7) : NULL;
}

static void versions_are_read(void **state) {
  (void)state;
  bench_t bench;
  bench_open(&bench);
  sce_caller_ops_t ops = fake_ops;
  ops.read_version = read_version;
  bench.fake.caller.ops = &ops;
  const char *name = "ext_misc_runtime_version_version_2";
  soil_out(&bench);
  assert_int_equal(works(&bench, name, IN(put(&bench, 0x1000, "wat"), out(6))), 7);
  expect_out(&bench, NULL, 0);
  assert_int_equal(works(&bench, name, IN(put(&bench, 0x1000, "wat"), out(7))), 7);
  expect_out(&bench, "version", 7);
  assert_true(works(&bench, name, IN(put(&bench, 0x1000, "none"), out(7))) == ABSENT);
  bench_close(&bench);
}

/* Nothing of RFC-145 allocates; of today's, what upstream's signatures say. */
static void what_allocates(void **state) {
  (void)state;
  static const struct {
    const char *name, *type;
    bool allocates;
  } some[] = {
      {"ext_storage_get_version_1", NULL, true},
      {"ext_storage_set_version_1", NULL, false},
      {"ext_storage_exists_version_1", NULL, false},
      {"ext_storage_root_version_2", NULL, true},
      {"ext_storage_clear_prefix_version_1", NULL, false},
      {"ext_storage_clear_prefix_version_3", "(i64, i64, i64) -> i64", true},
      {"ext_storage_clear_prefix_version_3", "(i64, i64, i64, i64, i32) -> i32", false},
      {"ext_hashing_twox_64_version_1", NULL, true},
      {"ext_hashing_twox_64_version_2", NULL, false},
      {"ext_trie_blake2_256_verify_proof_version_2", NULL, false},
      {"ext_trie_keccak_256_ordered_root_version_2", NULL, true},
      {"ext_crypto_sr25519_generate_version_1", NULL, true},
      {"ext_crypto_sr25519_verify_version_2", NULL, false},
      {"ext_offchain_timestamp_version_1", NULL, false},
      {"ext_offchain_random_seed_version_1", NULL, true},
      {"ext_offchain_is_validator_version_1", NULL, false},
      {"ext_storage_proof_size_storage_proof_size_version_1", NULL, false},
      {"ext_allocator_free_version_1", NULL, true},
      {"ext_set_storage", NULL, true},
      {"ext_logging_log_version_1", NULL, false},
      {"ext_logging_max_level_version_1", NULL, false},
      {"ext_host_calls_bls12_381_mul_g1_version_1", NULL, false},
  };
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
    const sce_host_row_t *row = sce_host_lookup(sce_span_text(some[i].name), some[i].type);
    if (row == NULL || sce_rfc145_forbids(row) != some[i].allocates) fail_msg("%s", some[i].name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(input_is_read_once),
      cmocka_unit_test(storage_is_read_into_buffers),
      cmocka_unit_test(roots_are_written),
      cmocka_unit_test(removals_go_on),
      cmocka_unit_test(hashes_and_roots_are_written),
      cmocka_unit_test(keys_sign),
      cmocka_unit_test(workers_get_numbers),
      cmocka_unit_test(versions_are_read),
      cmocka_unit_test(what_allocates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
