/* test_keystore_failures.c: every allocation that a keystore makes fails once: an error each time, nothing left behind.
 * And no block that is given back holds a secret: not the phrase, nor the seed, nor the password. The program replaces
 * the library's allocator by defining its three functions (src/base/alloc.h). */
#include <scexec.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the allocator: each block is preceded by its size ---- */

void *sce_alloc(size_t size);
void *sce_realloc(void *ptr, size_t size);
void sce_free(void *ptr);

enum { HEADER = 16 };

static long allocations, failing, live;
static bool leaked_secret;

static const char PHRASE[] = "legal winner thank year wave sausage worth useful legal winner thank yellow";
static const char PASSWORD[] = "open sesame, says the test";
/* What they stand for, without and with the password: the secrets of the ed25519 and ecdsa keys. */
static const uint8_t SEEDS[2][32] = {
    {0x6f, 0xa2, 0x79, 0x6b, 0x00, 0x71, 0xca, 0xc4, 0x25, 0xd8, 0xa7, 0x85, 0x10, 0x38, 0x31, 0x8c,
     0x2c, 0x37, 0xdc, 0xeb, 0xfe, 0x4b, 0xae, 0x73, 0x19, 0x7c, 0xe9, 0x3e, 0x75, 0x90, 0x9b, 0xd2},
    {0xc8, 0x93, 0x6e, 0xbe, 0x1b, 0xe1, 0x75, 0x99, 0x03, 0x59, 0xf9, 0x18, 0x92, 0x8e, 0x97, 0x3d,
     0xdd, 0xe3, 0x39, 0xed, 0x85, 0xc2, 0x93, 0xf3, 0x59, 0xcf, 0x16, 0xa2, 0x7b, 0x2b, 0xd5, 0x80},
};
static bool holds(const void *block, size_t len, const void *secret, size_t secret_len) {
  return memmem(block, len, secret, secret_len) != NULL;
}

static void look_for_secrets(const uint8_t *block, size_t len) {
  leaked_secret |= holds(block, len, PHRASE, 24) || holds(block, len, PASSWORD, sizeof PASSWORD - 1) ||
                   holds(block, len, SEEDS[0], 32) || holds(block, len, SEEDS[1], 32);
}

static size_t size_of(const void *ptr) {
  size_t size;
  memcpy(&size, (const uint8_t *)ptr - HEADER, sizeof size);
  return size;
}

void *sce_alloc(size_t size) {
  if (++allocations == failing) return NULL;
  uint8_t *block = malloc(HEADER + size);
  if (block == NULL) return NULL;
  memcpy(block, &size, sizeof size);
  live++;
  return block + HEADER;
}

void sce_free(void *ptr) {
  if (ptr == NULL) return;
  look_for_secrets(ptr, size_of(ptr));
  live--;
  free((uint8_t *)ptr - HEADER);
}

/* Always moves, as the system's may. */
void *sce_realloc(void *ptr, size_t size) {
  uint8_t *moved = sce_alloc(size);
  if (moved == NULL || ptr == NULL) return moved;
  size_t old = size_of(ptr);
  memcpy(moved, ptr, old < size ? old : size);
  sce_free(ptr);
  return moved;
}

/* ---- use of a keystore ---- */

static const uint8_t TYPE[4] = {'t', 'e', 's', 't'};

static sce_span_t text(const char *chars) {
  return (sce_span_t){(const uint8_t *)chars, strlen(chars)};
}

static sce_error_t *use(sce_keystore_t *keystore, sce_buf_t *keys) {
  const sce_keystore_ops_t *ops = sce_keystore_ops_get();
  uint8_t key[33], signature[65];
  bool found;
  sce_span_t uri = text(PHRASE);
  sce_error_t *err = NULL;
  for (int scheme = 0; scheme < 3 && err == NULL; scheme++) {
    sce_span_t public_key = {key, scheme == SCE_KEY_ECDSA ? 33 : 32};
    err = sce_keystore_insert(keystore, key, TYPE, (sce_key_scheme_t)scheme, uri);
    if (err == NULL)
      err = ops->sign(keystore, &found, signature, TYPE, (sce_key_scheme_t)scheme, public_key, uri, false);
    if (err == NULL) assert_true(found);
    if (err == NULL) err = ops->generate(keystore, key, TYPE, (sce_key_scheme_t)scheme, NULL);
    if (err == NULL) err = ops->generate(keystore, key, TYPE, (sce_key_scheme_t)scheme, &uri);
    if (err == NULL) err = ops->public_keys(keystore, keys, TYPE, (sce_key_scheme_t)scheme);
  }
  return err;
}

static sce_error_t *open_and_use(const char *path) {
  sce_keystore_t *keystore = NULL;
  sce_buf_t keys = {0};
  sce_error_t *err =
      path == NULL ? sce_keystore_new(&keystore, NULL) : sce_keystore_open(&keystore, path, PASSWORD, NULL);
  if (err == NULL) err = use(keystore, &keys);
  sce_buf_free(&keys);
  sce_keystore_delete(keystore);
  return err;
}

/* Runs with the first allocation failing, then the second, and so on until none fails. */
static void fail_each(const char *path) {
  for (long at = 1;; at++) {
    allocations = 0;
    failing = at;
    sce_error_t *err = open_and_use(path);
    bool reached = allocations >= at;
    if (reached) assert_non_null(err);
    if (!reached) assert_null(err);
    if (err != NULL) assert_int_equal(sce_error_kind(err), SCE_OUT_OF_MEMORY);
    sce_error_delete(err);
    assert_int_equal(live, 0);
    assert_false(leaked_secret);
    if (!reached) {
      assert_true(at > 8);
      return;
    }
  }
}

static void memory(void **state) {
  (void)state;
  fail_each(NULL);
}

static void folder(void **state) {
  (void)state;
  char path[] = "/tmp/scexec-keystore-XXXXXX", command[64];
  assert_non_null(mkdtemp(path));
  fail_each(path);
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(memory), cmocka_unit_test(folder)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
