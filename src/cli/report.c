/* report.c: errors as people and programs see them, and the exit code of each. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

int cli_exit_code(sce_error_kind_t kind) {
  switch (kind) { /* no default: the compiler names a forgotten kind */
    case SCE_TRAP:
    case SCE_MISSING_EXPORT:
    case SCE_WRONG_TYPE:
    case SCE_BAD_OUTPUT:
    case SCE_MEMORY_LIMIT:
    case SCE_TIME_LIMIT:
    case SCE_CANCELLED:
    case SCE_STACK_LIMIT:
    case SCE_HOST_FUNCTION:
    case SCE_BAD_BLOCK: return CLI_CALL_FAILED;
    case SCE_MISUSE: return CLI_USAGE;
    case SCE_MISSING_IMPORT:
    case SCE_BAD_CODE:
    case SCE_BAD_INPUT:
    case SCE_BAD_CHAIN_SPEC:
    case SCE_BAD_STATE:
    case SCE_BAD_PROOF:
    case SCE_BAD_ARTIFACT:
    case SCE_BAD_METADATA:
    case SCE_NOT_FOUND: return CLI_BAD_INPUT;
    case SCE_OUT_OF_MEMORY:
    case SCE_IO:
    case SCE_ENGINE:
    case SCE_UNSUPPORTED:
    case SCE_INTERNAL: return CLI_ENVIRONMENT;
  }
  return CLI_ENVIRONMENT;
}

json_t *cli_error_json(const sce_error_t *err) {
  const char *message = sce_error_message(err), *panic = sce_error_panic(err), *trace = sce_error_backtrace(err);
  json_t *object = json_object();
  int failed = json_object_set_new(object, "kind", json_string(sce_error_kind_name(sce_error_kind(err))));
  failed |= json_object_set_new(object, "message", cli_json_text(sce_span_text(message)));
  if (panic != NULL) failed |= json_object_set_new(object, "panic", cli_json_text(sce_span_text(panic)));
  if (trace != NULL) {
    json_t *frames = json_array();
    while (*trace != '\0') {
      size_t len = strcspn(trace, "\n");
      if (len > 0) failed |= json_array_append_new(frames, cli_json_text(sce_span(trace, len)));
      trace += len + (trace[len] == '\n' ? 1 : 0);
    }
    failed |= json_object_set_new(object, "backtrace", frames);
  }
  if (failed == 0) return object;
  json_decref(object);
  return NULL;
}

static void put_stderr(const sce_buf_t *text) {
  if (text->len > 0 && fwrite(text->data, 1, text->len, stderr) < text->len) clearerr(stderr);
}

/* Whether an error is about a type that is but a name (metadata/registry.c, sce_type_unknown()). */
static bool is_unknown_type(const char *message) {
  return strstr(message, "the layout of the type ") != NULL && strstr(message, " is not known") != NULL;
}

/* The whole report as text; what can't be built for lack of memory is left out. */
static sce_error_t *report_text(const cli_t *cli, sce_buf_t *out, const sce_error_t *err) {
  const char *message = sce_error_message(err), *panic = sce_error_panic(err), *trace = sce_error_backtrace(err);
  SCE_TRY(sce_buf_printf(out, "%s", cli->color ? "\033[1;31merror:\033[0m " : "error: "));
  SCE_TRY(cli_escape(out, sce_span_text(message), true, 2));
  SCE_TRY(sce_buf_append_byte(out, '\n'));
  if (is_unknown_type(message)) SCE_TRY(sce_buf_printf(out, "  --types FILE gives the definitions of such types\n"));
  if (panic != NULL && strstr(message, panic) == NULL) {
    SCE_TRY(sce_buf_printf(out, "  panic: "));
    SCE_TRY(cli_escape(out, sce_span_text(panic), true, 9));
    SCE_TRY(sce_buf_append_byte(out, '\n'));
  }
  if (trace != NULL && strspn(trace, " \n") < strlen(trace)) {
    size_t len = strlen(trace);
    while (len > 0 && trace[len - 1] == '\n') len--;
    SCE_TRY(sce_buf_printf(out, "  backtrace:\n    "));
    SCE_TRY(cli_escape(out, sce_span(trace, len), true, 4));
    SCE_TRY(sce_buf_append_byte(out, '\n'));
  }
  return NULL;
}

int cli_report(cli_t *cli, sce_error_t *err) {
  int code = cli->exit_code != CLI_DONE ? cli->exit_code : cli_exit_code(sce_error_kind(err));
  sce_buf_t text = {0};
  sce_error_t *failed = report_text(cli, &text, err);
  if (failed != NULL && text.len < 8) fputs("error: out of memory\n", stderr);
  sce_error_delete(failed);
  put_stderr(&text);
  sce_buf_free(&text);
  if (cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli->json_failed = false;
    cli_put(cli, document, "error", cli_error_json(err));
    sce_error_delete(cli_print_json(cli, document));
  }
  sce_error_delete(err);
  return code;
}

void cli_warn(const cli_t *cli, const char *format, ...) {
  if (cli->quiet) return;
  fputs(cli->color ? "\033[1;33mwarning:\033[0m " : "warning: ", stderr);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}
