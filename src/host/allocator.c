/* allocator.c: the allocator family: the runtime's own use of the host's heap. Source: sp-io `trait Allocator`; the
 * heap itself belongs to the executor. */
#include "host/handlers.h"

SCE_HANDLER(allocator_malloc_1) {
  uint32_t ptr = 0;
  SCE_TRY(caller->ops->alloc(caller->self, &ptr, (uint32_t)args[0]));
  *result = ptr;
  return NULL;
}

SCE_HANDLER(allocator_free_1) {
  return caller->ops->free(caller->self, (uint32_t)args[0]);
}
