/* batch.c: `scexec batch`: requests from standard input, one JSON object a line, answers in the same order.
 *
 * The main thread reads, one thread writes, the workers call; batch_queue.h is between them. */
#include "cli/batch_at.h"
#include "cli/batch_queue.h"
#include "cli/batch_request.h"
#include "cli/commands.h"
#include "cli/host.h"
#include "cli/lines.h"
#include "cli/typed.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct batch_values {
  cli_common_t common;
  cli_run_options_t run;
  uint64_t threads;
  bool values;
} batch_values_t;

typedef struct worker {
  cli_t *cli;
  const cli_session_t *session;
  batch_queue_t *queue;
  uint64_t time_limit_ms;
  const cli_metadata_t *metadata; /* NULL: bytes only */
  sce_instance_t *instance;
  batch_eras_t *eras;
  batch_place_t place;          /* of the last request that named a block */
  const batch_era_t *other_era; /* whose instance `other` is */
  sce_instance_t *other;
  const batch_era_t *era;      /* of the request at hand; NULL: the session's code */
  const cli_metadata_t *names; /* its metadata */
  cli_host_t host;
  bool used;        /* the host has seen a call */
  sce_buf_t export; /* of the request at hand; empty: its method */
  sce_buf_t output;
  sce_error_t *err; /* what ended the worker before its time */
  pthread_t thread;
} worker_t;

/* Where the request is answered: the state, the code that belongs to it, and what describes that. */
static sce_error_t *go_to_place(worker_t *w, const batch_request_t *request) {
  bool named = request->at.len > 0;
  if (named) SCE_TRY(batch_place_go(w->eras, &w->place, (const char *)request->at.data));
  w->era = named ? w->place.era : NULL;
  w->names = w->metadata != NULL && w->era != NULL ? &w->era->metadata : w->metadata;
  sce_overlay_set_state(w->host.overlay, named ? w->place.source.state : w->session->source.state);
  if (w->era == NULL || w->era == w->other_era) return NULL;
  sce_instance_delete(w->other);
  w->other = NULL;
  w->other_era = NULL;
  SCE_TRY(sce_instance_new(&w->other, w->era->runtime));
  w->other_era = w->era;
  return NULL;
}

static sce_error_t *make_call(worker_t *w, const batch_request_t *request) {
  sce_instance_t *instance = w->era != NULL ? w->other : w->instance;
  if (w->used) SCE_TRY(cli_host_reset(&w->host));
  w->used = true;
  sce_call_options_t options = {.externalities = &w->host.externalities, .time_limit_ms = w->time_limit_ms};
  const char *method = (const char *)(w->export.len > 0 ? w->export.data : request->method.data);
  if (w->time_limit_ms > 0) SCE_TRY(sce_instance_prepare(instance, method)); /* the limit is the call's alone */
  return sce_instance_call(instance, &w->output, method, request->data.data, request->data.len, &options);
}

/* The input of a request with "args" instead of "data", and what is called with it. */
static sce_error_t *encode_args(worker_t *w, batch_request_t *request) {
  const char *name = (const char *)request->method.data;
  bool view;
  w->export.len = 0;
  if (request->args.len == 0)
    return w->names != NULL ? cli_view_input(&request->data, &w->export, &view, w->names, name) : NULL;
  if (w->names == NULL) return sce_error_new(SCE_MISUSE, "\"args\" needs --values");
  size_t method;
  const sce_metadata_t *md = w->names->metadata;
  SCE_TRY(sce_metadata_method_find(md, &method, sce_span_text(name)));
  SCE_TRY(sce_method_args_encode(md, &request->data, method, request->args));
  SCE_TRY(sce_metadata_method_export(md, &w->export, method));
  return sce_buf_append_byte(&w->export, 0);
}

/* The output as JSON; stays empty for what the metadata does not describe, and for what does not fit it, which *misfit
 * tells: the call is done, and its bytes are the answer in any case. */
static sce_error_t *decode_output(const worker_t *w, sce_buf_t *value, sce_error_t **misfit,
                                  const batch_request_t *request) {
  bool known;
  const char *method = (const char *)request->method.data;
  if (w->names == NULL) return NULL;
  sce_error_t *err = strcmp(method, "Core_version") == 0
                         ? cli_version_value(value, sce_buf_span(&w->output))
                         : cli_typed_output(value, &known, w->names, method, sce_buf_span(&w->output));
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  *misfit = err;
  value->len = 0;
  return NULL;
}

/* Fills slot->answer. An error of the request is an answer; one of ours (no memory for the answer) is returned. */
static sce_error_t *answer(worker_t *w, batch_slot_t *slot) {
  batch_request_t request = {0};
  sce_buf_t value = {0};
  sce_error_t *misfit = NULL, *problem = batch_request_read(&request, slot);
  if (problem == NULL) problem = go_to_place(w, &request);
  if (problem == NULL) problem = encode_args(w, &request);
  if (problem == NULL) problem = make_call(w, &request);
  if (problem == NULL) problem = decode_output(w, &value, &misfit, &request);
  sce_error_t *err = problem == NULL ? batch_answer_output(&slot->answer, &request, sce_buf_span(&w->output),
                                                           sce_buf_span(&value), misfit)
                                     : batch_answer_error(&slot->answer, &request, problem);
  sce_error_delete(problem);
  sce_error_delete(misfit);
  sce_buf_free(&value);
  batch_request_free(&request);
  return err;
}

/* ---- threads ---- */

static void *run_worker(void *arg) {
  worker_t *w = arg;
  batch_slot_t *slot;
  while (w->err == NULL && (slot = batch_queue_begin(w->queue)) != NULL) {
    w->err = answer(w, slot);
    if (w->err == NULL) batch_queue_answer(w->queue, slot);
  }
  if (w->err != NULL) batch_queue_stop(w->queue);
  return NULL;
}

typedef struct writer {
  batch_queue_t *queue;
  sce_error_t *err;
  pthread_t thread;
} writer_t;

static void *run_writer(void *arg) {
  writer_t *w = arg;
  batch_slot_t *slot;
  bool more;
  while (w->err == NULL && (slot = batch_queue_front(w->queue, &more)) != NULL) {
    w->err = cli_write(sce_buf_span(&slot->answer));
    if (w->err == NULL && !more) w->err = cli_flush();
    batch_queue_pop(w->queue);
  }
  if (w->err != NULL) batch_queue_stop(w->queue);
  return NULL;
}

static bool is_blank(const sce_buf_t *line) {
  for (size_t i = 0; i < line->len; i++)
    if (line->data[i] != ' ' && line->data[i] != '\t' && line->data[i] != '\r') return false;
  return true;
}

static sce_error_t *read_requests(batch_queue_t *queue) {
  cli_lines_t lines;
  sce_buf_t line = {0};
  bool more = true, too_long;
  sce_error_t *err = cli_lines_open(&lines, STDIN_FILENO);
  while (err == NULL && more) {
    err = cli_lines_next(&lines, &line, &more, &too_long);
    if (err != NULL || !more || (is_blank(&line) && !too_long)) continue;
    more = batch_queue_put(queue, &line, lines.number, too_long);
  }
  sce_buf_free(&line);
  cli_lines_close(&lines);
  return err;
}

/* Keeps the first error. */
static void join_error(sce_error_t **first, sce_error_t *err) {
  if (*first == NULL) {
    *first = err;
  } else {
    sce_error_delete(err);
  }
}

static sce_error_t *start_thread(pthread_t *thread, void *(*body)(void *), void *arg) {
  int failed = pthread_create(thread, NULL, body, arg);
  return failed == 0 ? NULL : sce_error_system(failed, "cannot start a thread");
}

static sce_error_t *run_threads(worker_t *workers, uint64_t count, batch_queue_t *queue) {
  writer_t writer = {.queue = queue};
  uint64_t started = 0;
  sce_error_t *err = start_thread(&writer.thread, run_writer, &writer);
  if (err != NULL) return err;
  while (err == NULL && started < count) {
    err = start_thread(&workers[started].thread, run_worker, &workers[started]);
    if (err == NULL) started++;
  }
  if (err == NULL) err = read_requests(queue);
  batch_queue_end(queue);
  if (err != NULL && started == 0) batch_queue_stop(queue);
  for (uint64_t i = 0; i < started; i++) {
    pthread_join(workers[i].thread, NULL);
    join_error(&err, workers[i].err);
  }
  pthread_join(writer.thread, NULL);
  join_error(&err, writer.err);
  return err;
}

static sce_error_t *open_workers(cli_t *cli, worker_t *workers, const cli_session_t *session, batch_queue_t *queue,
                                 const batch_values_t *v, const cli_metadata_t *metadata, batch_eras_t *eras) {
  for (uint64_t i = 0; i < v->threads; i++) {
    workers[i] = (worker_t){.cli = cli,
                            .session = session,
                            .queue = queue,
                            .time_limit_ms = v->run.engine.time_limit,
                            .metadata = metadata,
                            .eras = eras};
    SCE_TRY(sce_instance_new(&workers[i].instance, session->runtime));
    SCE_TRY(cli_host_open(cli, &workers[i].host, session, NULL));
  }
  return NULL;
}

static sce_error_t *run_session(cli_t *cli, const cli_session_t *session, const batch_values_t *v) {
  batch_queue_t queue;
  batch_eras_t eras;
  SCE_TRY(batch_eras_init(&eras, cli, session, v->values));
  cli_metadata_t metadata = {0};
  worker_t *workers = sce_calloc((size_t)v->threads, sizeof *workers);
  sce_error_t *err = batch_queue_init(&queue, (size_t)v->threads * 4 + 16);
  if (err == NULL && workers == NULL) err = sce_error_oom();
  if (err == NULL && v->values) err = cli_metadata_load(cli, &metadata, session, 0);
  if (err == NULL) err = open_workers(cli, workers, session, &queue, v, v->values ? &metadata : NULL, &eras);
  if (err == NULL) err = run_threads(workers, v->threads, &queue);
  for (uint64_t i = 0; workers != NULL && i < v->threads; i++) {
    cli_host_close(&workers[i].host);
    sce_instance_delete(workers[i].instance);
    sce_instance_delete(workers[i].other);
    batch_place_free(&workers[i].place);
    sce_buf_free(&workers[i].export);
    sce_buf_free(&workers[i].output);
  }
  sce_free(workers);
  batch_eras_free(&eras);
  cli_metadata_free(&metadata);
  batch_queue_free(&queue);
  return err;
}

static sce_error_t *run_batch(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  const batch_values_t *v = values;
  cli_session_t session;
  sce_error_t *err = cli_session_load(cli, &session, &v->run);
  if (err == NULL && cli->stdin_taken)
    err = sce_error_new(SCE_MISUSE, "standard input has the requests: the code must come from a file");
  /* Of a database each thread may have one more, of another state's code. */
  uint64_t instances = v->threads * (v->run.source.state != NULL ? 2 : 1) + v->values;
  if (err == NULL) err = cli_session_compile(cli, &session, &v->run.engine, (uint32_t)instances);
  if (err == NULL) err = run_session(cli, &session, v);
  cli_session_close(&session);
  return err;
}

static const cli_option_t batch_options[] = {
    {.name = "threads",
     .letter = 't',
     .kind = CLI_NUMBER,
     .argument = "T",
     .help = "Threads, each with an instance of its own",
     .offset = offsetof(batch_values_t, threads),
     .preset = "1",
     .min = 1,
     .max = 1024},
    {.name = "values",
     .kind = CLI_FLAG,
     .help = "Answer with the output's value beside it, and take arguments as JSON: \"args\": […] in place of data",
     .offset = offsetof(batch_values_t, values)},
    {.name = NULL},
};

const cli_command_t cli_batch_command = {
    .name = "batch",
    .summary = "Answers a stream of calls: JSON requests on standard input, one a line",
    .description =
        "Reads requests from standard input, one JSON object a line, and prints one answer a line in the same "
        "order. Each call sees the untouched state. A broken line gets an error answer and the rest go on.\n\n"
        "  request   {\"id\": 1, \"method\": \"Core_version\", \"data\": \"0x\"}\n"
        "  answer    {\"id\": 1, \"output\": \"0x…\"}\n"
        "            {\"id\": 1, \"error\": {\"kind\": \"trap\", \"message\": \"…\"}}\n\n"
        "With --values:\n\n"
        "  request   {\"id\": 1, \"method\": \"AccountNonceApi_account_nonce\", \"args\": [\"15oF4u…\"]}\n"
        "  answer    {\"id\": 1, \"output\": \"0x00000000\", \"value\": 0}\n\n"
        "With --state DIR a request may name a block, by number or hash: \"at\": 1200. It is answered on the state "
        "that "
        "this block made, by the code that belongs to that.\n\n"
        "id is any JSON value and comes back as it was; data may be left out; empty lines are passed over.",
    .examples = "echo '{\"id\":1,\"method\":\"Core_version\"}' | scexec batch --chain polkadot.json\n"
                "scexec batch --chain kusama.json --threads 4 < requests.jsonl > answers.jsonl",
    .groups = {CLI_SOURCE_GROUP(batch_values_t),
               CLI_TYPES_GROUP(batch_values_t),
               CLI_ARTIFACT_GROUP(batch_values_t),
               {"Work", batch_options, 0},
               CLI_STRATEGY_GROUP(batch_values_t),
               CLI_ENGINE_GROUP(batch_values_t),
               CLI_CACHE_GROUP(batch_values_t),
               CLI_HOST_GROUP(batch_values_t),
               {"Output", cli_document_options, 0},
               {"Output", cli_common_options, 0}},
    .values_size = sizeof(batch_values_t),
    .run = run_batch,
    .source = true,
};
