/* batch_at.c: see batch_at.h. */
#include "cli/batch_at.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include "scexec/artifact.h"
#include "scexec/hash.h"

#include <string.h>

sce_error_t *batch_eras_init(batch_eras_t *eras, cli_t *cli, const cli_session_t *session, bool values) {
  *eras = (batch_eras_t){.cli = cli, .session = session, .values = values};
  int failed = pthread_mutex_init(&eras->lock, NULL);
  return failed == 0 ? NULL : sce_error_system(failed, "cannot make a lock");
}

static void free_era(batch_era_t *era) {
  cli_metadata_free(&era->metadata);
  sce_runtime_delete(era->runtime);
  sce_free(era);
}

void batch_eras_free(batch_eras_t *eras) {
  while (eras->first != NULL) {
    batch_era_t *next = eras->first->next;
    free_era(eras->first);
    eras->first = next;
  }
  pthread_mutex_destroy(&eras->lock);
}

/* On the session's engine, through the cache where it has one. */
static sce_error_t *compile(const batch_eras_t *eras, batch_era_t *era, cli_source_t *source) {
  const cli_session_t *session = eras->session;
  if (session->cache_path.len > 0) return sce_runtime_from_code(&era->runtime, session->engine, source->code);
  const sce_blob_t *blob;
  SCE_TRY(cli_source_blob(source, &blob));
  return sce_runtime_new(&era->runtime, session->engine, blob);
}

static sce_error_t *load_metadata(const batch_eras_t *eras, batch_era_t *era, const cli_source_t *source) {
  cli_session_t session = *eras->session; /* nothing of it is owned here */
  session.runtime = era->runtime;
  session.source = *source;
  return cli_metadata_load(eras->cli, &era->metadata, &session, 0);
}

static sce_error_t *add_era(batch_eras_t *eras, const batch_era_t **era, cli_source_t *source, const uint8_t hash[32]) {
  batch_era_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  memcpy(made->hash, hash, 32);
  sce_error_t *err = compile(eras, made, source);
  if (err == NULL && eras->values) err = load_metadata(eras, made, source);
  if (err != NULL) {
    free_era(made);
    return err;
  }
  made->next = eras->first;
  eras->first = made;
  *era = made;
  return NULL;
}

static sce_error_t *find_era(batch_eras_t *eras, const batch_era_t **era, cli_source_t *source) {
  const cli_source_options_t *options = &source->options;
  uint8_t hash[32];
  *era = NULL;
  if (options->runtime != NULL || options->artifact != NULL) return NULL; /* code for all states */
  SCE_TRY(cli_source_choose_code(eras->cli, source, SCE_CODE_CALL, &eras->session->cache_path));
  if (sce_span_equal(source->code, eras->session->source.code)) return NULL;
  sce_hash_blake2b_256(hash, source->code);
  for (batch_era_t *one = eras->first; one != NULL && *era == NULL; one = one->next)
    if (memcmp(one->hash, hash, 32) == 0) *era = one;
  return *era != NULL ? NULL : add_era(eras, era, source, hash);
}

static sce_error_t *go(batch_eras_t *eras, batch_place_t *place, const char *at) {
  cli_source_options_t options = eras->session->source.options;
  if (options.state == NULL) return sce_error_new(SCE_MISUSE, "\"at\" needs --state DIR: a database has the states");
  batch_place_free(place);
  options.at = at;
  options.at_name = NULL;
  SCE_TRY(cli_source_load_beside(&place->source, &eras->session->source, &options));
  place->source.cli = eras->cli;
  SCE_TRY(find_era(eras, &place->era, &place->source));
  place->source.options.at = NULL; /* borrowed from the request */
  return sce_buf_append(&place->at, at, strlen(at) + 1);
}

sce_error_t *batch_place_go(batch_eras_t *eras, batch_place_t *place, const char *at) {
  if (place->at.len > 0 && strcmp((const char *)place->at.data, at) == 0) return NULL;
  pthread_mutex_lock(&eras->lock);
  sce_error_t *err = go(eras, place, at);
  if (err != NULL) batch_place_free(place);
  pthread_mutex_unlock(&eras->lock);
  return err;
}

void batch_place_free(batch_place_t *place) {
  cli_source_free(&place->source);
  sce_buf_free(&place->at);
  *place = (batch_place_t){.era = NULL};
}
