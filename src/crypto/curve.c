/* curve.c: see curve.h. Most work looks at the budget itself. Arkworks' sums of the old form, whose result tells the
 * order of additions, and its multi Miller loop of BW6 can't be cut: long ones are computed apart. */
#include "crypto/curve.h"

#include "base/alloc.h"
#include "base/apart.h"
#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* Operands of work that takes some ten milliseconds. */
#define LONG ((size_t)8 << 10)

typedef struct curve_work {
  sce_apart_work_t work;
  bool old;
  scn_curve_op_t op;
  scn_curve_t curve;
  scn_curve_status_t status;
  sce_curve_out_t out;
  size_t a_len, b_len;
  uint8_t operands[]; /* both, one after the other */
} curve_work_t;

static bool always_go_on(void *ctx) {
  (void)ctx;
  return true;
}

static void run_curve(void *work) {
  curve_work_t *w = work;
  sce_span_t a = sce_span(w->operands, w->a_len), b = sce_span(w->operands + w->a_len, w->b_len);
  w->status = (scn_curve_status_t)scn_curve_compute(&w->out, w->old, w->op, w->curve, a, b, always_go_on, NULL);
}

static void release_curve(void *work) {
  sce_free(work);
}

static bool is_cut(bool old, scn_curve_op_t op, scn_curve_t curve) {
  if (op == SCN_CURVE_MSM) return !old;
  return op != SCN_CURVE_MULTI_MILLER_LOOP || old || curve != SCN_BW6_761;
}

static sce_error_t *compute_apart(scn_curve_status_t *status, sce_curve_out_t *out, bool old, scn_curve_op_t op,
                                  scn_curve_t curve, sce_span_t a, sce_span_t b) {
  curve_work_t *w = sce_alloc(sizeof *w + a.len + b.len);
  if (w == NULL) return sce_error_oom();
  *w = (curve_work_t){
      .work = {run_curve, release_curve}, .old = old, .op = op, .curve = curve, .a_len = a.len, .b_len = b.len};
  w->out = *out;
  sce_error_t *err = sce_budget_copy(w->operands, a.data, a.len);
  if (err == NULL) err = sce_budget_copy(w->operands + a.len, b.data, b.len);
  if (err != NULL) {
    sce_free(w);
    return err;
  }
  SCE_TRY(sce_apart(w));
  *status = w->status;
  *out = w->out;
  release_curve(w);
  return NULL;
}

sce_error_t *sce_curve_compute(scn_curve_status_t *status, sce_curve_out_t *out, bool old, scn_curve_op_t op,
                               scn_curve_t curve, sce_span_t a, sce_span_t b) {
  if (!is_cut(old, op, curve) && a.len + b.len > LONG) return compute_apart(status, out, old, op, curve, a, b);
  sce_error_t *err = NULL;
  *status = (scn_curve_status_t)scn_curve_compute(out, old, op, curve, a, b, sce_budget_go_on, &err);
  return err;
}
