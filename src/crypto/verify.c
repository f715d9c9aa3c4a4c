/* verify.c: see verify.h. */
#include "crypto/verify.h"

#include "base/alloc.h"
#include "base/apart.h"
#include "base/buf.h"
#include "base/error.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/sr25519.h"

#include <string.h>

typedef struct verify_work {
  sce_apart_work_t work;
  sce_verify_rule_t rule;
  bool valid;
  uint8_t signature[64];
  uint8_t public_key[32];
  size_t len;
  uint8_t message[];
} verify_work_t;

static bool verify_now(sce_verify_rule_t rule, const uint8_t signature[64], const uint8_t public_key[32],
                       sce_span_t message) {
  switch (rule) {
    case SCE_VERIFY_ED25519: return sce_ed25519_verify(signature, public_key, message);
    case SCE_VERIFY_SR25519: return sce_sr25519_verify(signature, public_key, message);
    case SCE_VERIFY_SR25519_DEPRECATED: return sce_sr25519_verify_deprecated(signature, public_key, message);
  }
  return false;
}

static void run_verify(void *work) {
  verify_work_t *w = work;
  w->valid = verify_now(w->rule, w->signature, w->public_key, sce_span(w->message, w->len));
}

static void release_verify(void *work) {
  sce_free(work);
}

sce_error_t *sce_verify(bool *valid, sce_verify_rule_t rule, const uint8_t signature[64], const uint8_t public_key[32],
                        sce_span_t message) {
  if (message.len <= SCE_HASH_LONG) {
    *valid = verify_now(rule, signature, public_key, message);
    return NULL;
  }
  verify_work_t *w = sce_alloc(sizeof *w + message.len);
  if (w == NULL) return sce_error_oom();
  w->work = (sce_apart_work_t){run_verify, release_verify};
  w->rule = rule;
  w->len = message.len;
  memcpy(w->signature, signature, sizeof w->signature);
  memcpy(w->public_key, public_key, sizeof w->public_key);
  sce_error_t *err = sce_budget_copy(w->message, message.data, message.len);
  if (err != NULL) {
    sce_free(w);
    return err;
  }
  SCE_TRY(sce_apart(w));
  *valid = w->valid;
  sce_free(w);
  return NULL;
}
