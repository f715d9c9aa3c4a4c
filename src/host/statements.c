/* statements.c: the statement store family. Source: sp-statement-store runtime_api.rs; without a store the answers are
 * "not available" and empty lists, not errors. */
#include "host/handlers.h"

/* Proof: 0 sr25519, 1 ed25519 (signature 64, signer 32), 2 ecdsa (65, 33); up to crate version 10 also 3: on chain (who
 * 32, block 32, event index u64). */
static sce_error_t *skip_proof(sce_scale_reader_t *in, bool old) {
  static const uint8_t sizes[] = {96, 96, 98, 72};
  uint8_t tag;
  sce_span_t raw;
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &tag));
  if (tag > (old ? 3 : 2)) return sce_scale_error(in, at, "no such kind of proof");
  return sce_scale_read_raw(in, &raw, sizes[tag]);
}

/* One field after its tag: 0 proof, 1 decryption key, 2 expiry (u64; in old crates priority, u32), 3 channel, 4 to 7
 * topics, 8 data. */
static sce_error_t *skip_field(sce_scale_reader_t *in, uint8_t tag, bool old) {
  sce_span_t raw;
  if (tag == 0) return skip_proof(in, old);
  if (tag == 2) return sce_scale_read_raw(in, &raw, old ? 4 : 8);
  if (tag == 8) return sce_scale_read_bytes(in, &raw);
  return sce_scale_read_raw(in, &raw, 32);
}

/* Statement: a Vec of fields whose tags rise. */
static sce_error_t *skip_statement(sce_scale_reader_t *in, bool old) {
  uint32_t count;
  int last = -1;
  SCE_TRY(sce_scale_read_count(in, &count, 1));
  for (uint32_t i = 0; i < count; i++) {
    uint8_t tag;
    size_t at = in->at;
    SCE_TRY(sce_scale_read_u8(in, &tag));
    if (tag > 8) return sce_scale_error(in, at, "no such field of a statement");
    if ((int)tag <= last) return sce_scale_error(in, at, "statement field out of order or twice");
    last = tag;
    SCE_TRY(skip_field(in, tag, old));
  }
  return NULL;
}

/* The result numbers of SubmitResult. */
enum { SUBMIT_NOT_AVAILABLE = 3 };

SCE_HANDLER(statements_submit_statement_1) {
  sce_scale_reader_t in;
  uint32_t answer = SUBMIT_NOT_AVAILABLE;
  SCE_TRY(sce_arg_scale(caller, &in, args[0], "statement"));
  sce_error_t *err = skip_statement(&in, false);
  if (err != NULL) {
    sce_scale_reader_t again = in;
    again.at = 0;
    sce_error_t *old_err = skip_statement(&again, true);
    if (old_err != NULL) {
      sce_error_delete(old_err);
      return sce_arg_scale_error(err, "statement");
    }
    sce_error_delete(err);
    in = again;
  }
  if (SCE_HAS_OP(caller->ext->statements, submit)) {
    sce_span_t statement = sce_span(in.bytes.data, in.at);
    SCE_TRY(caller->ext->statements->submit(caller->ext->statements_ctx, &answer, statement));
  }
  *result = answer;
  return NULL;
}

/* The empty SCALE vector, for a host without a store. */
static const uint8_t no_items = 0;

SCE_HANDLER(statements_statements_1) {
  if (!SCE_HAS_OP(caller->ext->statements, statements)) return sce_result_bytes(caller, result, sce_span(&no_items, 1));
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(caller->ext->statements->statements(caller->ext->statements_ctx, out));
  return sce_result_bytes(caller, result, sce_buf_span(out));
}

/* A Vec<[u8; 32]>, as it is encoded. */
static sce_error_t *arg_topics(const sce_caller_t *caller, sce_span_t *topics, uint64_t arg) {
  sce_scale_reader_t in;
  sce_span_t raw;
  uint32_t count;
  SCE_TRY(sce_arg_scale(caller, &in, arg, "match_all_topics"));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_count(&in, &count, 32), "match_all_topics"));
  SCE_TRY(sce_arg_scale_error(sce_scale_read_raw(&in, &raw, (size_t)count * 32), "match_all_topics"));
  *topics = sce_span(in.bytes.data, in.at);
  return NULL;
}

SCE_HANDLER(statements_broadcasts_1) {
  sce_span_t topics;
  SCE_TRY(arg_topics(caller, &topics, args[0]));
  if (!SCE_HAS_OP(caller->ext->statements, broadcasts)) return sce_result_bytes(caller, result, sce_span(&no_items, 1));
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(caller->ext->statements->broadcasts(caller->ext->statements_ctx, out, topics));
  return sce_result_bytes(caller, result, sce_buf_span(out));
}

static sce_error_t *posted(sce_caller_t *caller, const uint64_t *args, uint64_t *result, bool decrypted) {
  sce_span_t topics;
  const uint8_t *dest;
  SCE_TRY(arg_topics(caller, &topics, args[0]));
  SCE_TRY(sce_arg_bytes(caller, &dest, args[1], 32, "dest"));
  if (!SCE_HAS_OP(caller->ext->statements, posted)) return sce_result_bytes(caller, result, sce_span(&no_items, 1));
  sce_buf_t *out = &caller->state->scratch;
  out->len = 0;
  SCE_TRY(caller->ext->statements->posted(caller->ext->statements_ctx, out, topics, dest, decrypted));
  return sce_result_bytes(caller, result, sce_buf_span(out));
}

SCE_HANDLER(statements_posted_1) {
  return posted(caller, args, result, false);
}

SCE_HANDLER(statements_posted_clear_1) {
  return posted(caller, args, result, true);
}

SCE_HANDLER(statements_remove_1) {
  const uint8_t *hash;
  SCE_TRY(sce_arg_bytes(caller, &hash, args[0], 32, "hash"));
  if (!SCE_HAS_OP(caller->ext->statements, remove)) return NULL;
  return caller->ext->statements->remove(caller->ext->statements_ctx, hash);
}

SCE_HANDLER(statements_remove_by_1) {
  const uint8_t *account;
  SCE_TRY(sce_arg_bytes(caller, &account, args[0], 32, "who"));
  if (!SCE_HAS_OP(caller->ext->statements, remove_by)) return NULL;
  return caller->ext->statements->remove_by(caller->ext->statements_ctx, account);
}
