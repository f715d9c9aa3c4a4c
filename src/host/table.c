/* table.c: the one table of the Host API (rows.inc): looked up by the executor, printed by programs. */
#include "host/handlers.h"

#include <string.h>

#define SCE_NOTE_BENCH "benchmark builds only: the answers are measurements of a node's database"
#define SCE_NOTE_BLS                                                                                                   \
  "experimental feature of node builds (bls-experimental, bandersnatch-experimental): no chain has it"
#define SCE_NOTE_OLD_KEYS "keys of off-chain workers as they were for ten weeks of 2019: no release had it"
#define SCE_NOTE_RLP "root of a trie with nodes in RLP, as before September 2018"
#define SCE_NOTE_OLD_INVOKE "the sandbox before arguments and results, until September 2018"

#define SCE_NOTE_RFC145 "of RFC-145, which no release has yet: only where it is enabled (--enable-rfc145)"
#define SCE_NOTE_RFC156 "BLS signatures of RFC-156, which no release has yet"

#define ROW(name, signature, handler, family, first, last)                                                             \
  {#name, signature, sce_host_##handler, family, first, last, NULL, false},
#define NONE(name, signature, family, first, last, note) {#name, signature, NULL, family, first, last, note, false},
#define ROW145(name, signature, handler, family)                                                                       \
  {#name, signature, sce_host_##handler, family, "RFC-145", "not released", SCE_NOTE_RFC145, true},
static const sce_host_row_t rows[] = {
#include "host/rows.inc"
};
#undef ROW
#undef NONE
#undef ROW145

#define ROW(name, signature, handler, family, first, last) {#name, signature, family, first, last, true, NULL},
#define NONE(name, signature, family, first, last, note) {#name, signature, family, first, last, false, note},
#define ROW145(name, signature, handler, family)                                                                       \
  {#name, signature, family, "RFC-145", "not released", false, SCE_NOTE_RFC145},
static const sce_host_function_info_t infos[] = {
#include "host/rows.inc"
};
#undef ROW
#undef NONE
#undef ROW145

#define ROW_COUNT (sizeof rows / sizeof rows[0])

const sce_host_function_info_t *sce_host_functions(size_t *count) {
  *count = ROW_COUNT;
  return infos;
}

static int compare_name(sce_span_t name, const sce_host_row_t *row) {
  return sce_span_compare(name, sce_span_text(row->name));
}

const sce_host_row_t *sce_host_lookup(sce_span_t name, const char *signature) {
  size_t low = 0, high = ROW_COUNT;
  while (low < high) { /* the first row whose name is not below `name` */
    size_t middle = low + (high - low) / 2;
    if (compare_name(name, &rows[middle]) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const sce_host_row_t *found = NULL; /* of any type: the first of them, or the one that is in use today */
  for (; low < ROW_COUNT && compare_name(name, &rows[low]) == 0; low++) {
    const sce_host_row_t *row = &rows[low];
    if (signature != NULL && strcmp(signature, row->signature) == 0) return row;
    if (signature == NULL && (found == NULL || strcmp(row->last_used, "current") == 0)) found = row;
  }
  return found;
}
