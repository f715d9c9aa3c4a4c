/* block_phases.c: what each phase of a block changes: lines under the phase's name, or
 * {"phase", "storageDiff": [[key, value]], "childStorageDiff"?: [[child, key, value]], "logs": []}, with "changes"
 * beside them, the differences as `state diff` shows them, where the metadata has names for keys and values. */
#include "cli/block.h"
#include "cli/difference.h"

#include "base/buf.h"
#include "base/error.h"

void cli_phases_open(cli_phases_t *phases, cli_t *cli) {
  *phases = (cli_phases_t){.cli = cli};
  if (cli->output != CLI_JSON) return;
  phases->rows = json_array();
  phases->differences = json_array();
  phases->children = json_array();
  phases->logs = json_array();
  phases->values = json_array();
}

void cli_phases_free(cli_phases_t *phases) {
  json_decref(phases->rows);
  json_decref(phases->differences);
  json_decref(phases->children);
  json_decref(phases->logs);
  json_decref(phases->values);
  *phases = (cli_phases_t){0};
}

json_t *cli_phases_take(cli_phases_t *phases) {
  json_t *rows = phases->rows;
  phases->rows = NULL;
  return rows;
}

/* ---- the name of a phase: as frame_system::Phase ---- */

static json_t *phase_json(cli_t *cli, const sce_phase_t *phase) {
  if (phase->kind == SCE_PHASE_INITIALIZATION) return json_string("Initialization");
  if (phase->kind == SCE_PHASE_FINALIZATION) return json_string("Finalization");
  json_t *object = json_object();
  cli_put_count(cli, object, "ApplyExtrinsic", phase->extrinsic);
  return object;
}

static sce_error_t *print_phase(const sce_phase_t *phase) {
  switch (phase->kind) {
    case SCE_PHASE_INITIALIZATION: return cli_printf("initialization\n");
    case SCE_PHASE_EXTRINSIC: return cli_printf("extrinsic %u\n", (unsigned)phase->extrinsic);
    case SCE_PHASE_FINALIZATION: return cli_printf("finalization\n");
  }
  return NULL;
}

/* ---- differences ---- */

static json_t *value_json(const sce_value_t *value) {
  return value->found ? cli_json_hex(sce_span(value->data, value->len)) : json_null();
}

static void add_row(cli_phases_t *phases, const sce_state_difference_t *difference) {
  json_t *row = json_array();
  if (difference->child != NULL) cli_add(phases->cli, row, cli_json_hex(*difference->child));
  cli_add(phases->cli, row, cli_json_hex(difference->key));
  cli_add(phases->cli, row, value_json(&difference->after));
  cli_add(phases->cli, difference->child != NULL ? phases->children : phases->differences, row);
}

/* What the block found was written by the code of the block before; what it replaces of its own was not. */
static sce_error_t *names_of(const cli_phases_t *phases, cli_names_t *names, const sce_state_difference_t *difference) {
  const sce_value_t *before = &difference->before;
  sce_value_t stored = {.found = false};
  *names = (cli_names_t){phases->decoded, phases->decoded};
  if (phases->written == NULL || !before->found) return NULL;
  SCE_TRY(sce_state_get(sce_chain_state(phases->chain), &stored, difference->child, difference->key));
  if (stored.found && sce_span_equal(sce_span(stored.data, stored.len), sce_span(before->data, before->len)))
    names->before = phases->written;
  return NULL;
}

static sce_error_t *take_difference(void *ctx, const sce_phase_t *phase, const sce_state_difference_t *difference) {
  cli_phases_t *phases = ctx;
  bool first = phases->count++ == 0;
  cli_names_t names;
  SCE_TRY(names_of(phases, &names, difference));
  if (phases->cli->output == CLI_JSON) {
    add_row(phases, difference);
    if (phases->decoded != NULL)
      cli_add(phases->cli, phases->values, cli_difference_json(phases->cli, names, difference));
    return NULL;
  }
  if (first) SCE_TRY(print_phase(phase));
  return cli_difference_text(phases->cli, names, difference);
}

/* Puts an array that is full into the row, and an empty one in its place. */
static void put_array(cli_t *cli, json_t *row, const char *name, json_t **array) {
  cli_put(cli, row, name, *array);
  *array = json_array();
}

static sce_error_t *take_end(void *ctx, const sce_phase_t *phase) {
  cli_phases_t *phases = ctx;
  phases->count = 0;
  if (phases->cli->output != CLI_JSON) return NULL;
  json_t *row = json_object();
  cli_put(phases->cli, row, "phase", phase_json(phases->cli, phase));
  put_array(phases->cli, row, "storageDiff", &phases->differences);
  if (json_array_size(phases->children) > 0) put_array(phases->cli, row, "childStorageDiff", &phases->children);
  put_array(phases->cli, row, "logs", &phases->logs);
  if (phases->decoded != NULL) put_array(phases->cli, row, "changes", &phases->values);
  cli_add(phases->cli, phases->rows, row);
  return NULL;
}

sce_chain_observer_t cli_phases_observer(cli_phases_t *phases) {
  return (sce_chain_observer_t){sizeof(sce_chain_observer_t), take_difference, take_end, phases};
}

/* ---- logs ---- */

static void take_line(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  static const char *const levels[] = {"error", "warn", "info", "debug", "trace"};
  cli_phases_t *phases = ctx;
  sce_log_t shown = cli_runtime_log(phases->cli);
  shown.write(shown.ctx, level, target, message);
  if (phases->logs == NULL) return;
  json_t *row = json_object();
  cli_put_text(phases->cli, row, "level", levels[level > SCE_LOG_TRACE ? SCE_LOG_TRACE : level]);
  cli_put(phases->cli, row, "target", cli_json_text(target));
  cli_put(phases->cli, row, "message", cli_json_text(message));
  cli_add(phases->cli, phases->logs, row);
}

sce_log_t cli_phases_log(cli_phases_t *phases) {
  sce_log_t log = cli_runtime_log(phases->cli);
  return (sce_log_t){take_line, phases, log.max_level};
}
