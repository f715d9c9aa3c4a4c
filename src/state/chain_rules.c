/* chain_rules.c: see chain_rules.h. */
#include "state/chain_rules.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"

#include <stdlib.h>
#include <string.h>

void sce_chain_rules_free(sce_chain_rules_t *rules) {
  sce_free(rules->substitutes);
  sce_free(rules->bad_substitutes);
  sce_free(rules->forks);
  sce_free(rules->bad);
  sce_free(rules->bad_rules);
  *rules = (sce_chain_rules_t){0};
}

/* A block number in digits. Numbers of other chains may be wider; blocks here have 32 bits. */
static bool read_number(uint32_t *number, sce_span_t text) {
  uint64_t sum = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    sum = sum * 10 + (uint64_t)(text.data[i] - '0');
    if (sum > UINT32_MAX) return false;
  }
  *number = (uint32_t)sum;
  return text.len > 0;
}

static sce_error_t *read_hash(sce_json_reader_t *in, uint8_t hash[32]) {
  sce_json_string_t string = {0};
  sce_buf_t bytes = {0};
  SCE_TRY(sce_json_read_string(in, &string));
  sce_error_t *err = sce_hex_decode(&bytes, string.raw);
  if (err == NULL && bytes.len != 32) err = sce_json_error(in, "a block's hash has 32 bytes");
  if (err == NULL) memcpy(hash, bytes.data, 32);
  sce_buf_free(&bytes);
  return err;
}

/* The next element of a list, null being an empty one. */
static sce_error_t *next_element(sce_json_reader_t *in, bool *more, bool *entered) {
  sce_json_kind_t kind = SCE_JSON_NULL;
  if (!*entered) {
    SCE_TRY(sce_json_peek(in, &kind));
    *more = false;
    if (kind == SCE_JSON_NULL) return NULL;
    SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
    *entered = true;
  }
  return sce_json_element(in, more);
}

/* The items with room for one more than `count`; NULL when there is no memory. Their room is a power of two, so that it
 * grows only when `count` is one. */
static void *make_room(void *items, size_t count, size_t size) {
  if ((count & (count - 1)) != 0) return items;
  return sce_realloc_array(items, count == 0 ? 1 : 2 * count, size);
}

/* ---- codeSubstitutes: {"5203203": "0x…"} ---- */

/* By number; of equal ones the first in the file. */
static int compare_substitutes(const void *a, const void *b) {
  const sce_substitute_t *x = a, *y = b;
  if (x->number != y->number) return x->number < y->number ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

static sce_error_t *read_substitute(sce_chain_rules_t *rules, sce_json_reader_t *in, sce_json_string_t name,
                                    size_t start) {
  sce_substitute_t substitute;
  sce_json_string_t code = {0};
  if (!read_number(&substitute.number, name.raw))
    return sce_json_error(in, "its keys must be block numbers (specs of 2020 had hashes there: see the chain's newer "
                              "spec)");
  SCE_TRY(sce_json_read_string(in, &code));
  substitute.at = start + (size_t)(code.raw.data - in->text.data);
  substitute.len = code.raw.len;
  sce_substitute_t *grown = make_room(rules->substitutes, rules->substitute_count, sizeof *grown);
  if (grown == NULL) return sce_error_oom();
  rules->substitutes = grown;
  grown[rules->substitute_count++] = substitute;
  return NULL;
}

static sce_error_t *read_substitutes(sce_chain_rules_t *rules, sce_span_t value, size_t start) {
  sce_json_reader_t in = sce_json_reader(value);
  sce_json_kind_t kind = SCE_JSON_NULL;
  SCE_TRY(sce_json_peek(&in, &kind));
  if (kind == SCE_JSON_NULL) return NULL;
  SCE_TRY(sce_json_enter(&in, SCE_JSON_OBJECT));
  for (;;) {
    bool more = false;
    sce_json_string_t name = {0};
    SCE_TRY(sce_json_member(&in, &more, &name));
    if (!more) break;
    SCE_TRY(read_substitute(rules, &in, name, start));
  }
  if (rules->substitute_count > 0)
    qsort(rules->substitutes, rules->substitute_count, sizeof *rules->substitutes, compare_substitutes);
  return NULL;
}

/* ---- forkBlocks: [[number, "0x…"]], badBlocks: ["0x…"] ---- */

static sce_error_t *read_fork_block(sce_json_reader_t *in, sce_fork_block_t *fork) {
  sce_span_t number = {0};
  bool more = false;
  SCE_TRY(sce_json_enter(in, SCE_JSON_ARRAY));
  SCE_TRY(sce_json_element(in, &more));
  if (more) SCE_TRY(sce_json_read_number(in, &number));
  if (!read_number(&fork->number, number)) return sce_json_error(in, "expected a block number");
  SCE_TRY(sce_json_element(in, &more));
  if (!more) return sce_json_error(in, "expected the hash of the block");
  SCE_TRY(read_hash(in, fork->hash));
  SCE_TRY(sce_json_element(in, &more));
  return more ? sce_json_error(in, "expected a block's number and hash, and no more") : NULL;
}

static sce_error_t *read_forks(sce_chain_rules_t *rules, sce_span_t value) {
  sce_json_reader_t in = sce_json_reader(value);
  for (bool entered = false;;) {
    bool more = false;
    SCE_TRY(next_element(&in, &more, &entered));
    if (!more) return NULL;
    sce_fork_block_t *grown = make_room(rules->forks, rules->fork_count, sizeof *grown);
    if (grown == NULL) return sce_error_oom();
    rules->forks = grown;
    SCE_TRY(read_fork_block(&in, &grown[rules->fork_count]));
    rules->fork_count++;
  }
}

static sce_error_t *read_bad(sce_chain_rules_t *rules, sce_span_t value) {
  sce_json_reader_t in = sce_json_reader(value);
  for (bool entered = false;;) {
    bool more = false;
    SCE_TRY(next_element(&in, &more, &entered));
    if (!more) return NULL;
    uint8_t(*grown)[32] = make_room(rules->bad, rules->bad_count, sizeof *grown);
    if (grown == NULL) return sce_error_oom();
    rules->bad = grown;
    SCE_TRY(read_hash(&in, grown[rules->bad_count]));
    rules->bad_count++;
  }
}

/* Keeps the message of `err`, which is taken. */
static sce_error_t *keep_message(char **kept, const char *member, sce_error_t *err) {
  if (err == NULL || sce_error_kind(err) == SCE_OUT_OF_MEMORY) return err;
  sce_buf_t text = {0};
  sce_error_t *failed = sce_buf_printf(&text, "%s of the chain spec: %s", member, sce_error_message(err));
  sce_error_delete(err);
  if (failed == NULL && *kept == NULL) {
    *kept = sce_strndup((const char *)text.data, text.len);
    if (*kept == NULL) failed = sce_error_oom();
  }
  sce_buf_free(&text);
  return failed;
}

sce_error_t *sce_chain_rules_read(sce_chain_rules_t *rules, sce_json_string_t name, sce_span_t value, size_t start) {
  if (sce_json_string_is(name, "codeSubstitutes"))
    return keep_message(&rules->bad_substitutes, "codeSubstitutes", read_substitutes(rules, value, start));
  if (sce_json_string_is(name, "forkBlocks"))
    return keep_message(&rules->bad_rules, "forkBlocks", read_forks(rules, value));
  if (sce_json_string_is(name, "badBlocks"))
    return keep_message(&rules->bad_rules, "badBlocks", read_bad(rules, value));
  return NULL;
}
