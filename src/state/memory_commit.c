/* memory_commit.c: commits to a state in memory. What can fail comes first, and can be undone without memory: new and
 * changed values and records. Removals, which cannot fail, come last. */
#include "state/memory.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

/* A replacement that can be undone. */
typedef struct done_write {
  sce_table_t *table;
  sce_span_t key;
  sce_table_old_t old;
} done_write_t;

typedef struct journal {
  done_write_t *items; /* room for every write of the commit */
  size_t count;
} journal_t;

static sce_error_t *journal_new(journal_t *journal, const sce_commit_set_t *set) {
  size_t room = 0;
  for (size_t i = 0; i < set->trie_count; i++) room += set->tries[i].change_count + set->tries[i].node_count;
  *journal = (journal_t){sce_realloc_array(NULL, room, sizeof *journal->items), 0};
  return journal->items == NULL ? sce_error_oom() : NULL;
}

static sce_error_t *put(journal_t *journal, sce_table_t *table, sce_span_t key, sce_span_t value, bool hashed) {
  done_write_t *done = &journal->items[journal->count];
  *done = (done_write_t){.table = table, .key = key};
  SCE_TRY(sce_table_replace(table, &done->old, key, value, hashed));
  journal->count++;
  return NULL;
}

static sce_span_t node_key(const sce_node_write_t *node) {
  return sce_span(node->path.data, node->path.len);
}

static sce_error_t *put_all(sce_memory_trie_t *trie, journal_t *journal, const sce_trie_commit_t *commit,
                            sce_state_version_t version) {
  for (size_t i = 0; i < commit->change_count; i++) {
    const sce_change_t *change = &commit->changes[i];
    bool hashed = sce_layout_hashed(change->value.len, version);
    if (!change->removed) SCE_TRY(put(journal, &trie->values, change->key, change->value, hashed));
  }
  for (size_t i = 0; i < commit->node_count; i++) {
    const sce_node_write_t *node = &commit->nodes[i];
    if (node->record.data != NULL) SCE_TRY(put(journal, &trie->nodes, node_key(node), node->record, false));
  }
  return NULL;
}

static void remove_all(sce_memory_trie_t *trie, const sce_trie_commit_t *commit) {
  for (size_t i = 0; i < commit->change_count; i++)
    if (commit->changes[i].removed) sce_table_remove(&trie->values, commit->changes[i].key);
  for (size_t i = 0; i < commit->node_count; i++)
    if (commit->nodes[i].record.data == NULL) sce_table_remove(&trie->nodes, node_key(&commit->nodes[i]));
}

/* Children that the commit needs and that are not there. An empty one has all the records it needs: none. */
static sce_error_t *make_children(sce_memory_t *memory, const sce_commit_set_t *set) {
  for (size_t i = 0; i < set->trie_count; i++) {
    sce_memory_trie_t *trie = sce_memory_find(memory, set->tries[i].child);
    if (trie != NULL) continue;
    SCE_TRY(sce_memory_make_child(memory, &trie, *set->tries[i].child));
    atomic_store_explicit(&trie->has_nodes, true, memory_order_release);
  }
  return NULL;
}

static void drop_empty_children(sce_memory_t *memory, const sce_commit_set_t *set) {
  for (size_t i = 0; i < set->trie_count; i++) {
    const sce_span_t *child = set->tries[i].child;
    const sce_memory_trie_t *trie = child == NULL ? NULL : sce_memory_find(memory, child);
    if (trie != NULL && trie->values.count == 0) sce_memory_drop_child(memory, *child);
  }
}

static sce_error_t *apply(sce_memory_t *memory, const sce_commit_set_t *set) {
  journal_t journal;
  SCE_TRY(journal_new(&journal, set));
  sce_error_t *err = make_children(memory, set);
  for (size_t i = 0; i < set->trie_count && err == NULL; i++)
    err = put_all(sce_memory_find(memory, set->tries[i].child), &journal, &set->tries[i], set->version);
  for (size_t i = 0; i < set->trie_count && err == NULL; i++)
    remove_all(sce_memory_find(memory, set->tries[i].child), &set->tries[i]);
  for (size_t i = journal.count; i-- > 0;) {
    if (err == NULL)
      sce_table_forget(&journal.items[i].old);
    else
      sce_table_restore(journal.items[i].table, &journal.items[i].old, journal.items[i].key);
  }
  drop_empty_children(memory, set);
  sce_free(journal.items);
  return err;
}

sce_error_t *sce_memory_commit(sce_backend_t *backend, sce_backend_t **next, const sce_commit_set_t *set, bool alone) {
  sce_memory_t *memory = (sce_memory_t *)(void *)backend;
  if (!alone) SCE_TRY(sce_memory_copy(&memory, memory));
  sce_error_t *err = apply(memory, set);
  if (err == NULL)
    *next = &memory->backend;
  else if (!alone)
    sce_memory_delete(memory);
  return err;
}
