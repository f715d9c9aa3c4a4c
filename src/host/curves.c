/* curves.c: the elliptic curve functions, ext_host_calls_* and ext_elliptic_curves_*. Source: sp-crypto-ec-utils,
 * utils.rs and the file of each curve. The import's type tells the form (0.24: a buffer for the value, and a number;
 * before: Result<Vec<u8>, ()>), which are computed by different generations of arkworks; see crypto/curve.h. */
#include "crypto/curve.h"
#include "host/handlers.h"

#include <string.h>

static const char *const operands[][2] = {
    [SCN_CURVE_MSM] = {"bases", "scalars"},
    [SCN_CURVE_MUL] = {"base", "scalar"},
    [SCN_CURVE_MULTI_MILLER_LOOP] = {"a", "b"},
    [SCN_CURVE_FINAL_EXPONENTIATION] = {"f", NULL},
};

/* What has no value ends the call, where the reference panics. */
static sce_error_t *check_status(scn_curve_status_t status) {
  if (status == SCN_CURVE_NO_MEMORY) return sce_error_oom();
  if (status != SCN_CURVE_PANIC) return NULL;
  return sce_error_new(SCE_HOST_FUNCTION,
                       "no result can be computed: lists of different lengths, or points that are not on the curve");
}

static sce_error_t *arg_operands(const sce_caller_t *caller, sce_span_t *a, sce_span_t *b, const uint64_t *args,
                                 scn_curve_op_t op) {
  *b = sce_span(NULL, 0);
  SCE_TRY(sce_arg_span(caller, a, args[0], operands[op][0]));
  return operands[op][1] == NULL ? NULL : sce_arg_span(caller, b, args[1], operands[op][1]);
}

/* (a, b, out) -> status. All of `out` is written in any case: the value if there is one, then zeros
 * (sp-runtime-interface 37, PassFatPointerAndWrite). */
static sce_error_t *into_buffer(sce_caller_t *caller, uint64_t *result, const uint64_t *args, scn_curve_op_t op,
                                scn_curve_t curve) {
  sce_span_t a, b;
  uint8_t *data;
  uint32_t len;
  SCE_TRY(arg_operands(caller, &a, &b, args, op));
  SCE_TRY(sce_arg_buffer(caller, &data, &len, args[2], "out"));
  sce_curve_out_t out = {.cap = len};
  scn_curve_status_t status;
  SCE_TRY(sce_curve_compute(&status, &out, false, op, curve, a, b));
  SCE_TRY(check_status(status));
  if (len > 0) memset(data, 0, len);
  if (status == SCN_CURVE_OK) memcpy(data, out.bytes, out.len);
  *result = (uint32_t)status;
  return NULL;
}

/* (in_out) -> status. Without a value, and behind it, the buffer stays as it is (PassFatPointerAndReadWrite). */
static sce_error_t *in_place(sce_caller_t *caller, uint64_t *result, const uint64_t *args, scn_curve_op_t op,
                             scn_curve_t curve) {
  uint8_t *data;
  uint32_t len;
  SCE_TRY(sce_arg_buffer(caller, &data, &len, args[0], "in_out"));
  sce_curve_out_t out = {.cap = len};
  scn_curve_status_t status;
  SCE_TRY(sce_curve_compute(&status, &out, false, op, curve, sce_span(data, len), sce_span(NULL, 0)));
  SCE_TRY(check_status(status));
  if (status == SCN_CURVE_OK) memcpy(data, out.bytes, out.len);
  *result = (uint32_t)status;
  return NULL;
}

/* (a, b) or (f) -> SCALE Result<Vec<u8>, ()>. */
static sce_error_t *as_result(sce_caller_t *caller, uint64_t *result, const uint64_t *args, scn_curve_op_t op,
                              scn_curve_t curve) {
  sce_span_t a, b;
  SCE_TRY(arg_operands(caller, &a, &b, args, op));
  sce_curve_out_t out = {.cap = sizeof out.bytes};
  scn_curve_status_t status;
  SCE_TRY(sce_curve_compute(&status, &out, true, op, curve, a, b));
  SCE_TRY(check_status(status));
  sce_buf_t *scratch = &caller->state->scratch;
  scratch->len = 0;
  SCE_TRY(sce_scale_write_u8(scratch, status != SCN_CURVE_OK));
  if (status == SCN_CURVE_OK) SCE_TRY(sce_scale_write_bytes(scratch, sce_span(out.bytes, out.len)));
  return sce_result_bytes(caller, result, sce_buf_span(scratch));
}

#define CURVE(handler, form, op, curve)                                                                                \
  SCE_HANDLER(handler) {                                                                                               \
    return form(caller, result, args, SCN_CURVE_##op, SCN_##curve);                                                    \
  }

#define PAIRING_CURVE(name, curve)                                                                                     \
  CURVE(curves_##name##_multi_miller_loop, into_buffer, MULTI_MILLER_LOOP, curve)                                      \
  CURVE(curves_##name##_final_exponentiation, in_place, FINAL_EXPONENTIATION, curve)                                   \
  CURVE(curves_##name##_msm_g1, into_buffer, MSM, curve##_G1)                                                          \
  CURVE(curves_##name##_msm_g2, into_buffer, MSM, curve##_G2)                                                          \
  CURVE(curves_##name##_mul_g1, into_buffer, MUL, curve##_G1)                                                          \
  CURVE(curves_##name##_mul_g2, into_buffer, MUL, curve##_G2)                                                          \
  CURVE(old_curves_##name##_multi_miller_loop, as_result, MULTI_MILLER_LOOP, curve)                                    \
  CURVE(old_curves_##name##_final_exponentiation, as_result, FINAL_EXPONENTIATION, curve)                              \
  CURVE(old_curves_##name##_msm_g1, as_result, MSM, curve##_G1)                                                        \
  CURVE(old_curves_##name##_msm_g2, as_result, MSM, curve##_G2)                                                        \
  CURVE(old_curves_##name##_mul_projective_g1, as_result, MUL, curve##_G1)                                             \
  CURVE(old_curves_##name##_mul_projective_g2, as_result, MUL, curve##_G2)

PAIRING_CURVE(bls12_377, BLS12_377)
PAIRING_CURVE(bls12_381, BLS12_381)
PAIRING_CURVE(bw6_761, BW6_761)

#define NEW_CURVE(name, curve)                                                                                         \
  CURVE(curves_##name##_msm, into_buffer, MSM, curve)                                                                  \
  CURVE(curves_##name##_mul, into_buffer, MUL, curve)
#define OLD_CURVE(name, curve)                                                                                         \
  CURVE(old_curves_##name##_msm, as_result, MSM, curve)                                                                \
  CURVE(old_curves_##name##_mul_projective, as_result, MUL, curve)

NEW_CURVE(ed_on_bls12_377, ED_ON_BLS12_377)
OLD_CURVE(ed_on_bls12_377, ED_ON_BLS12_377)
NEW_CURVE(bandersnatch, BANDERSNATCH_TE)
OLD_CURVE(bandersnatch_te, BANDERSNATCH_TE)
OLD_CURVE(bandersnatch_sw, BANDERSNATCH_SW)
NEW_CURVE(pallas, PALLAS)
NEW_CURVE(vesta, VESTA)
