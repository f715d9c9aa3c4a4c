/* logging.c: the logging and panic handler families. Sources: sp-io `trait Logging` and `trait PanicHandler`; a
 * runtime's own panic handler (sp-io `fn panic`) logs the panic at error level, target "runtime", and traps. */
#include "host/handlers.h"
#include "host/log.h"

/* Bytes of a panic message that an error carries; code could make it as long as its memory. */
#define MAX_PANIC ((size_t)1 << 20)

void sce_host_log(const sce_caller_t *caller, sce_log_level_t level, sce_span_t target, sce_span_t message) {
  if (sce_host_log_wants(caller, level)) caller->ext->log.write(caller->ext->log.ctx, level, target, message);
}

/* Whether a line is what sp-io's panic or out-of-memory handler logs before it traps. */
static bool is_panic_line(sce_log_level_t level, sce_span_t target, sce_span_t message) {
  return level == SCE_LOG_ERROR && sce_span_equal(target, sce_span_text("runtime")) &&
         (sce_span_starts_with(message, sce_span_text("panicked at")) ||
          sce_span_starts_with(message, sce_span_text("Runtime memory exhausted")));
}

/* Replaces the remembered panic message. Of a longer one than MAX_PANIC bytes whole characters are kept. */
static sce_error_t *remember_panic(sce_host_state_t *state, sce_span_t message) {
  size_t len = message.len;
  if (len > MAX_PANIC)
    for (len = MAX_PANIC; (message.data[len] & 0xc0) == 0x80;) len--;
  state->panic.len = 0;
  return sce_buf_append(&state->panic, message.data, len);
}

/* A message that is not UTF-8 is dropped, as upstream does. */
SCE_HANDLER(logging_log_1) {
  uint8_t level = (uint8_t)args[0];
  sce_span_t target, message;
  if (level > SCE_LOG_TRACE) return sce_arg_bad_number("level", level, "a log level (0 to 4)");
  SCE_TRY(sce_arg_text(caller, &target, args[1], "target"));
  SCE_TRY(sce_arg_span(caller, &message, args[2], "message"));
  bool panic = !caller->state->panic_set && is_panic_line((sce_log_level_t)level, target, message);
  if (!panic && !sce_host_log_wants(caller, (sce_log_level_t)level)) return NULL;
  bool valid;
  SCE_TRY(sce_host_is_text(&valid, message));
  if (!valid) return NULL;
  if (panic) SCE_TRY(remember_panic(caller->state, message));
  sce_host_log(caller, (sce_log_level_t)level, target, message);
  return NULL;
}

SCE_HANDLER(logging_max_level_1) {
  int level = caller->ext->log.write == NULL ? 0 : caller->ext->log.max_level;
  *result = (uint64_t)(level < 0 ? 0 : level > 5 ? 5 : level);
  return NULL;
}

/* Only remembers the message and returns: the runtime executes `unreachable` next, and that trap is reported with it.
 */
SCE_HANDLER(panic_handler_abort_on_panic_1) {
  sce_span_t message;
  SCE_TRY(sce_arg_text(caller, &message, args[0], "message"));
  SCE_TRY(remember_panic(caller->state, message));
  caller->state->panic_set = true;
  return NULL;
}
