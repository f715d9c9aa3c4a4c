/* bench_run.c: the timed loop. Each thread has its own instance and host; all begin at one moment, after a first call
 * each that is not counted. A call's time includes dropping what the call before changed in the state, as a host must.
 */
#include "cli/bench.h"

#include "base/alloc.h"
#include "base/error.h"

#include <pthread.h>
#include <stdlib.h>

/* Where the threads wait for each other. */
typedef struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  uint64_t waiting;
  bool open;
  bool cancelled; /* a thread could not start or its first call failed: nobody measures */
} gate_t;

typedef struct worker {
  cli_t *cli;
  const cli_session_t *session;
  const cli_bench_plan_t *plan;
  gate_t *gate;
  uint64_t *samples; /* plan->calls of them: this thread's part */
  uint64_t instance_ns, first_ns, start_ns, end_ns;
  sce_error_t *err;
  pthread_t thread;
} worker_t;

/* Waits until the gate opens; false when there is nothing to do behind it. */
static bool pass_gate(gate_t *gate, bool failed) {
  pthread_mutex_lock(&gate->mutex);
  gate->waiting++;
  gate->cancelled = gate->cancelled || failed;
  pthread_cond_broadcast(&gate->changed);
  while (!gate->open) pthread_cond_wait(&gate->changed, &gate->mutex);
  bool cancelled = gate->cancelled;
  pthread_mutex_unlock(&gate->mutex);
  return !cancelled;
}

static void open_gate(gate_t *gate, uint64_t threads, bool cancel) {
  pthread_mutex_lock(&gate->mutex);
  while (gate->waiting < threads) pthread_cond_wait(&gate->changed, &gate->mutex);
  gate->cancelled = gate->cancelled || cancel;
  gate->open = true;
  pthread_cond_broadcast(&gate->changed);
  pthread_mutex_unlock(&gate->mutex);
}

static sce_error_t *call_once(sce_instance_t *instance, cli_host_t *host, sce_buf_t *output,
                              const cli_bench_plan_t *plan, uint64_t *ns) {
  uint64_t start = cli_now_ns();
  SCE_TRY(cli_host_reset(host));
  sce_call_options_t options = {.externalities = &host->externalities, .time_limit_ms = plan->time_limit_ms};
  sce_error_t *err = sce_instance_call(instance, output, plan->method, plan->input.data, plan->input.len, &options);
  *ns = cli_now_ns() - start;
  return err;
}

static void measure(worker_t *w, sce_instance_t *instance, cli_host_t *host) {
  sce_buf_t output = {0};
  if (w->err == NULL) w->err = call_once(instance, host, &output, w->plan, &w->first_ns);
  if (pass_gate(w->gate, w->err != NULL)) {
    w->start_ns = cli_now_ns();
    for (uint64_t i = 0; i < w->plan->calls && w->err == NULL; i++)
      w->err = call_once(instance, host, &output, w->plan, &w->samples[i]);
    w->end_ns = cli_now_ns();
  }
  sce_buf_free(&output);
}

static void *run_worker(void *arg) {
  worker_t *w = arg;
  uint64_t start = cli_now_ns();
  sce_instance_t *instance = NULL;
  cli_host_t host = {0};
  w->err = sce_instance_new(&instance, w->session->runtime);
  w->instance_ns = cli_now_ns() - start;
  if (w->err == NULL) w->err = cli_host_open(w->cli, &host, w->session, w->plan->method);
  measure(w, instance, &host);
  cli_host_close(&host);
  sce_instance_delete(instance);
  return NULL;
}

static int compare_samples(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void summarise(cli_bench_result_t *result, const worker_t *workers, uint64_t *samples,
                      const cli_bench_plan_t *plan) {
  size_t count = (size_t)(plan->calls * plan->threads);
  qsort(samples, count, sizeof *samples, compare_samples);
  uint64_t start = workers[0].start_ns, end = workers[0].end_ns;
  for (uint64_t t = 1; t < plan->threads; t++) {
    if (workers[t].start_ns < start) start = workers[t].start_ns;
    if (workers[t].end_ns > end) end = workers[t].end_ns;
  }
  result->create_ns += workers[0].instance_ns;
  result->first_ns = workers[0].first_ns;
  result->min_ns = samples[0];
  result->median_ns = samples[count / 2];
  result->p99_ns = samples[count - 1 - count / 100];
  result->calls_per_second = (double)count * 1e9 / (double)(end > start ? end - start : 1);
}

/* Runs all threads to their end; the first error of any is the run's. */
static sce_error_t *run_workers(worker_t *workers, gate_t *gate, const cli_bench_plan_t *plan) {
  sce_error_t *err = NULL;
  uint64_t started = 0;
  while (started < plan->threads && err == NULL) {
    int failed = pthread_create(&workers[started].thread, NULL, run_worker, &workers[started]);
    if (failed != 0) {
      err = sce_error_system(failed, "cannot start thread %llu", (unsigned long long)started + 1);
    } else {
      started++;
    }
  }
  open_gate(gate, started, err != NULL);
  for (uint64_t t = 0; t < started; t++) {
    pthread_join(workers[t].thread, NULL);
    if (err == NULL) {
      err = workers[t].err;
    } else {
      sce_error_delete(workers[t].err);
    }
  }
  return err;
}

sce_error_t *cli_bench_run(cli_t *cli, cli_bench_result_t *result, const cli_session_t *session,
                           const cli_bench_plan_t *plan) {
  if (plan->calls > CLI_BENCH_MAX_SAMPLES / plan->threads)
    return sce_error_new(SCE_MISUSE, "--calls times --threads must be at most %llu",
                         (unsigned long long)CLI_BENCH_MAX_SAMPLES);
  gate_t gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  uint64_t *samples = sce_calloc((size_t)(plan->calls * plan->threads), sizeof *samples);
  worker_t *workers = sce_calloc((size_t)plan->threads, sizeof *workers);
  sce_error_t *err = samples == NULL || workers == NULL ? sce_error_oom() : NULL;
  if (err == NULL) {
    for (uint64_t t = 0; t < plan->threads; t++)
      workers[t] =
          (worker_t){.cli = cli, .session = session, .plan = plan, .gate = &gate, .samples = samples + t * plan->calls};
    err = run_workers(workers, &gate, plan);
  }
  if (err == NULL) summarise(result, workers, samples, plan);
  sce_free(workers);
  sce_free(samples);
  return err;
}
