/* overlay_proof.c: an overlay that records what is read from its state. */
#include "state/overlay.h"

#include "base/error.h"

sce_error_t *sce_overlay_record(sce_overlay_t *overlay) {
  sce_backend_t *inner = overlay->state->backend;
  if (overlay->in_runtime) return sce_error_new(SCE_MISUSE, "a recording can't begin during a call");
  if (overlay->recording != NULL) return sce_error_new(SCE_MISUSE, "the overlay records a proof already");
  if (inner->ops->prepare != NULL) SCE_TRY(inner->ops->prepare(inner, SCE_TRIE_TOP));
  SCE_TRY(sce_recording_backend_new(&overlay->recording, inner, &overlay->recorder));
  overlay->backend = overlay->recording;
  overlay->root_known = false;
  for (uint32_t i = 0; i < overlay->child_count; i++) overlay->children[i].trie_known = false;
  return NULL;
}

/* Numbers of tries are those of the inner backend, so what was found while recording stays right. */
void sce_overlay_stop_recording(sce_overlay_t *overlay) {
  if (overlay->recording == NULL) return;
  overlay->recording->ops->delete (overlay->recording);
  overlay->recording = NULL;
  overlay->backend = overlay->state->backend;
  overlay->root_known = false; /* its node records were not kept */
  sce_proof_recorder_free(&overlay->recorder);
}

sce_error_t *sce_overlay_take_proof(sce_overlay_t *overlay, sce_proof_t **proof) {
  if (overlay->recording == NULL) return sce_error_new(SCE_MISUSE, "the overlay records no proof");
  SCE_TRY(sce_proof_take(proof, &overlay->recorder));
  sce_overlay_stop_recording(overlay);
  return NULL;
}

sce_error_t *sce_overlay_proof_size(void *ctx, uint64_t *size) {
  const sce_overlay_t *overlay = ctx;
  *size = overlay->recording == NULL ? UINT64_MAX : sce_proof_recorder_size(&overlay->recorder);
  return NULL;
}
