/* host_functions.c: `scexec host-functions`: the built-in Host API as a table. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef struct host_functions_values {
  cli_common_t common;
  const char *family;
  bool unsupported;
} host_functions_values_t;

static const cli_option_t options[] = {
    {.name = "family",
     .kind = CLI_TEXT,
     .argument = "NAME",
     .help = "Only this family: storage, crypto, hashing, offchain, …",
     .offset = offsetof(host_functions_values_t, family)},
    {.name = "unsupported",
     .kind = CLI_FLAG,
     .help = "Only functions that are known but not supported",
     .offset = offsetof(host_functions_values_t, unsupported)},
    {.name = NULL},
};

static bool is_wanted(const host_functions_values_t *v, const sce_host_function_info_t *row) {
  if (v->unsupported && row->supported) return false;
  return v->family == NULL || strcmp(v->family, row->family) == 0;
}

static sce_error_t *check_family(const char *family, const sce_host_function_info_t *rows, size_t count) {
  cli_nearest_t best = {0};
  for (size_t i = 0; family != NULL && i < count; i++) {
    if (strcmp(family, rows[i].family) == 0) return NULL;
    cli_nearest_offer(&best, family, strlen(family), rows[i].family);
  }
  if (family == NULL) return NULL;
  return sce_error_new(SCE_MISUSE, "there is no family \"%s\" of host functions%s%s%s", family,
                       best.name != NULL ? "; did you mean " : "", best.name != NULL ? best.name : "",
                       best.name != NULL ? "?" : "");
}

static sce_error_t *print_json(cli_t *cli, const host_functions_values_t *v, const sce_host_function_info_t *rows,
                               size_t count) {
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) {
    if (!is_wanted(v, &rows[i])) continue;
    json_t *row = json_object();
    cli_put_text(cli, row, "name", rows[i].name);
    cli_put_text(cli, row, "signature", rows[i].signature);
    cli_put_text(cli, row, "family", rows[i].family);
    cli_put_text(cli, row, "firstUsed", rows[i].first_used);
    cli_put_text(cli, row, "lastUsed", rows[i].last_used);
    cli_put(cli, row, "supported", json_boolean(rows[i].supported));
    if (rows[i].note != NULL) cli_put_text(cli, row, "note", rows[i].note);
    cli_add(cli, array, row);
  }
  json_t *document = json_object();
  cli_put(cli, document, "hostFunctions", array);
  return cli_print_json(cli, document);
}

static sce_error_t *print_text(const cli_t *cli, const host_functions_values_t *v, const sce_host_function_info_t *rows,
                               size_t count) {
  const char *dim = cli->color_out ? "\033[2m" : "", *plain = cli->color_out ? "\033[0m" : "";
  size_t shown = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_wanted(v, &rows[i])) continue;
    shown++;
    SCE_TRY(cli_printf("%-58s %-24s %s%s to %s%s\n", rows[i].name, rows[i].signature, dim, rows[i].first_used,
                       rows[i].last_used, plain));
    if (!rows[i].supported) SCE_TRY(cli_printf("    not supported: %s\n", rows[i].note));
  }
  return cli_printf("%zu functions\n", shown);
}

static sce_error_t *run(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  const host_functions_values_t *v = values;
  size_t count;
  const sce_host_function_info_t *rows = sce_host_functions(&count);
  SCE_TRY(check_family(v->family, rows, count));
  return cli->output == CLI_JSON ? print_json(cli, v, rows, count) : print_text(cli, v, rows, count);
}

const cli_command_t cli_host_functions_command = {
    .name = "host-functions",
    .summary = "Lists the functions that runtimes may import",
    .description = "Lists the built-in Host API: each function with its WebAssembly type, its family, and the versions "
                   "of sp-io that had it. Functions that are known but not supported come with the reason.",
    .examples = "scexec host-functions --family crypto\n"
                "scexec host-functions --json | jq -r '.hostFunctions[].name'",
    .groups = {{"Selection", options, 0}, {"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}},
    .values_size = sizeof(host_functions_values_t),
    .run = run,
};
