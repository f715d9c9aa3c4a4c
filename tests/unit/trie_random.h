/* trie_random.h: random tries and edits, the same in tests/oracle/trie/src/main.rs, which computes their roots with
 * sp-trie. Include after cmocka.h. Everything follows from the number of a trie by splitmix64:
 *
 *   trie n        generator seeded with n; version n & 1; n % 4 == 3: each round draws its own version
 *   key style     draw % 4; see random_key
 *   first round   draw % 40 changes (every 50th trie: 40 + draw % 400), all of them sets
 *   later rounds  draw % 12 changes each: draw % 3 == 0 removes, else sets; the key is one used before when draw % 2 ==
 * 0 and there is one value         length class draw % 8, see random_value; bytes are draws of equal keys in a round
 * the last change counts */
#ifndef TEST_TRIE_RANDOM_H
#define TEST_TRIE_RANDOM_H

#include "state/backend.h"
#include "trie_vectors.h"

#define RANDOM_ROUNDS 6
#define RANDOM_MAX_KEYS 1024

typedef struct random_trie {
  uint64_t seed;
  uint64_t number;
  unsigned style;
  sce_buf_t keys[RANDOM_MAX_KEYS]; /* used so far, in the order of use, repeats included */
  size_t key_count;
  sce_change_t changes[512];
  size_t change_count;
} random_trie_t;

static inline uint64_t draw(random_trie_t *trie) {
  uint64_t z = (trie->seed += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static inline void random_bytes(random_trie_t *trie, sce_buf_t *out, size_t len, bool few) {
  static const uint8_t four[4] = {0x00, 0x01, 0x10, 0x11};
  for (size_t i = 0; i < len; i++) {
    uint64_t number = draw(trie);
    must(sce_buf_append_byte(out, few ? four[number % 4] : (uint8_t)number));
  }
}

/* Style 0: up to 7 bytes; 1: up to 5 out of four byte values, so that keys are prefixes of others; 2: a prefix of 16
 * bytes 0xaa and 4 bytes; 3: a key used before, cut (draw % len) or not, and up to 3 bytes more. */
static inline void random_key(random_trie_t *trie, sce_buf_t *key) {
  switch (trie->style) {
    case 0: random_bytes(trie, key, draw(trie) % 8, false); return;
    case 1: random_bytes(trie, key, draw(trie) % 6, true); return;
    case 2:
      for (int i = 0; i < 16; i++) must(sce_buf_append_byte(key, 0xaa));
      random_bytes(trie, key, 4, false);
      return;
    default:
      if (trie->key_count > 0) {
        const sce_buf_t *old = &trie->keys[draw(trie) % trie->key_count];
        size_t len = old->len;
        if (len > 0 && draw(trie) % 2 == 0) len = draw(trie) % len;
        must(sce_buf_append(key, old->data, len));
      }
      random_bytes(trie, key, draw(trie) % 4, false);
  }
}

static inline void random_value(random_trie_t *trie, sce_buf_t *value) {
  uint64_t kind = draw(trie) % 8, number = draw(trie);
  size_t len = kind == 0   ? 0
               : kind < 5  ? 1 + number % 31
               : kind == 5 ? 31 + number % 4
               : kind == 6 ? 35 + number % 66
                           : 300;
  random_bytes(trie, value, len, false);
}

static inline void random_keep_key(random_trie_t *trie, const sce_buf_t *key) {
  assert_true(trie->key_count < RANDOM_MAX_KEYS);
  sce_buf_t *kept = &trie->keys[trie->key_count++];
  kept->len = 0;
  must(sce_buf_append(kept, key->data, key->len));
}

static inline void random_forget_changes(random_trie_t *trie) {
  for (size_t i = 0; i < trie->change_count; i++) {
    free((void *)(uintptr_t)trie->changes[i].key.data);
    free((void *)(uintptr_t)trie->changes[i].value.data);
  }
  trie->change_count = 0;
}

static inline sce_span_t random_copy(const sce_buf_t *bytes) {
  uint8_t *copy = malloc(bytes->len + 1);
  assert_non_null(copy);
  if (bytes->len > 0) memcpy(copy, bytes->data, bytes->len);
  return sce_span(copy, bytes->len);
}

/* Puts a change into the sorted list; one of the same key is replaced. Takes the spans. */
static inline void random_put_change(random_trie_t *trie, sce_change_t change) {
  size_t place = 0;
  while (place < trie->change_count && sce_span_compare(trie->changes[place].key, change.key) < 0) place++;
  if (place < trie->change_count && sce_span_equal(trie->changes[place].key, change.key)) {
    free((void *)(uintptr_t)trie->changes[place].key.data);
    free((void *)(uintptr_t)trie->changes[place].value.data);
  } else {
    assert_true(trie->change_count < 512);
    memmove(trie->changes + place + 1, trie->changes + place, (trie->change_count++ - place) * sizeof *trie->changes);
  }
  trie->changes[place] = change;
}

static inline void random_change(random_trie_t *trie, bool first_round) {
  sce_buf_t key = {0}, value = {0};
  bool removed = !first_round && draw(trie) % 3 == 0;
  bool known = !first_round && draw(trie) % 2 == 0 && trie->key_count > 0;
  if (known) {
    const sce_buf_t *old = &trie->keys[draw(trie) % trie->key_count];
    must(sce_buf_append(&key, old->data, old->len));
  } else {
    random_key(trie, &key);
    random_keep_key(trie, &key);
  }
  if (!removed) random_value(trie, &value);
  random_put_change(trie, (sce_change_t){random_copy(&key), random_copy(&value), removed});
  sce_buf_free(&key);
  sce_buf_free(&value);
}

static inline void random_trie_start(random_trie_t *trie, uint64_t number) {
  trie->seed = trie->number = number;
  trie->key_count = 0;
  trie->style = draw(trie) % 4;
}

/* Makes the changes of round `round` and says which version they are written in. */
static inline sce_state_version_t random_round(random_trie_t *trie, unsigned round) {
  uint64_t version = trie->number & 1;
  if (trie->number % 4 == 3) version = draw(trie) & 1;
  uint64_t count = draw(trie);
  count = round > 0 ? count % 12 : trie->number % 50 == 0 ? 40 + count % 400 : count % 40;
  random_forget_changes(trie);
  for (uint64_t i = 0; i < count; i++) random_change(trie, round == 0);
  return version == 0 ? SCE_STATE_V0 : SCE_STATE_V1;
}

static inline void random_trie_free(random_trie_t *trie) {
  random_forget_changes(trie);
  for (size_t i = 0; i < RANDOM_MAX_KEYS; i++) sce_buf_free(&trie->keys[i]);
}

#endif
