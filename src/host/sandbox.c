/* sandbox.c: see sandbox.h. */
#include "host/sandbox.h"

#include "base/alloc.h"

void sce_sandbox_delete(sce_sandbox_t *sandbox) {
  sce_free(sandbox);
}
