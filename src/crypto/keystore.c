/* keystore.c: the keystore: pairs in memory, sorted by type, scheme and public key, and, with a directory, key files.
 *
 * One lock guards all of it. Each pair is allocated by itself, so that moving the array about leaves no secrets behind.
 */
#include "scexec/keystore.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "crypto/keyfile.h"
#include "crypto/pair.h"
#include "crypto/secret.h"
#include "scexec_native.h"

#include <pthread.h>
#include <unistd.h>

typedef struct entry {
  uint8_t key_type[4];
  sce_pair_t pair;
} entry_t;

struct sce_keystore {
  pthread_mutex_t lock;
  sce_random_t random;
  sce_ecdsa_signer_t *signer;
  entry_t **entries; /* sorted by order() */
  size_t count, cap;
  int dir;            /* -1: memory only */
  sce_buf_t password; /* of the key files */
  bool has_password;
};

sce_error_t *sce_keystore_new(sce_keystore_t **out, const uint8_t *seed) {
  sce_keystore_t *keystore = sce_calloc(1, sizeof *keystore);
  if (keystore == NULL) return sce_error_oom();
  keystore->dir = -1;
  sce_random_init(&keystore->random, seed);
  sce_error_t *err = NULL;
  int failed = pthread_mutex_init(&keystore->lock, NULL);
  if (failed != 0) {
    err = sce_error_system(failed, "keystore: its lock");
    sce_random_wipe(&keystore->random);
    sce_free(keystore);
    return err;
  }
  err = sce_ecdsa_signer_new(&keystore->signer, &keystore->random);
  if (err != NULL) {
    sce_keystore_delete(keystore);
    return err;
  }
  *out = keystore;
  return NULL;
}

static sce_error_t *set_password(sce_keystore_t *keystore, const char *password) {
  if (password == NULL) return NULL;
  keystore->has_password = true;
  SCE_TRY(sce_buf_reserve(&keystore->password, strlen(password) + 1));
  return sce_buf_append(&keystore->password, password, strlen(password));
}

sce_error_t *sce_keystore_open(sce_keystore_t **out, const char *path, const char *password, const uint8_t *seed) {
  sce_keystore_t *keystore;
  SCE_TRY(sce_keystore_new(&keystore, seed));
  sce_error_t *err = set_password(keystore, password);
  if (err == NULL) err = sce_keyfile_open_dir(&keystore->dir, path);
  if (err != NULL) {
    sce_keystore_delete(keystore);
    return err;
  }
  *out = keystore;
  return NULL;
}

static void free_entry(entry_t *entry) {
  sce_pair_wipe(&entry->pair);
  sce_free(entry);
}

void sce_keystore_delete(sce_keystore_t *keystore) {
  if (keystore == NULL) return;
  for (size_t i = 0; i < keystore->count; i++) free_entry(keystore->entries[i]);
  sce_free(keystore->entries);
  sce_ecdsa_signer_delete(keystore->signer);
  sce_secret_free(&keystore->password);
  sce_random_wipe(&keystore->random);
  if (keystore->dir >= 0) close(keystore->dir);
  pthread_mutex_destroy(&keystore->lock);
  sce_free(keystore);
}

/* ---- pairs in memory ---- */

static sce_span_t public_of(const sce_pair_t *pair) {
  return sce_span(pair->public_key, sce_public_key_len(pair->scheme));
}

/* Order of an entry against type, scheme and public key. An empty key comes before all others. */
static int order(const entry_t *entry, const uint8_t key_type[4], sce_key_scheme_t scheme, sce_span_t public_key) {
  int by_type = memcmp(entry->key_type, key_type, 4);
  if (by_type != 0) return by_type;
  if (entry->pair.scheme != scheme) return entry->pair.scheme < scheme ? -1 : 1;
  return sce_span_compare(public_of(&entry->pair), public_key);
}

/* The first entry not before that key. */
static size_t lower_bound(const sce_keystore_t *keystore, const uint8_t key_type[4], sce_key_scheme_t scheme,
                          sce_span_t public_key) {
  size_t low = 0, high = keystore->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (order(keystore->entries[middle], key_type, scheme, public_key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static const sce_pair_t *find(const sce_keystore_t *keystore, const uint8_t key_type[4], sce_key_scheme_t scheme,
                              sce_span_t public_key) {
  size_t at = lower_bound(keystore, key_type, scheme, public_key);
  if (at == keystore->count || order(keystore->entries[at], key_type, scheme, public_key) != 0) return NULL;
  return &keystore->entries[at]->pair;
}

static sce_error_t *keep(sce_keystore_t *keystore, const uint8_t key_type[4], const sce_pair_t *pair) {
  if (find(keystore, key_type, pair->scheme, public_of(pair)) != NULL) return NULL;
  if (keystore->count == keystore->cap) {
    size_t cap = keystore->cap == 0 ? 8 : 2 * keystore->cap;
    entry_t **entries = sce_realloc_array(keystore->entries, cap, sizeof *entries);
    if (entries == NULL) return sce_error_oom();
    keystore->entries = entries;
    keystore->cap = cap;
  }
  entry_t *entry = sce_alloc(sizeof *entry);
  if (entry == NULL) return sce_error_oom();
  memcpy(entry->key_type, key_type, 4);
  entry->pair = *pair;
  size_t at = lower_bound(keystore, key_type, pair->scheme, public_of(pair));
  memmove(keystore->entries + at + 1, keystore->entries + at, (keystore->count - at) * sizeof(entry_t *));
  keystore->entries[at] = entry;
  keystore->count++;
  return NULL;
}

/* ---- making keys ---- */

/* `own_password`: the keystore's password completes the URI. */
static sce_error_t *make_pair(sce_keystore_t *keystore, sce_pair_t *pair, sce_key_scheme_t scheme, sce_span_t uri,
                              bool own_password) {
  sce_span_t password = sce_buf_span(&keystore->password);
  return sce_pair_from_uri(pair, keystore->signer, &keystore->random, scheme, uri,
                           own_password && keystore->has_password ? &password : NULL);
}

/* Makes the pair and puts it where it belongs: a file when there is a directory and `lasting`. */
static sce_error_t *add(sce_keystore_t *keystore, uint8_t public_key[33], const uint8_t key_type[4],
                        sce_key_scheme_t scheme, sce_span_t uri, bool lasting) {
  sce_pair_t pair;
  bool to_file = lasting && keystore->dir >= 0;
  SCE_TRY(make_pair(keystore, &pair, scheme, uri, to_file));
  sce_error_t *err =
      to_file ? sce_keyfile_write(keystore->dir, key_type, public_of(&pair), uri) : keep(keystore, key_type, &pair);
  if (err == NULL) memcpy(public_key, pair.public_key, sce_public_key_len(scheme));
  sce_pair_wipe(&pair);
  return err;
}

/* As LocalKeystore: a random key is a phrase of 12 words, so that it can be written down. */
static sce_error_t *add_random(sce_keystore_t *keystore, uint8_t public_key[33], const uint8_t key_type[4],
                               sce_key_scheme_t scheme) {
  uint8_t entropy[16], phrase[SCN_PHRASE_MAX];
  SCE_TRY(sce_random_fill(&keystore->random, entropy, sizeof entropy));
  size_t len = scn_mnemonic_phrase(phrase, sizeof phrase, entropy);
  sce_error_t *err = len == 0 ? sce_error_new(SCE_INTERNAL, "no phrase for 16 bytes of entropy")
                              : add(keystore, public_key, key_type, scheme, sce_span(phrase, len), true);
  sce_wipe(entropy, sizeof entropy);
  sce_wipe(phrase, sizeof phrase);
  return err;
}

sce_error_t *sce_keystore_insert(sce_keystore_t *keystore, uint8_t public_key[33], const uint8_t key_type[4],
                                 sce_key_scheme_t scheme, sce_span_t uri) {
  pthread_mutex_lock(&keystore->lock);
  sce_error_t *err = add(keystore, public_key, key_type, scheme, uri, true);
  pthread_mutex_unlock(&keystore->lock);
  return err;
}

/* ---- the operations ---- */

static sce_error_t *generate(void *ctx, uint8_t public_key[33], const uint8_t key_type[4], sce_key_scheme_t scheme,
                             const sce_span_t *seed) {
  sce_keystore_t *keystore = ctx;
  pthread_mutex_lock(&keystore->lock);
  sce_error_t *err = seed == NULL ? add_random(keystore, public_key, key_type, scheme)
                                  : add(keystore, public_key, key_type, scheme, *seed, false);
  pthread_mutex_unlock(&keystore->lock);
  return err;
}

static sce_error_t *list_memory(const sce_keystore_t *keystore, sce_buf_t *keys, const uint8_t key_type[4],
                                sce_key_scheme_t scheme) {
  for (size_t i = lower_bound(keystore, key_type, scheme, sce_span(NULL, 0)); i < keystore->count; i++) {
    const entry_t *entry = keystore->entries[i];
    if (memcmp(entry->key_type, key_type, 4) != 0 || entry->pair.scheme != scheme) break;
    sce_span_t key = public_of(&entry->pair);
    SCE_TRY(sce_buf_append(keys, key.data, key.len));
  }
  return NULL;
}

static sce_error_t *public_keys(void *ctx, sce_buf_t *keys, const uint8_t key_type[4], sce_key_scheme_t scheme) {
  sce_keystore_t *keystore = ctx;
  size_t before = keys->len;
  pthread_mutex_lock(&keystore->lock);
  sce_error_t *err = list_memory(keystore, keys, key_type, scheme);
  if (err == NULL && keystore->dir >= 0) {
    err = sce_keyfile_list(keystore->dir, keys, key_type, sce_public_key_len(scheme));
  }
  pthread_mutex_unlock(&keystore->lock);
  if (err != NULL) keys->len = before;
  return err;
}

/* The pair of a key file. `*found` is false when there is none, or it is not the key that its name says: one of the
 * other 32-byte scheme, or one that needs another password (upstream's PublicKeyMismatch and InvalidPhrase, which the
 * host functions turn into None). */
static sce_error_t *load(sce_keystore_t *keystore, bool *found, sce_pair_t *pair, const uint8_t key_type[4],
                         sce_key_scheme_t scheme, sce_span_t public_key) {
  sce_buf_t uri = {0};
  sce_error_t *err = sce_keyfile_read(keystore->dir, found, &uri, key_type, public_key);
  if (err == NULL && *found) {
    err = make_pair(keystore, pair, scheme, sce_buf_span(&uri), true);
    *found = err == NULL && sce_span_equal(public_of(pair), public_key);
    if (err == NULL && !*found) sce_pair_wipe(pair);
    if (err != NULL && sce_error_kind(err) == SCE_BAD_INPUT) {
      sce_error_delete(err);
      err = NULL;
    }
  }
  sce_secret_free(&uri);
  return err;
}

static sce_error_t *sign_locked(sce_keystore_t *keystore, bool *found, uint8_t signature[65], const uint8_t key_type[4],
                                sce_key_scheme_t scheme, sce_span_t public_key, sce_span_t message, bool prehashed) {
  const sce_pair_t *pair = find(keystore, key_type, scheme, public_key);
  sce_pair_t loaded;
  *found = pair != NULL;
  if (pair == NULL) {
    if (keystore->dir < 0 || public_key.len != sce_public_key_len(scheme)) return NULL;
    SCE_TRY(load(keystore, found, &loaded, key_type, scheme, public_key));
    if (!*found) return NULL;
    pair = &loaded;
  }
  sce_error_t *err = sce_pair_sign(pair, signature, keystore->signer, &keystore->random, message, prehashed);
  if (pair == &loaded) sce_pair_wipe(&loaded);
  return err;
}

static sce_error_t *sign(void *ctx, bool *found, uint8_t signature[65], const uint8_t key_type[4],
                         sce_key_scheme_t scheme, sce_span_t public_key, sce_span_t message, bool prehashed) {
  sce_keystore_t *keystore = ctx;
  pthread_mutex_lock(&keystore->lock);
  sce_error_t *err = sign_locked(keystore, found, signature, key_type, scheme, public_key, message, prehashed);
  pthread_mutex_unlock(&keystore->lock);
  return err;
}

sce_error_t *sce_keystore_has(sce_keystore_t *keystore, bool *found, const uint8_t key_type[4], sce_span_t public_key) {
  pthread_mutex_lock(&keystore->lock);
  bool there = false;
  for (int scheme = SCE_KEY_ED25519; scheme <= SCE_KEY_ECDSA && !there; scheme++) {
    there = find(keystore, key_type, (sce_key_scheme_t)scheme, public_key) != NULL;
  }
  sce_error_t *err = NULL;
  if (!there && keystore->dir >= 0) err = sce_keyfile_exists(keystore->dir, &there, key_type, public_key);
  pthread_mutex_unlock(&keystore->lock);
  if (err == NULL) *found = there;
  return err;
}

const sce_keystore_ops_t *sce_keystore_ops_get(void) {
  static const sce_keystore_ops_t ops = {
      .size = sizeof ops, .generate = generate, .public_keys = public_keys, .sign = sign};
  return &ops;
}
