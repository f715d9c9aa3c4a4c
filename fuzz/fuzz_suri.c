/* fuzz_suri.c: no secret URI makes the parser or the derivation crash or leak; the parts of an accepted one add up to
 * its text; the same URI gives the same key; no error shows the text. */
#include "base/buf.h"
#include "crypto/pair.h"
#include "crypto/uri.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static size_t phrase_len(const sce_uri_t *uri, sce_span_t text) {
  return uri->phrase.data == text.data ? uri->phrase.len : 0;
}

static void check_parts(const sce_uri_t *uri, sce_span_t text) {
  size_t sum = phrase_len(uri, text) + uri->path.len + (uri->has_password ? 3 + uri->password.len : 0);
  require(sum == text.len);
  sce_span_t path = uri->path;
  sce_junction_t junction;
  while (sce_uri_next_junction(&junction, &path)) require(path.len < uri->path.len);
}

/* The message may quote numbers of its own, so only a longer text counts. */
static void check_error(sce_error_t *err, sce_span_t text) {
  if (text.len >= 24)
    require(memmem(sce_error_message(err), strlen(sce_error_message(err)), text.data, text.len) == NULL);
  sce_error_delete(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static sce_random_t random_source;
  static sce_ecdsa_signer_t *signer;
  if (signer == NULL) require(sce_ecdsa_signer_new(&signer, &random_source) == NULL);
  sce_span_t text = sce_span(data, size);
  sce_uri_t uri;
  sce_error_t *err = sce_uri_parse(&uri, text);
  if (err != NULL) {
    check_error(err, text);
    return 0;
  }
  check_parts(&uri, text);
  for (int scheme = SCE_KEY_ED25519; scheme <= SCE_KEY_ECDSA; scheme++) {
    sce_pair_t first, second;
    err = sce_pair_from_uri(&first, signer, &random_source, (sce_key_scheme_t)scheme, text, NULL);
    if (err != NULL) {
      check_error(err, text);
      continue;
    }
    require(sce_pair_from_uri(&second, signer, &random_source, (sce_key_scheme_t)scheme, text, NULL) == NULL);
    require(memcmp(first.public_key, second.public_key, sizeof first.public_key) == 0);
  }
  return 0;
}
