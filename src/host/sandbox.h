/* sandbox.h: nested WebAssembly instances of the contracts pallet before it brought its own interpreter. */
#ifndef SCE_HOST_SANDBOX_H
#define SCE_HOST_SANDBOX_H

/* The nested instances and memories of one call. */
typedef struct sce_sandbox sce_sandbox_t;

/* Frees all instances and memories. NULL is accepted. */
void sce_sandbox_delete(sce_sandbox_t *sandbox);

#endif
