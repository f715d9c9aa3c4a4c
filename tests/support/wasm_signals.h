/* wasm_signals.h: cmocka puts its own handlers for SIGSEGV and the like around each test and default ones after it,
 * which takes Wasmtime's away: faults of compiled code would no longer become traps. A program that tests calls
 * remembers Wasmtime's handlers before cmocka runs, and puts them back at the beginning of each test. */
#ifndef TESTS_SUPPORT_WASM_SIGNALS_H
#define TESTS_SUPPORT_WASM_SIGNALS_H

/* Makes an engine, which installs the handlers, and remembers them. Call it first in main. */
void wasm_signals_remember(void);

/* Installs them again. */
void wasm_signals_restore(void);

#endif
