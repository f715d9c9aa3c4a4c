/* deferred.h: a backend that is made when it is first asked for something. Many calls read no state, and making one
 * from a chain spec takes longer than they do. */
#ifndef SCE_STATE_DEFERRED_H
#define SCE_STATE_DEFERRED_H

#include "state/backend.h"

/* Makes the backend that is meant; called once, unless it fails, by the thread that asks first. */
typedef sce_error_t *(*sce_backend_make_fn)(void *ctx, sce_backend_t **backend);

/* `ctx` is freed with the backend, by sce_free(), also when this fails. */
sce_error_t *sce_deferred_backend_new(sce_backend_t **backend, sce_backend_make_fn make, void *ctx);

#endif
