/* plugin.c: host functions of a chain's own, as a plugin.
 *
 *   cc -shared -fPIC $(pkg-config --cflags scexec) plugin.c -o plugin.so
 *   scexec call --runtime runtime.wasm --plugin ./plugin.so My_method
 *
 * A runtime imports them from "env" like the built-in ones:
 *   ext_example_checksum_version_1: (i64) -> i32   adds up the bytes of a span
 *   ext_example_reverse_version_1:  (i64) -> i64   gives the bytes of a span in reverse
 */
#include <scexec.h>

#include <stdlib.h>

static sce_error_t *checksum(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)ctx;
  sce_span_t bytes;
  sce_error_t *err = sce_caller_read_span(caller, &bytes, args[0]); /* checks pointer and length against the memory */
  if (err != NULL) return err;
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.len; i++) sum += bytes.data[i];
  *result = sum;
  return NULL;
}

static sce_error_t *reverse(void *ctx, sce_caller_t *caller, const uint64_t *args, uint64_t *result) {
  (void)ctx;
  sce_span_t bytes;
  sce_error_t *err = sce_caller_read_span(caller, &bytes, args[0]);
  if (err != NULL) return err;
  uint8_t *reversed = malloc(bytes.len > 0 ? bytes.len : 1);
  if (reversed == NULL) return sce_error_from_host(SCE_OUT_OF_MEMORY, NULL);
  for (size_t i = 0; i < bytes.len; i++) reversed[i] = bytes.data[bytes.len - 1 - i];
  err = sce_caller_return(caller, result, (sce_span_t){reversed, bytes.len}); /* allocates on the runtime's heap */
  free(reversed);
  return err;
}

static const sce_host_function_t functions[] = {
    {"ext_example_checksum_version_1", "(i64) -> i32", checksum, NULL, NULL},
    {"ext_example_reverse_version_1", "(i64) -> i64", reverse, NULL, NULL},
};

static const sce_plugin_info_t info = {sizeof info, SCE_VERSION, "example", functions, 2};

SCE_API const sce_plugin_info_t *scexec_plugin(void) {
  return &info;
}
