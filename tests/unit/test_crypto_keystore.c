/* test_crypto_keystore.c: the keystore in memory against the reference's host functions (scripts of host-vectors.json),
 * and the directory against the rules of sc-keystore 43, local.rs. */
#include "scexec/keystore.h"

#include "crypto/keyfile.h"
#include "crypto/pair.h"
#include "crypto/secret.h"
#include "crypto/sr25519.h"
#include "scale/scale.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vectors.h"

static const uint8_t ACCO[4] = {'a', 'c', 'c', 'o'};
static const uint8_t NONE[4] = {'n', 'o', 'n', 'e'};

static const sce_keystore_ops_t *ops(void) {
  return sce_keystore_ops_get();
}

/* ---- the reference's scripts ---- */

typedef struct script {
  sce_keystore_t *keystore;
  sce_key_scheme_t scheme;
  sce_buf_t in[3], expected, out;
} script_t;

/* The seed argument: SCALE of Option<Vec<u8>>. False where the host function could not decode it. */
static bool read_seed(const sce_buf_t *scale, bool *present, sce_span_t *seed) {
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(scale));
  sce_error_t *err = sce_scale_read_option(&in, present);
  if (err == NULL && *present) err = sce_scale_read_bytes(&in, seed);
  bool read = err == NULL;
  sce_error_delete(err);
  return read;
}

static sce_error_t *run_generate(script_t *s) {
  bool present;
  sce_span_t seed;
  uint8_t key[33];
  if (!read_seed(&s->in[1], &present, &seed)) return sce_error_from_host(SCE_HOST_FUNCTION, NULL);
  sce_error_t *err = ops()->generate(s->keystore, key, s->in[0].data, s->scheme, present ? &seed : NULL);
  return err != NULL ? err : sce_buf_append(&s->out, key, sce_public_key_len(s->scheme));
}

static int compare_32(const void *a, const void *b) {
  return memcmp(a, b, 32);
}
static int compare_33(const void *a, const void *b) {
  return memcmp(a, b, 33);
}

/* The keys in a defined order; upstream's is not. */
static void sort_keys(uint8_t *keys, size_t count, size_t len) {
  if (count > 0) qsort(keys, count, len, len == 32 ? compare_32 : compare_33);
}

static sce_error_t *run_public_keys(script_t *s) {
  sce_buf_t keys = {0};
  size_t len = sce_public_key_len(s->scheme);
  sce_error_t *err = ops()->public_keys(s->keystore, &keys, s->in[0].data, s->scheme);
  assert_null(err);
  sort_keys(keys.data, keys.len / len, len);
  if (s->expected.len > 1) sort_keys(s->expected.data + 1, (s->expected.len - 1) / len, len);
  assert_null(sce_scale_write_compact(&s->out, keys.len / len));
  assert_null(sce_buf_append(&s->out, keys.data, keys.len));
  sce_buf_free(&keys);
  return NULL;
}

static sce_error_t *run_sign(script_t *s, bool prehashed) {
  bool found = true;
  uint8_t signature[65];
  sce_error_t *err = ops()->sign(s->keystore, &found, signature, s->in[0].data, s->scheme, sce_buf_span(&s->in[1]),
                                 sce_buf_span(&s->in[2]), prehashed);
  if (err != NULL) return err;
  assert_null(sce_buf_append_byte(&s->out, found));
  return found ? sce_buf_append(&s->out, signature, s->scheme == SCE_KEY_ECDSA ? 65 : 64) : NULL;
}

static void run_step(script_t *s, const json_t *step) {
  const char *function = vectors_text(step, "function");
  size_t inputs = json_array_size(json_object_get(step, "inputs"));
  for (size_t i = 0; i < inputs; i++) vectors_input(&s->in[i], step, i);
  bool traps = !vectors_output(&s->expected, step);
  s->out.len = 0;
  sce_error_t *err = strstr(function, "_generate_") != NULL      ? run_generate(s)
                     : strstr(function, "_public_keys_") != NULL ? run_public_keys(s)
                                                                 : run_sign(s, strstr(function, "_prehashed_") != NULL);
  if ((err != NULL) != traps) fail_msg("%s: expected %s", function, traps ? "a trap" : "a result");
  if (err == NULL) {
    assert_int_equal(s->out.len, s->expected.len);
    assert_memory_equal(s->out.data, s->expected.data, s->out.len);
  }
  sce_error_delete(err);
}

static void answers_are_those_of_the_reference(void **state) {
  (void)state;
  static const char *const names[] = {"keystore ed25519", "keystore sr25519", "keystore ecdsa"};
  static const sce_key_scheme_t schemes[] = {SCE_KEY_ED25519, SCE_KEY_SR25519, SCE_KEY_ECDSA};
  json_t *vectors = vectors_load();
  for (size_t i = 0; i < 3; i++) {
    script_t s = {.scheme = schemes[i]};
    assert_null(sce_keystore_new(&s.keystore, NULL));
    const json_t *steps = vectors_script(vectors, names[i]);
    for (size_t k = 0; k < json_array_size(steps); k++) run_step(&s, json_array_get(steps, k));
    assert_true(json_array_size(steps) > 10);
    for (size_t k = 0; k < 3; k++) sce_buf_free(&s.in[k]);
    sce_buf_free(&s.expected);
    sce_buf_free(&s.out);
    sce_keystore_delete(s.keystore);
  }
  json_decref(vectors);
}

/* ---- in memory ---- */

static size_t count_keys(sce_keystore_t *keystore, const uint8_t key_type[4], sce_key_scheme_t scheme) {
  sce_buf_t keys = {0};
  assert_null(ops()->public_keys(keystore, &keys, key_type, scheme));
  size_t count = keys.len / sce_public_key_len(scheme);
  assert_int_equal(keys.len % sce_public_key_len(scheme), 0);
  sce_buf_free(&keys);
  return count;
}

static void types_and_schemes_are_apart(void **state) {
  (void)state;
  sce_keystore_t *keystore;
  uint8_t key[33];
  bool found;
  assert_null(sce_keystore_new(&keystore, NULL));
  for (int i = 0; i < 40; i++) {
    assert_null(ops()->generate(keystore, key, i % 2 == 0 ? ACCO : NONE, (sce_key_scheme_t)(i % 3), NULL));
  }
  for (int scheme = 0; scheme < 3; scheme++) {
    size_t both =
        count_keys(keystore, ACCO, (sce_key_scheme_t)scheme) + count_keys(keystore, NONE, (sce_key_scheme_t)scheme);
    assert_int_equal(both, scheme == 0 ? 14 : 13);
  }
  sce_span_t alice = sce_span_text("//Alice");
  for (int i = 0; i < 2; i++) assert_null(ops()->generate(keystore, key, ACCO, SCE_KEY_SR25519, &alice));
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_SR25519), 7);
  assert_null(sce_keystore_has(keystore, &found, ACCO, sce_span(key, 32)));
  assert_true(found);
  assert_null(sce_keystore_has(keystore, &found, NONE, sce_span(key, 32)));
  assert_false(found);
  uint8_t signature[65];
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_ED25519, sce_span(key, 32), alice, false));
  assert_false(found);
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_span(key, 32), alice, false));
  assert_true(found);
  assert_true(sce_sr25519_verify(signature, key, alice));
  sce_error_t *err = ops()->generate(keystore, key, ACCO, (sce_key_scheme_t)3, NULL);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
  sce_keystore_delete(keystore);
  sce_keystore_delete(NULL);
}

static void seeded_keystores_repeat_themselves(void **state) {
  (void)state;
  static const uint8_t seed[32] = {42};
  uint8_t keys[2][3][33], signatures[2][65];
  for (int run = 0; run < 2; run++) {
    sce_keystore_t *keystore;
    bool found;
    assert_null(sce_keystore_new(&keystore, seed));
    for (int i = 0; i < 3; i++) assert_null(ops()->generate(keystore, keys[run][i], ACCO, SCE_KEY_SR25519, NULL));
    assert_memory_not_equal(keys[run][0], keys[run][1], 32);
    assert_null(ops()->sign(keystore, &found, signatures[run], ACCO, SCE_KEY_SR25519, sce_span(keys[run][1], 32),
                            sce_span_text("message"), false));
    assert_true(found);
    sce_keystore_delete(keystore);
  }
  for (int i = 0; i < 3; i++) assert_memory_equal(keys[0][i], keys[1][i], 32);
  assert_memory_equal(signatures[0], signatures[1], 64);
}

enum { THREADS = 4, ROUNDS = 8 };

static void *use_from_thread(void *ctx) {
  sce_keystore_t *keystore = ctx;
  for (int i = 0; i < ROUNDS; i++) {
    uint8_t key[33], signature[65];
    bool found = false;
    sce_buf_t keys = {0};
    sce_error_t *err = ops()->generate(keystore, key, ACCO, SCE_KEY_ECDSA, NULL);
    if (err == NULL) err = ops()->public_keys(keystore, &keys, ACCO, SCE_KEY_ECDSA);
    if (err == NULL) {
      err =
          ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_ECDSA, sce_span(key, 33), sce_buf_span(&keys), false);
    }
    sce_buf_free(&keys);
    if (err != NULL || !found) return "failed";
  }
  return NULL;
}

static void threads_share_a_keystore(void **state) {
  (void)state;
  sce_keystore_t *keystore;
  pthread_t threads[THREADS];
  assert_null(sce_keystore_new(&keystore, NULL));
  for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, use_from_thread, keystore), 0);
  for (int i = 0; i < THREADS; i++) {
    void *failed;
    assert_int_equal(pthread_join(threads[i], &failed), 0);
    assert_null(failed);
  }
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_ECDSA), THREADS * ROUNDS);
  sce_keystore_delete(keystore);
}

/* ---- directory ---- */

typedef struct folder {
  char parent[64];
  char path[96];
} folder_t;

static int make_folder(void **state) {
  static folder_t folder;
  strcpy(folder.parent, "/tmp/scexec-keystore-XXXXXX");
  if (mkdtemp(folder.parent) == NULL) return -1;
  snprintf(folder.path, sizeof folder.path, "%s/chains/dev/keystore", folder.parent);
  *state = &folder;
  return 0;
}

static int remove_folder(void **state) {
  folder_t *folder = *state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder->parent);
  return system(command);
}

static void write_file(const folder_t *folder, const char *name, const char *content) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(content, file);
  fclose(file);
}

static void read_file(const folder_t *folder, const char *name, char *content, size_t size, unsigned *mode) {
  char path[256];
  struct stat about;
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  content[fread(content, 1, size - 1, file)] = 0;
  assert_int_equal(fstat(fileno(file), &about), 0);
  *mode = about.st_mode & 07777;
  fclose(file);
}

/* A file as a node has it, for //Alice: read, listed, used for the right scheme only. */
static void files_of_a_node_are_used(void **state) {
  folder_t *folder = *state;
  sce_keystore_t *keystore;
  bool found;
  uint8_t signature[65];
  sce_buf_t alice = {0};
  vectors_hex(&alice, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
  assert_null(sce_keystore_open(&keystore, folder->path, NULL, NULL));
  write_file(folder, "6163636fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d", "\"//Alice\"");
  write_file(folder, "6163636f", "\"//Alice\"");
  write_file(folder, "readme", "not a key");
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_SR25519), 1);
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_ED25519), 1); /* the name does not tell the scheme */
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_ECDSA), 0);
  assert_int_equal(count_keys(keystore, NONE, SCE_KEY_SR25519), 0);
  assert_null(sce_keystore_has(keystore, &found, ACCO, sce_buf_span(&alice)));
  assert_true(found);
  sce_span_t message = sce_span_text("message");
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_buf_span(&alice), message, false));
  assert_true(found);
  assert_true(sce_sr25519_verify(signature, alice.data, message));
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_ED25519, sce_buf_span(&alice), message, false));
  assert_false(found);
  assert_null(ops()->sign(keystore, &found, signature, NONE, SCE_KEY_SR25519, sce_buf_span(&alice), message, false));
  assert_false(found);
  sce_buf_free(&alice);
  sce_keystore_delete(keystore);
}

static void key_name(char name[80], const uint8_t *key, size_t len) {
  strcpy(name, "6163636f");
  for (size_t i = 0; i < len; i++) sprintf(name + 8 + 2 * i, "%02x", key[i]);
}

/* Random and inserted keys become files, mode 0600; keys from a runtime's own seed do not. */
static void new_keys_become_files(void **state) {
  folder_t *folder = *state;
  sce_keystore_t *keystore;
  uint8_t key[33], again[33];
  char name[80], content[256];
  unsigned mode;
  mode_t old_mask = umask(0);
  assert_null(sce_keystore_open(&keystore, folder->path, NULL, NULL));
  assert_null(ops()->generate(keystore, key, ACCO, SCE_KEY_ECDSA, NULL));
  umask(old_mask);
  key_name(name, key, 33);
  read_file(folder, name, content, sizeof content, &mode);
  assert_int_equal(mode, 0600);
  assert_int_equal(content[0], '"');
  content[strlen(content) - 1] = 0;
  assert_null(sce_keystore_insert(keystore, again, ACCO, SCE_KEY_ECDSA, sce_span_text(content + 1)));
  assert_memory_equal(key, again, 33);
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_ECDSA), 1);
  sce_span_t seed = sce_span_text("//Ephemeral");
  assert_null(ops()->generate(keystore, key, ACCO, SCE_KEY_ECDSA, &seed));
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_ECDSA), 2);
  sce_span_t odd = sce_span_text("//q\"b\\n\n\x01\xc3\xa9");
  assert_null(sce_keystore_insert(keystore, key, ACCO, SCE_KEY_SR25519, odd));
  key_name(name, key, 32);
  read_file(folder, name, content, sizeof content, &mode);
  assert_string_equal(content, "\"//q\\\"b\\\\n\\n\\u0001\xc3\xa9\"");
  sce_keystore_delete(keystore);
  assert_null(sce_keystore_open(&keystore, folder->path, NULL, NULL));
  assert_int_equal(count_keys(keystore, ACCO, SCE_KEY_ECDSA), 1);
  bool found;
  uint8_t signature[65];
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_span(key, 32), seed, false));
  assert_true(found);
  sce_keystore_delete(keystore);
}

static void a_password_completes_the_files(void **state) {
  folder_t *folder = *state;
  sce_keystore_t *keystore;
  uint8_t key[33], signature[65];
  bool found;
  sce_span_t message = sce_span_text("message");
  assert_null(sce_keystore_open(&keystore, folder->path, "secret", NULL));
  assert_null(sce_keystore_insert(keystore, key, ACCO, SCE_KEY_SR25519, sce_span_text("//Alice")));
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_span(key, 32), message, false));
  assert_true(found);
  sce_keystore_delete(keystore);
  assert_null(sce_keystore_open(&keystore, folder->path, "other", NULL));
  assert_null(ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_span(key, 32), message, false));
  assert_false(found);
  sce_keystore_delete(keystore);
  assert_null(sce_keystore_new(&keystore, NULL));
  uint8_t expected[33];
  assert_null(sce_keystore_insert(keystore, expected, ACCO, SCE_KEY_SR25519, sce_span_text("//Alice///secret")));
  assert_memory_equal(key, expected, 32);
  sce_keystore_delete(keystore);
}

static void damaged_files_are_errors_that_keep_secrets(void **state) {
  folder_t *folder = *state;
  sce_keystore_t *keystore;
  bool found = true;
  uint8_t key[32] = {0xaa}, signature[65];
  char name[80];
  assert_null(sce_keystore_open(&keystore, folder->path, NULL, NULL));
  key_name(name, key, 32);
  static const struct {
    const char *content, *end;
  } bad[] = {
      {"", ": no JSON string at byte 0"},
      {"//Sesame", ": no JSON string at byte 0"},
      {"\"//Sesame", ": the string does not end at byte 9"},
      {"\"Sesame\" \"open\"", ": more than one JSON string at byte 9"},
      {"\"Sesame\n\"", ": control character at byte 7"},
      {"\"Sesame\\x\"", ": unknown escape at byte 8"},
      {"\"Sesame\\ud800\"", ": half a surrogate pair at byte 9"},
      {"\"Sesame\\u00", ": no four digits after \\u at byte 9"},
      {"\"\xff\"", ": not UTF-8 text"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    write_file(folder, name, bad[i].content);
    sce_error_t *err =
        ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_span(key, 32), sce_span(NULL, 0), false);
    assert_non_null(err);
    assert_int_equal(sce_error_kind(err), SCE_BAD_INPUT);
    char message[256];
    snprintf(message, sizeof message, "key file %s%s", name, bad[i].end);
    assert_string_equal(sce_error_message(err), message);
    sce_error_delete(err);
  }
  write_file(folder, name, "\"no phrase\"");
  assert_null(
      ops()->sign(keystore, &found, signature, ACCO, SCE_KEY_SR25519, sce_span(key, 32), sce_span(NULL, 0), false));
  assert_false(found);
  sce_keystore_delete(keystore);
}

static void folders_that_cannot_be_are_errors(void **state) {
  folder_t *folder = *state;
  sce_keystore_t *keystore;
  char path[128];
  assert_null(sce_keystore_open(&keystore, folder->path, NULL, NULL));
  write_file(folder, "file", "");
  sce_keystore_delete(keystore);
  snprintf(path, sizeof path, "%s/file", folder->path);
  sce_error_t *err = sce_keystore_open(&keystore, path, NULL, NULL);
  assert_int_equal(sce_error_kind(err), SCE_IO);
  sce_error_delete(err);
  strcat(path, "/below");
  err = sce_keystore_open(&keystore, path, NULL, NULL);
  assert_int_equal(sce_error_kind(err), SCE_IO);
  sce_error_delete(err);
  err = sce_keystore_open(&keystore, "", NULL, NULL);
  assert_int_equal(sce_error_kind(err), SCE_MISUSE);
  sce_error_delete(err);
}

/* RFC 8259 strings that must be read, with what they stand for. */
static void json_strings_are_read(void **state) {
  (void)state;
  static const struct {
    const char *json, *text;
  } good[] = {
      {"\"\"", ""},
      {" \t\r\n\"a b\"\n", "a b"},
      {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
      {"\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    sce_buf_t text = {0};
    assert_null(sce_keyfile_decode(&text, sce_span_text(good[i].json)));
    assert_int_equal(text.len, strlen(good[i].text));
    assert_memory_equal(text.data, good[i].text, text.len);
    sce_secret_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_are_those_of_the_reference),
      cmocka_unit_test(types_and_schemes_are_apart),
      cmocka_unit_test(seeded_keystores_repeat_themselves),
      cmocka_unit_test(threads_share_a_keystore),
      cmocka_unit_test_setup_teardown(files_of_a_node_are_used, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(new_keys_become_files, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(a_password_completes_the_files, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(damaged_files_are_errors_that_keep_secrets, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(folders_that_cannot_be_are_errors, make_folder, remove_folder),
      cmocka_unit_test(json_strings_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
