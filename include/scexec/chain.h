/* chain.h: blocks on a state: executing them, building the next one, making them part of the state.
 *
 *   sce_chain_new(&chain, state, &options);
 *   for (each block) {
 *     sce_chain_execute(chain, block);   the changes are pending now
 *     sce_chain_commit(chain, root);     and part of the state
 *   }
 *
 * A chain is a state, the compiled runtime of that state, and the changes of at most one block. The runtime is the
 * state's own code, or a substitute of the chain spec for it (state_code.h, SCE_CODE_BLOCK), compiled when it is first
 * needed and again only after a block has brought another one: an upgrade takes effect in the next block. What happens
 * to a block is what a node does when it imports one (sc-service's client, and sc-block-builder for building), but for
 * consensus: seals are taken off and not verified.
 *
 * A chain is used by one thread at a time; many may share a state. Functions that fail leave the chain as it was before
 * the block: nothing of a block that is refused stays.
 */
#ifndef SCEXEC_CHAIN_H
#define SCEXEC_CHAIN_H

#include "scexec/block.h"
#include "scexec/chain_spec.h"
#include "scexec/executor.h"
#include "scexec/overlay.h"
#include "scexec/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- phases ---- */

/* The parts of a block's execution. */
typedef enum sce_phase_kind {
  SCE_PHASE_INITIALIZATION = 0,
  SCE_PHASE_EXTRINSIC = 1,
  SCE_PHASE_FINALIZATION = 2 /* all that follows the last extrinsic */
} sce_phase_kind_t;

typedef struct sce_phase {
  sce_phase_kind_t kind;
  uint32_t extrinsic; /* its index, of SCE_PHASE_EXTRINSIC; else 0 */
} sce_phase_t;

/* Is told what each phase changes, at its end and in the order of the phases. The phases of a block that is executed
 * are told apart by what the runtime writes to ":extrinsic_index" and, for the end of the initialization, to
 * System.ExecutionPhase (frame_system: initialize, note_finished_initialize, note_applied_extrinsic). Runtimes of 2019
 * do not leave that last mark: there the first extrinsic is part of the initialization. An error that one of the
 * functions returns ends the block. */
typedef struct sce_chain_observer {
  size_t size; /* sizeof(sce_chain_observer_t) */
  /* A key whose value at the end of the phase is not the one at its beginning: the top trie by key, then each child by
   * name. Child roots are left out. Borrowed for the call; the chain must not be used meanwhile. NULL: not told. */
  sce_error_t *(*difference)(void *ctx, const sce_phase_t *phase, const sce_state_difference_t *difference);
  /* After the last difference of a phase. May be NULL. */
  sce_error_t *(*end)(void *ctx, const sce_phase_t *phase);
  void *ctx;
} sce_chain_observer_t;

/* ---- a chain ---- */

typedef struct sce_chain sce_chain_t;

typedef struct sce_chain_options {
  size_t size; /* sizeof(sce_chain_options_t) */
  /* How code is compiled and instances are made; NULL: as sce_config_block() says. Borrowed as long as the chain
   * lives. */
  const sce_config_t *config;
  /* What stands behind calls beside the storage: log, and whatever the runtimes of this chain ask for. Its storage is
   * not used. NULL: nothing, as a node has nothing there when it imports. Copied; the tables are borrowed. */
  const sce_externalities_t *externalities;
  /* Code in place of the state's own, for all blocks; length 0: none. Borrowed as long as the chain lives. */
  sce_span_t code;
  /* The heap is as `config` says, even where the state has ":heappages" (sc-executor,
   * with_ignore_onchain_heap_pages). */
  bool ignore_heap_pages;
  uint64_t time_limit_ms;               /* of each call into the runtime, compiling not counted; 0: none */
  const sce_chain_observer_t *observer; /* NULL: none. Copied */
  /* The chain's spec, whose code substitutes, fork blocks and bad blocks count; NULL: the one that a database was made
   * of. Borrowed as long as the chain lives. */
  const sce_chain_spec_t *spec;
} sce_chain_options_t;

/* A chain at `state`, to which it takes a reference: where that stays the only one, blocks change a state in memory in
 * place, else the first commit copies it. `options` may be NULL. Nothing is compiled yet. */
SCE_API sce_error_t *sce_chain_new(sce_chain_t **chain, sce_state_t *state, const sce_chain_options_t *options);
SCE_API void sce_chain_delete(sce_chain_t *chain);

/* The state that the next block stands on; borrowed until the next commit. */
SCE_API sce_state_t *sce_chain_state(const sce_chain_t *chain);

/* The changes of the block that was executed or is built; borrowed, not to be written to. */
SCE_API sce_overlay_t *sce_chain_overlay(const sce_chain_t *chain);

/* Where the execution is: for log lines. Between blocks the last one's. */
SCE_API sce_phase_t sce_chain_phase(const sce_chain_t *chain);

/* Compiles the runtime of the state now, and asks for its version; does nothing where that is done. With
 * SCE_COMPILER_TIERED also what a call of `method` needs, such as "Core_execute_block"; NULL: nothing more. Errors:
 * SCE_NOT_FOUND when the state has no :code; those of compiling, calling and sce_instance_prepare(). */
SCE_API sce_error_t *sce_chain_prepare(sce_chain_t *chain, const char *method);

/* How often code has been compiled (or taken from the cache). */
SCE_API uint64_t sce_chain_compiles(const sce_chain_t *chain);

/* The version of the prepared runtime, borrowed until the next commit; NULL when none is prepared. */
SCE_API const sce_runtime_version_t *sce_chain_version(const sce_chain_t *chain);

/* Calls a method of the runtime on the state, and replaces the contents of `output`; what the call changes is dropped.
 * For metadata, and for what runtime APIs say. Errors: those of sce_chain_prepare() and sce_instance_call(); SCE_MISUSE
 * while a block is pending or being built. */
SCE_API sce_error_t *sce_chain_call(sce_chain_t *chain, sce_buf_t *output, const char *method, sce_span_t input);

/* The block that made the chain's state; false when it is not known. `block->header` lives until the next commit. */
SCE_API bool sce_chain_parent(const sce_chain_t *chain, sce_block_info_t *block);

/* Says which block that is, by its encoded header, where the state does not know: for this chain, until its next
 * commit. SCE_BAD_BLOCK when the header is not that of the state's root, or the state knows another block. */
SCE_API sce_error_t *sce_chain_set_parent(sce_chain_t *chain, sce_span_t header);

/* How the chain encodes headers, as the metadata of its runtime says; NULL: as upstream. The runtime is asked once,
 * which needs it prepared and no block pending. Borrowed until the next commit. Errors: those of sce_chain_call(), of
 * metadata and sce_header_format_new(). */
SCE_API sce_error_t *sce_chain_header_format(sce_chain_t *chain, const sce_header_format_t **format);

/* Decodes a block of this chain: as upstream encodes it, and where it is none such, as sce_chain_header_format() says.
 * It must be deleted before the next commit. SCE_BAD_BLOCK. */
SCE_API sce_error_t *sce_chain_decode_block(sce_chain_t *chain, sce_block_t **block, sce_span_t scale);

/* ---- executing ---- */

/* Executes a block on the state, and leaves its changes pending: sce_chain_commit() or sce_chain_discard() is next.
 *
 * The header's parent hash and number must be those that follow the state's block, where that is known
 * (sce_chain_parent()), and the chain spec must not refuse the block (sce_chain_spec_check_block()). The last digest
 * item is taken off when it is a seal, Core_execute_block called, and the state root computed in the layout that the
 * runtime's version asks for and compared with the header's.
 *
 * SCE_BAD_BLOCK says what is wrong: parent, number, state root, extrinsics root, a block that the spec refuses. Else
 * the errors of the call, such as the runtime's panic about an extrinsic (SCE_TRAP), with block and phase in front.
 * SCE_MISUSE while another block is pending. */
SCE_API sce_error_t *sce_chain_execute(sce_chain_t *chain, const sce_block_t *block);

/* Makes the pending block the state's block: changes, then head, in one atomic transaction where the state is that of a
 * database (sce_overlay_commit(), whose errors these are; after one the block is still pending). `root` may be NULL. */
SCE_API sce_error_t *sce_chain_commit(sce_chain_t *chain, uint8_t root[32]);

/* Drops the pending block, executed or half built. */
SCE_API void sce_chain_discard(sce_chain_t *chain);

/* ---- building ----
 *
 * begin, inherents, extrinsics, finish: as sc-block-builder does it through the BlockBuilder API of the runtime. The
 * finished block is pending as after sce_chain_execute(). An error of begin and finish discards the block. */

/* Begins the block that follows the state's, which must be known (else SCE_MISUSE). `digest` is the SCALE encoding of
 * the header's digest (sce_slot_digest()); length 0: no items. */
SCE_API sce_error_t *sce_chain_begin(sce_chain_t *chain, sce_span_t digest);

/* Called for an extrinsic, without its length in front; borrowed for the call. An error ends the walk. */
typedef sce_error_t *(*sce_extrinsic_fn)(void *ctx, sce_span_t extrinsic);

/* Lets the runtime make inherent extrinsics of inherent data (sce_inherent_data_encode()), and calls `each` for them;
 * which may apply them. */
SCE_API sce_error_t *sce_chain_inherents(sce_chain_t *chain, sce_span_t inherent_data, sce_extrinsic_fn each,
                                         void *ctx);

/* What became of an extrinsic. */
typedef struct sce_applied {
  bool included;      /* false: not valid, and no part of the block */
  bool dispatched;    /* included only: the call in it succeeded */
  char reason[64];    /* not included: such as "invalid: BadProof" */
  sce_span_t outcome; /* SCALE of ApplyExtrinsicResult; borrowed until the next use of the chain */
} sce_applied_t;

/* Applies an extrinsic (without its length in front), and adds it to the block if it is valid. */
SCE_API sce_error_t *sce_chain_apply(sce_chain_t *chain, sce_applied_t *applied, sce_span_t extrinsic);

/* Ends the block and appends its encoding; it has no seal. */
SCE_API sce_error_t *sce_chain_finish(sce_chain_t *chain, sce_buf_t *block);

/* ---- genesis ---- */

/* Makes a plain chain spec raw, as a node does when it starts the chain (sc-chain-spec): the spec's patch goes over the
 * default config of its code (or the spec's config is all), and the code makes the state of that, by the GenesisBuilder
 * API. What else is in the spec stays. Of `options`, which may be NULL, config, externalities and time limit are used;
 * the config's allow_missing_imports counts as set. SCE_BAD_CHAIN_SPEC where the code has no GenesisBuilder or refuses
 * the spec, SCE_MISUSE for a raw one; else the errors of compiling and calling. */
SCE_API sce_error_t *sce_chain_spec_build(sce_chain_spec_t **raw, const sce_chain_spec_t *plain,
                                          const sce_chain_options_t *options);

/* ---- time ---- */

/* The slot of a block. */
typedef struct sce_slot {
  uint8_t engine[4];     /* "BABE" or "aura", as the runtime's APIs say; zeros: it has neither */
  uint64_t duration_ms;  /* of one slot; 0 without engine */
  uint64_t number;       /* 0 without engine */
  uint64_t timestamp_ms; /* Unix time */
} sce_slot_t;

/* A slot for the next block. `number` and `timestamp_ms` may be NULL: what is missing follows from the other, or, where
 * both are, is the slot after the state's time (Timestamp.Now), or that of `now_ms` where the state has no time yet. */
SCE_API sce_error_t *sce_chain_next_slot(sce_chain_t *chain, sce_slot_t *slot, const uint64_t *number,
                                         const uint64_t *timestamp_ms, uint64_t now_ms);

/* Appends the digest for a slot: one pre-runtime item (BABE: secondary plain, of the first authority; Aura: the slot),
 * or none. Source: sp-consensus-babe 0.47, digests::PreDigest; sp-consensus-aura. */
SCE_API sce_error_t *sce_slot_digest(const sce_slot_t *slot, sce_buf_t *digest);

/* One entry of inherent data. */
typedef struct sce_inherent {
  char id[8]; /* such as "timstap0" */
  sce_span_t data;
} sce_inherent_t;

/* Appends inherent data (sp_inherents::InherentData): `count` entries, sorted here; of equal ids the first counts. */
SCE_API sce_error_t *sce_inherent_data_encode(sce_buf_t *scale, const sce_inherent_t *inherents, size_t count);

/* Appends the inherent data that a relay chain's or a solo chain's node would give for a slot, with `more` in front:
 * time (timstap0), slot (babeslot, auraslot), nothing from parachains (parachn0 with the parent's header, newheads),
 * and the finalised number (finalnum: the parent's). Runtimes take what they know. */
SCE_API sce_error_t *sce_chain_inherent_data(sce_chain_t *chain, sce_buf_t *scale, const sce_slot_t *slot,
                                             const sce_inherent_t *more, size_t count);

#ifdef __cplusplus
}
#endif
#endif
