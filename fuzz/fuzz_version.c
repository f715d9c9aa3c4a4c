/* fuzz_version.c: no input makes the version decoder crash or leak; what it accepts has all of its parts inside of its
 * own memory. The first byte splits the rest into the two custom sections. */
#include "base/buf.h"
#include "scexec/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(sce_span_t bytes) {
  volatile uint8_t sink = 0;
  for (size_t i = 0; i < bytes.len; i++) sink = (uint8_t)(sink ^ bytes.data[i]);
}

static void check(sce_error_t *err, sce_runtime_version_t *version) {
  if (err == NULL) {
    touch(version->spec_name);
    touch(version->impl_name);
    touch(sce_span(version->apis, version->api_count * sizeof *version->apis));
    sce_runtime_version_free(version);
  }
  sce_error_delete(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sce_runtime_version_t version;
  check(sce_runtime_version_decode(&version, sce_span(data, size)), &version);
  if (size == 0) return 0;
  size_t split = data[0] < size - 1 ? data[0] : size - 1;
  sce_span_t section = sce_span(data + 1, split), apis = sce_span(data + 1 + split, size - 1 - split);
  check(sce_runtime_version_decode_sections(&version, section, apis), &version);
  return 0;
}
