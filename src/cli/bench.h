/* bench.h: measuring calls of one strategy (bench_run.c) for `scexec bench` (bench.c). */
#ifndef SCE_CLI_BENCH_H
#define SCE_CLI_BENCH_H

#include "cli/host.h"

/* Most samples kept: 8 bytes each. */
#define CLI_BENCH_MAX_SAMPLES ((uint64_t)1 << 27)

typedef struct cli_bench_plan {
  const char *method;
  sce_span_t input;
  uint64_t calls; /* on each thread */
  uint64_t threads;
  uint64_t time_limit_ms; /* of each call */
} cli_bench_plan_t;

typedef struct cli_bench_result {
  sce_strategy_t strategy;            /* in use, after replacement */
  uint64_t create_ns;                 /* engine, compiling, first instance */
  uint64_t first_ns;                  /* the first call */
  uint64_t min_ns, median_ns, p99_ns; /* of all calls on all threads */
  double calls_per_second;            /* all threads together, by the wall clock */
} cli_bench_result_t;

/* Measures `session`'s runtime; create_ns must be there already. Errors: those of the call, SCE_OUT_OF_MEMORY. */
sce_error_t *cli_bench_run(cli_t *cli, cli_bench_result_t *result, const cli_session_t *session,
                           const cli_bench_plan_t *plan);

#endif
