/* reach.h: the part of a module that a call needs: which functions it can come to, and a module with only those. */
#ifndef SCE_BLOB_REACH_H
#define SCE_BLOB_REACH_H

#include "blob/operator.h"

/* Sets `reached` (one byte for each function index, written whole) to 1 for the functions in `roots`, for the start
 * function, and for all that code in reach may call: directly, by a reference it takes, or by a call_indirect, which
 * may come to each function of its type that an element segment or a global refers to, or by a host function that calls
 * into the table (sandbox, runtime tasks), which may come to all of them. `*floats`: the sets of operators in their
 * code (FLOATS_PICK_NAN and others). Errors: SCE_BAD_CODE (an instruction that can't be read, an index outside),
 * SCE_OUT_OF_MEMORY. Any thread. */
sce_error_t *sce_blob_reach(const sce_blob_t *blob, uint8_t *reached, uint8_t *floats, const uint32_t *roots,
                            size_t count);

/* Sets `coming` (one byte for each function index, written whole) to 1 for the functions whose code, or that of a
 * function they reach, has operators of `floats`. Errors: as sce_blob_reach(). Any thread. */
sce_error_t *sce_blob_reaching_floats(const sce_blob_t *blob, uint8_t *coming, uint8_t floats);

/* Turns the bodies of functions that are not in `keep` (one byte for each function index, as sce_blob_reach() marks
 * them) into ones of the same size that only trap, and has tables refer to one of those that are there instead of all
 * others: indirect calls fail with the same trap as before. `module` is a copy of the blob's code, changed in place, so
 * that everything stays at its offset, which backtraces show. A valid module stays valid; that an invalid body is gone
 * can make one valid. */
void sce_blob_stub(const sce_blob_t *blob, uint8_t *module, const uint8_t *keep);

#endif
