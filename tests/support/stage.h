/* stage.h: everything behind the calls of a script of tests/vectors/host-vectors.json, made with the public API: its
 * backend, an overlay, an empty keystore, and the default services. What is wrong is told and ends the program. */
#ifndef SCE_TESTS_STAGE_H
#define SCE_TESTS_STAGE_H

#include "scexec/keystore.h"
#include "scexec/overlay.h"
#include "scexec/services.h"
#include "scexec/state.h"

#include <jansson.h>

typedef struct test_stage {
  sce_externalities_t ext; /* all of it in place, as for an off-chain worker */
  sce_state_t *backend;
  sce_overlay_t *overlay;
  sce_keystore_t *keystore;
  sce_services_t *services;
} test_stage_t;

/* `script` is a record with a member "backend". A root that it names is compared with ours. The overlay records a proof
 * when the note says that upstream's did. */
void test_stage_open(test_stage_t *stage, const json_t *script);
void test_stage_close(test_stage_t *stage);

#endif
