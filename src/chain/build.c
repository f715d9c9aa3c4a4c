/* build.c: the next block, through the runtime's BlockBuilder API. Source: sc-block-builder 0.53, lib.rs. */
#include "chain/chain.h"

#include "base/buf.h"
#include "base/error.h"
#include "scale/scale.h"

#include <stdio.h>
#include <string.h>

static sce_error_t *check_building(const sce_chain_t *chain) {
  return chain->building ? NULL : sce_error_new(SCE_MISUSE, "no block is being built on this chain");
}

/* ---- beginning ---- */

static sce_error_t *call_initialize(sce_chain_t *chain, const sce_header_t *header) {
  sce_buf_t input = {0};
  sce_error_t *err = sce_header_encode(header, &input);
  if (err == NULL) err = sce_chain_invoke(chain, "Core_initialize_block", sce_buf_span(&input));
  sce_buf_free(&input);
  return err;
}

/* The same with a header in the chain's own format, whose further fields hold nothing yet: a node's block builder has
 * them so, too (HeaderT::new). */
static sce_error_t *initialize_as(sce_chain_t *chain, const sce_header_t *header, const sce_header_format_t *format) {
  sce_buf_t extra = {0};
  sce_header_t own = *header;
  sce_error_t *err = sce_header_format_extra(format, &extra);
  own.format = format;
  own.extra = sce_buf_span(&extra);
  if (err == NULL) err = call_initialize(chain, &own);
  sce_buf_free(&extra);
  return err;
}

/* A runtime with headers of its own ends the call where upstream's header ends. */
static sce_error_t *initialize(sce_chain_t *chain, const sce_header_t *header) {
  const sce_header_format_t *format = chain->format;
  if (format != NULL) return initialize_as(chain, header, format);
  sce_error_t *err = call_initialize(chain, header);
  if (err == NULL || sce_error_kind(err) != SCE_TRAP || chain->format_known) return err;
  sce_overlay_reset(chain->overlay);
  sce_error_t *failed = sce_chain_other_format(chain, &format);
  if (failed == NULL && format == NULL) return err;
  sce_error_delete(err);
  if (failed != NULL) return failed;
  sce_watch_begin(&chain->watch, false, 0);
  return initialize_as(chain, header, format);
}

static sce_error_t *no_parent(const sce_chain_t *chain) {
  bool known;
  uint32_t number;
  SCE_TRY(sce_state_block_number(sce_chain_state(chain), &known, &number, sce_chain_spec_of(chain)));
  if (!known || number == 0) /* of a genesis nobody has said that it is one: sce_state_find_block() */
    return sce_error_new(SCE_MISUSE, "it is not known which block made this state: its header is missing");
  return sce_error_new(SCE_MISUSE,
                       "of the block that made this state only the number is known, %u: its header is missing",
                       (unsigned)number);
}

sce_error_t *sce_chain_begin(sce_chain_t *chain, sce_span_t digest) {
  sce_block_info_t parent;
  SCE_TRY(sce_chain_check_free(chain));
  if (!sce_chain_parent(chain, &parent)) return no_parent(chain);
  if (parent.number == UINT32_MAX) return sce_error_new(SCE_BAD_BLOCK, "block numbers end at 2^32 - 1");
  SCE_TRY(sce_chain_prepare(chain, NULL));
  sce_header_t header = {.number = parent.number + 1, .digest = digest};
  memcpy(header.parent_hash, parent.hash, sizeof header.parent_hash);
  sce_watch_begin(&chain->watch, false, 0);
  sce_error_t *err = initialize(chain, &header);
  if (err == NULL) err = sce_watch_turn(&chain->watch, (sce_phase_t){.kind = SCE_PHASE_EXTRINSIC});
  if (err != NULL) {
    sce_chain_discard(chain);
    return sce_error_prefix(err, "initializing block %u", (unsigned)header.number);
  }
  chain->building = true;
  chain->body.len = 0;
  chain->body_count = 0;
  return NULL;
}

/* ---- extrinsics ---- */

/* Asked in a transaction that is rolled back, as upstream does. */
static sce_error_t *ask_inherents(sce_chain_t *chain, sce_span_t data) {
  const sce_storage_ops_t *ops = sce_overlay_ops();
  SCE_TRY(ops->start_transaction(chain->overlay));
  sce_error_t *err = sce_chain_invoke(chain, "BlockBuilder_inherent_extrinsics", data);
  sce_error_t *undo = ops->rollback_transaction(chain->overlay);
  if (err == NULL) return undo;
  sce_error_delete(undo);
  return sce_error_prefix(err, "inherent extrinsics");
}

sce_error_t *sce_chain_inherents(sce_chain_t *chain, sce_span_t inherent_data, sce_extrinsic_fn each, void *ctx) {
  SCE_TRY(check_building(chain));
  SCE_TRY(ask_inherents(chain, inherent_data));
  sce_buf_t made = chain->output; /* `each` may make calls */
  chain->output = (sce_buf_t){0};
  sce_scale_reader_t in = sce_scale_reader(sce_buf_span(&made));
  in.kind = SCE_BAD_OUTPUT;
  uint32_t count = 0;
  sce_error_t *err = sce_error_prefix(sce_scale_read_count(&in, &count, 1), "inherent extrinsics");
  for (uint32_t i = 0; i < count && err == NULL; i++) {
    sce_span_t extrinsic;
    err = sce_error_prefix(sce_scale_read_bytes(&in, &extrinsic), "inherent extrinsics");
    if (err == NULL) err = each(ctx, extrinsic);
  }
  sce_buf_free(&made);
  return err;
}

/* sp_runtime::transaction_validity: the variants of InvalidTransaction and UnknownTransaction, by index. */
static const char *const invalid_names[] = {"Call",
                                            "Payment",
                                            "Future",
                                            "Stale",
                                            "BadProof",
                                            "AncientBirthBlock",
                                            "ExhaustsResources",
                                            "Custom",
                                            "BadMandatory",
                                            "MandatoryValidation",
                                            "BadSigner",
                                            "IndeterminateImplicit",
                                            "UnknownOrigin"};
static const char *const unknown_names[] = {"CannotLookup", "NoUnsignedValidator", "Custom"};

static void name_reason(char reason[64], sce_span_t error) {
  bool invalid = error.len > 0 && error.data[0] == 0, unknown = error.len > 0 && error.data[0] == 1;
  size_t names = invalid ? sizeof invalid_names / sizeof *invalid_names : sizeof unknown_names / sizeof *unknown_names;
  if ((!invalid && !unknown) || error.len < 2 || error.data[1] >= names) {
    snprintf(reason, 64, "not valid, for a reason of the runtime's own");
    return;
  }
  const char *name = (invalid ? invalid_names : unknown_names)[error.data[1]];
  const char *kind = invalid ? "invalid" : "unknown validity";
  if (strcmp(name, "Custom") == 0 && error.len >= 3)
    snprintf(reason, 64, "%s: Custom(%u)", kind, (unsigned)error.data[2]);
  else
    snprintf(reason, 64, "%s: %s", kind, name);
}

/* ApplyExtrinsicResult: Result<Result<(), DispatchError>, TransactionValidityError>. */
static sce_error_t *read_applied(const sce_chain_t *chain, sce_applied_t *applied) {
  sce_span_t out = sce_buf_span(&chain->output);
  *applied = (sce_applied_t){.outcome = out};
  if (out.len < 2 || out.data[0] > 1 || (out.data[0] == 0 && out.data[1] > 1))
    return sce_error_new(SCE_BAD_OUTPUT, "BlockBuilder_apply_extrinsic returned no ApplyExtrinsicResult");
  applied->included = out.data[0] == 0;
  applied->dispatched = applied->included && out.data[1] == 0;
  if (!applied->included) name_reason(applied->reason, sce_span_skip(out, 1));
  return NULL;
}

/* In a transaction of its own, open when this returns without error. */
static sce_error_t *try_extrinsic(sce_chain_t *chain, sce_applied_t *applied, sce_span_t encoded) {
  SCE_TRY(sce_overlay_ops()->start_transaction(chain->overlay));
  sce_error_t *err = sce_chain_invoke(chain, "BlockBuilder_apply_extrinsic", encoded);
  if (err == NULL) err = read_applied(chain, applied);
  if (err != NULL) sce_error_delete(sce_overlay_ops()->rollback_transaction(chain->overlay));
  return sce_error_prefix(err, "extrinsic %u", (unsigned)chain->body_count);
}

sce_error_t *sce_chain_apply(sce_chain_t *chain, sce_applied_t *applied, sce_span_t extrinsic) {
  SCE_TRY(check_building(chain));
  size_t start = chain->body.len;
  sce_error_t *err = sce_scale_write_bytes(&chain->body, extrinsic);
  if (err == NULL) err = try_extrinsic(chain, applied, sce_span_skip(sce_buf_span(&chain->body), start));
  if (err != NULL || !applied->included) chain->body.len = start;
  if (err != NULL) return err;
  if (!applied->included) return sce_overlay_ops()->rollback_transaction(chain->overlay);
  SCE_TRY(sce_overlay_ops()->commit_transaction(chain->overlay));
  chain->body_count++;
  return sce_watch_turn(&chain->watch, (sce_phase_t){SCE_PHASE_EXTRINSIC, chain->body_count});
}

/* ---- finishing ---- */

static sce_error_t *check_header(sce_chain_t *chain, sce_header_t *header) {
  uint8_t root[32];
  SCE_TRY(sce_error_prefix(sce_header_decode_as(header, sce_buf_span(&chain->output), chain->format),
                           "BlockBuilder_finalize_block"));
  SCE_TRY(sce_overlay_ops()->root(chain->overlay, root, NULL, sce_chain_layout(chain)));
  if (memcmp(root, header->state_root, 32) != 0)
    return sce_error_new(SCE_BAD_BLOCK, "the runtime's header has another state root than its storage");
  return NULL;
}

static sce_error_t *finalize(sce_chain_t *chain, sce_buf_t *block) {
  sce_header_t header;
  chain->watch.phase = (sce_phase_t){.kind = SCE_PHASE_FINALIZATION};
  SCE_TRY(sce_error_prefix(sce_chain_invoke(chain, "BlockBuilder_finalize_block", sce_span(NULL, 0)), "finalizing"));
  SCE_TRY(sce_watch_end(&chain->watch));
  SCE_TRY(check_header(chain, &header));
  SCE_TRY(sce_buf_append(block, chain->output.data, chain->output.len));
  SCE_TRY(sce_scale_write_compact(block, chain->body_count));
  SCE_TRY(sce_buf_append(block, chain->body.data, chain->body.len));
  return sce_chain_set_pending(chain, sce_buf_span(&chain->output), header.number);
}

sce_error_t *sce_chain_finish(sce_chain_t *chain, sce_buf_t *block) {
  SCE_TRY(check_building(chain));
  size_t start = block->len;
  sce_error_t *err = finalize(chain, block);
  if (err != NULL) {
    block->len = start;
    sce_chain_discard(chain);
  }
  return err;
}
