/* inputs.h: the real runtimes that scripts/fetch-inputs.sh brought, for tests and benchmarks. Not part of the library:
 * what is wrong here is told by the message and ends the program. */
#ifndef SCE_TESTS_INPUTS_H
#define SCE_TESTS_INPUTS_H

#include "scexec/base.h"

/* How many runtimes there are, and the name of each: "polkadot", "kusama", "westend", "rococo", "paseo" (code at
 * genesis) and "kusama_runtime" (upstream's benchmark). */
#define TEST_RUNTIMES 6
extern const char *const test_runtimes[TEST_RUNTIMES];

/* The file's bytes, or with `.json` at the end of its name the value of ":code" in a raw chain spec. The caller
 * frees. */
sce_buf_t test_read_code(const char *path);
/* The code of one of test_runtimes as the chain has it, compressed or not; the caller frees. `folder` is
 * TEST_INPUTS. */
sce_buf_t test_runtime_code(const char *folder, const char *name);
/* The bytes of a file; the caller frees. */
sce_buf_t test_read_file(const char *path);

#endif
