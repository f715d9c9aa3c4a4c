/* state_code.h: which code belongs to a state: the one that runs on it, and the one that wrote it.
 *
 * A state has code under ":code", but that is not always the code that is meant: a chain spec may put a substitute in
 * its place, the next block may be run by ":pending_code", and behind a block that upgrades the runtime ":code" is the
 * new runtime, while every value of the state was written by the old one, whose metadata describes it.
 *
 * Sources: sc-service 0.60, client/code_provider.rs and client/wasm_substitutes.rs; sp-state-machine 0.54, backend.rs,
 * BackendRuntimeCode; frame-executive 49 (System.LastRuntimeUpgrade).
 */
#ifndef SCEXEC_STATE_CODE_H
#define SCEXEC_STATE_CODE_H

#include "scexec/executor.h"
#include "scexec/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What code is wanted for. */
typedef enum sce_code_use {
  /* Calls of the runtime's APIs on the state: ":code". */
  SCE_CODE_CALL = 0,
  /* Executing or building the next block: ":pending_code" where the state has it, else ":code". */
  SCE_CODE_BLOCK = 1,
  /* Reading the state: the code that wrote it, whose metadata describes its values. Of a genesis state that is its own;
   * of a later one what ran on the state before, where the database keeps that, else its own, with a doubt where it is
   * another one or nobody can know. */
  SCE_CODE_READ = 2
} sce_code_use_t;

/* The code for a use. Immutable; keeps what it is part of. */
typedef struct sce_state_code sce_state_code_t;

/* Finds the code of `state` for a use. The code substitutes are those of `spec`, or, with NULL, of the spec that a
 * database was made of: from the state of its block on, a substitute takes the place of the state's code as long as
 * both have the same spec version. Of several the one with the highest block counts. To compare versions, code without
 * a version section is asked through Core_version, which compiles it; this is only done where a substitute may apply
 * or, for SCE_CODE_READ, the state before is not kept.
 *
 * Errors: SCE_NOT_FOUND when the state has no code; SCE_BAD_CHAIN_SPEC when the substitutes can't be read; those of
 * reading states. What is wrong with code is no error where another one does not depend on it. `spec` is not needed
 * afterwards. */
SCE_API sce_error_t *sce_state_code_new(sce_state_code_t **code, sce_state_t *state, const sce_chain_spec_t *spec,
                                        sce_code_use_t use, const sce_config_t *config);
SCE_API void sce_state_code_delete(sce_state_code_t *code);

/* The code as it stands there, compressed or not; lives as long as `code`. */
SCE_API sce_span_t sce_state_code_bytes(const sce_state_code_t *code);

/* Whether it is a substitute, and from which block on. */
SCE_API bool sce_state_code_substitute(const sce_state_code_t *code, uint32_t *number);

/* SCE_CODE_READ: why the code may be another than the one that wrote the state, as one sentence; NULL when it is known
 * to be the one. Lives as long as `code`. */
SCE_API const char *sce_state_code_doubt(const sce_state_code_t *code);

#ifdef __cplusplus
}
#endif
#endif
