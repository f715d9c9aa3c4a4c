/* wasm_signals.c: see wasm_signals.h. */
#include "support/wasm_signals.h"

#include "scexec.h"

#include <signal.h>
#include <stdlib.h>

static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
static struct sigaction actions[sizeof numbers / sizeof *numbers];

void wasm_signals_remember(void) {
  sce_config_t config;
  sce_engine_t *engine = NULL;
  sce_config_init(&config);
  if (sce_engine_new(&engine, &config) != NULL) abort();
  sce_engine_delete(engine);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], NULL, &actions[i]);
}

void wasm_signals_restore(void) {
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &actions[i], NULL);
}
