/* curve.h: the elliptic curve functions of sp-crypto-ec-utils. Any thread. */
#ifndef SCE_CRYPTO_CURVE_H
#define SCE_CRYPTO_CURVE_H

#include "base/budget.h"
#include "scexec_native.h"

typedef scn_curve_out_t sce_curve_out_t;

/* Computes `op` on `curve`, in the form of sp-crypto-ec-utils 0.24, or of 0.4 to 0.18 when `old`. Operands are arkworks
 * encodings, neither compressed nor checked; bytes after a value are ignored:
 *   SCN_CURVE_MSM                   list of affine points, list of scalars
 *   SCN_CURVE_MUL                   affine (old: projective) point, list of u64 limbs
 *   SCN_CURVE_MULTI_MILLER_LOOP     list of G1 affine, list of G2 affine points
 *   SCN_CURVE_FINAL_EXPONENTIATION  element of the target field; `b` is not looked at
 * A list is a u64 count and its items. The value, in out->bytes, is an affine point (old: projective coordinates) or an
 * element of the target field. An error is that of the calling thread's budget. */
sce_error_t *sce_curve_compute(scn_curve_status_t *status, sce_curve_out_t *out, bool old, scn_curve_op_t op,
                               scn_curve_t curve, sce_span_t a, sce_span_t b);

#endif
