/* bench_crypto.c: nanoseconds of a hash, a verification, a recovery, a signature: the library's own part of what such a
 * host function costs. Prints one JSON object, {"name": ns, …}; the best of some rounds each. Sees the internal
 * headers. */
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/pair.h"
#include "crypto/sr25519.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 100, MANY = 1024 };

typedef struct bench {
  sce_random_t random;
  sce_ecdsa_signer_t *signer;
  sce_pair_t pairs[3];
  uint8_t signatures[3][65], hash[32], out[65];
  uint8_t data[MANY * 100], digests[MANY][32];
  sce_span_t inputs[MANY];
  size_t len; /* of the message or hash input of the running row */
} bench_t;

static void fail(const char *what) {
  fprintf(stderr, "bench_crypto: %s\n", what);
  exit(1);
}

static void check(sce_error_t *err) {
  if (err != NULL) fail(sce_error_message(err));
}

static void require(bool holds) {
  if (!holds) fail("an operation failed");
}

static sce_span_t input(const bench_t *b) {
  return (sce_span_t){b->data, b->len};
}

static void twox_64(bench_t *b) {
  sce_twox_64(b->out, input(b));
}
static void twox_128(bench_t *b) {
  sce_twox_128(b->out, input(b));
}
static void blake2b_128(bench_t *b) {
  sce_blake2b_128(b->out, input(b));
}
static void blake2b_256(bench_t *b) {
  sce_blake2b_256(b->out, input(b));
}
static void blake2b_256_many(bench_t *b) {
  for (size_t i = 0; i < MANY; i++) b->inputs[i] = (sce_span_t){b->data + i, b->len};
  sce_blake2b_256_many(b->digests, b->inputs, MANY);
}
static void sha2_256(bench_t *b) {
  sce_sha2_256(b->out, input(b));
}
static void keccak_256(bench_t *b) {
  sce_keccak_256(b->out, input(b));
}
static void ed25519_verify(bench_t *b) {
  require(sce_ed25519_verify(b->signatures[0], b->pairs[0].public_key, input(b)));
}
static void sr25519_verify(bench_t *b) {
  require(sce_sr25519_verify(b->signatures[1], b->pairs[1].public_key, input(b)));
}
static void ecdsa_verify(bench_t *b) {
  require(sce_ecdsa_verify(b->signatures[2], b->pairs[2].public_key, input(b), SCE_ECDSA_STRICT));
}
static void ecdsa_recover(bench_t *b) {
  require(sce_ecdsa_recover(b->out, b->signatures[2], b->hash, SCE_ECDSA_STRICT) == SCE_ECDSA_RECOVERED);
}
static void sign(bench_t *b, int scheme) {
  check(sce_pair_sign(&b->pairs[scheme], b->out, b->signer, &b->random, input(b), false));
}
static void ed25519_sign(bench_t *b) {
  sign(b, SCE_KEY_ED25519);
}
static void sr25519_sign(bench_t *b) {
  sign(b, SCE_KEY_SR25519);
}
static void ecdsa_sign(bench_t *b) {
  sign(b, SCE_KEY_ECDSA);
}

typedef struct row {
  const char *name;
  void (*run)(bench_t *b);
  size_t len;
  int calls;   /* a round */
  int digests; /* made by one call */
} row_t;

static const row_t rows[] = {
    {"twox_64 of 8 B", twox_64, 8, 20000, 1},
    {"twox_128 of 32 B", twox_128, 32, 20000, 1},
    {"twox_128 of 1024 B", twox_128, 1024, 5000, 1},
    {"blake2b_128 of 32 B", blake2b_128, 32, 10000, 1},
    {"blake2b_256 of 64 B", blake2b_256, 64, 10000, 1},
    {"blake2b_256 of 1024 B", blake2b_256, 1024, 1000, 1},
    {"blake2b_256_many of 100 B, each", blake2b_256_many, 100, 10, MANY},
    {"blake2b_256_many of 500 B, each", blake2b_256_many, 500, 4, MANY},
    {"blake2b_256 of 100 B", blake2b_256, 100, 10000, 1},
    {"blake2b_256 of 500 B", blake2b_256, 500, 2000, 1},
    {"sha2_256 of 64 B", sha2_256, 64, 10000, 1},
    {"keccak_256 of 64 B", keccak_256, 64, 2000, 1},
    {"ed25519_verify of 64 B", ed25519_verify, 64, 20, 1},
    {"sr25519_verify of 64 B", sr25519_verify, 64, 20, 1},
    {"ecdsa_verify of 64 B", ecdsa_verify, 64, 20, 1},
    {"ecdsa_recover", ecdsa_recover, 64, 20, 1},
    {"ed25519_sign of 64 B", ed25519_sign, 64, 20, 1},
    {"sr25519_sign of 64 B", sr25519_sign, 64, 20, 1},
    {"ecdsa_sign of 64 B", ecdsa_sign, 64, 20, 1},
};

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double measure(bench_t *b, const row_t *row) {
  double best = 0;
  b->len = row->len;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    for (int i = 0; i < row->calls; i++) row->run(b);
    double time = (now_ns() - start) / row->calls / row->digests;
    if (round == 0 || time < best) best = time;
  }
  return best;
}

static void set_up(bench_t *b) {
  static const char uri[] = "//Alice";
  for (size_t i = 0; i < sizeof b->data; i++) b->data[i] = (uint8_t)(31 * i + 7);
  sce_random_init(&b->random, NULL);
  check(sce_ecdsa_signer_new(&b->signer, &b->random));
  b->len = 64;
  for (int i = 0; i < 3; i++) {
    sce_span_t text = {(const uint8_t *)uri, strlen(uri)};
    check(sce_pair_from_uri(&b->pairs[i], b->signer, &b->random, (sce_key_scheme_t)i, text, NULL));
    sign(b, i);
    memcpy(b->signatures[i], b->out, sizeof b->out);
  }
  sce_blake2b_256(b->hash, input(b));
}

int main(void) {
  static bench_t b;
  set_up(&b);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    printf("%s\"%s\": %.1f", i == 0 ? "{" : ",\n ", rows[i].name, measure(&b, &rows[i]));
  }
  printf("}\n");
  sce_ecdsa_signer_delete(b.signer);
  return 0;
}
