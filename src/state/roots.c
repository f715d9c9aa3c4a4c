/* roots.c: roots computed by a walk over all keys of a trie. */
#include "state/state.h"

#include "base/buf.h"
#include "base/error.h"
#include "state/trie_build.h"

static sce_error_t *add_stored(sce_trie_builder_t *builder, const sce_entry_t *entry) {
  return sce_trie_builder_add(builder, entry->key, entry->value, entry->hashed ? SCE_STATE_V1 : SCE_STATE_V0);
}

/* Merges the walk with the changes; a change takes the place of the stored value. */
static sce_error_t *add_all(sce_trie_builder_t *builder, const sce_backend_t *backend, sce_walk_t *walk,
                            const sce_change_t *changes, size_t count, sce_state_version_t version) {
  for (size_t i = 0; walk->found || i < count;) {
    int side = !walk->found ? 1 : i == count ? -1 : sce_span_compare(walk->entry.key, changes[i].key);
    if (side < 0) SCE_TRY(add_stored(builder, &walk->entry));
    if (side >= 0 && !changes[i].removed)
      SCE_TRY(sce_trie_builder_add(builder, changes[i].key, changes[i].value, version));
    if (side <= 0) SCE_TRY(backend->ops->step(backend, walk));
    i += side >= 0;
  }
  return NULL;
}

sce_error_t *sce_walk_root(const sce_backend_t *backend, uint8_t root[32], sce_trie_id_t trie,
                           const sce_change_t *changes, size_t count, sce_state_version_t version) {
  sce_trie_builder_t *builder;
  sce_walk_t walk = {0};
  if (trie != SCE_TRIE_NONE) SCE_TRY(backend->ops->seek(backend, &walk, trie, sce_span(NULL, 0), true));
  SCE_TRY(sce_trie_builder_new(&builder, SCE_TRIE_BLAKE2B_256, 0, NULL, NULL));
  sce_error_t *err = add_all(builder, backend, &walk, changes, count, version);
  if (err == NULL) err = sce_trie_builder_finish(builder, root);
  sce_trie_builder_delete(builder);
  return err;
}
