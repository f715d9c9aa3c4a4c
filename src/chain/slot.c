/* slot.c: the time of a block that is built: its slot, the digest that claims it, and inherent data. */
#include "chain/chain.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "scale/scale.h"

#include <stdlib.h>
#include <string.h>

/* ---- the slot ---- */

/* BLAKE2b-64 of "BabeApi" and "AuraApi". */
static const uint8_t babe_api[8] = {0xcb, 0xca, 0x25, 0xe3, 0x9f, 0x14, 0x23, 0x87};
static const uint8_t aura_api[8] = {0xdd, 0x71, 0x8d, 0x5c, 0xc5, 0x32, 0x62, 0xd4};

/* What both methods return begins with the duration, u64. The state stays as it is. */
static sce_error_t *ask_duration(sce_chain_t *chain, uint64_t *duration, const char *method) {
  sce_error_t *err = sce_chain_invoke(chain, method, sce_span(NULL, 0));
  sce_overlay_reset(chain->overlay);
  if (err != NULL) return sce_error_prefix(err, "%s", method);
  *duration = chain->output.len >= 8 ? sce_load_le64(chain->output.data) : 0;
  if (*duration > 0) return NULL;
  return sce_error_new(SCE_BAD_OUTPUT, "%s: a slot has no duration", method);
}

static sce_error_t *find_engine(sce_chain_t *chain, sce_slot_t *slot) {
  if (sce_runtime_version_api(&chain->version, babe_api) != NULL) {
    memcpy(slot->engine, "BABE", 4);
    return ask_duration(chain, &slot->duration_ms, "BabeApi_configuration");
  }
  if (sce_runtime_version_api(&chain->version, aura_api) != NULL) {
    memcpy(slot->engine, "aura", 4);
    return ask_duration(chain, &slot->duration_ms, "AuraApi_slot_duration");
  }
  return NULL;
}

/* Timestamp.Now; 0: no time yet. */
static sce_error_t *state_time(const sce_chain_t *chain, uint64_t *now) {
  uint8_t key[32];
  sce_value_t value;
  sce_twox_128(key, sce_span_text("Timestamp"));
  sce_twox_128(key + 16, sce_span_text("Now"));
  SCE_TRY(sce_state_get(sce_chain_state(chain), &value, NULL, sce_span(key, sizeof key)));
  *now = value.found && value.len >= 8 ? sce_load_le64(value.data) : 0;
  return NULL;
}

sce_error_t *sce_chain_next_slot(sce_chain_t *chain, sce_slot_t *slot, const uint64_t *number,
                                 const uint64_t *timestamp_ms, uint64_t now_ms) {
  sce_slot_t made = {.duration_ms = 0};
  uint64_t time;
  SCE_TRY(sce_chain_check_free(chain));
  SCE_TRY(sce_chain_prepare(chain, NULL));
  SCE_TRY(find_engine(chain, &made));
  SCE_TRY(state_time(chain, &time));
  uint64_t duration = made.duration_ms;
  if (timestamp_ms != NULL)
    made.timestamp_ms = *timestamp_ms;
  else if (duration > 0 && number != NULL && *number > UINT64_MAX / duration)
    return sce_error_new(SCE_BAD_INPUT, "slot %llu is beyond all time", (unsigned long long)*number);
  else if (duration > 0 && number != NULL)
    made.timestamp_ms = *number * duration;
  else if (time == 0)
    made.timestamp_ms = now_ms;
  else /* without slots: a second later */
    made.timestamp_ms = duration > 0 ? (time / duration + 1) * duration : time + 1000;
  if (duration > 0) made.number = number != NULL ? *number : made.timestamp_ms / duration;
  *slot = made;
  return NULL;
}

sce_error_t *sce_slot_digest(const sce_slot_t *slot, sce_buf_t *digest) {
  static const uint8_t none[4] = {0};
  uint8_t data[13] = {2 /* SecondaryPlain */}; /* authority index u32: 0, the first; slot u64 */
  bool babe = memcmp(slot->engine, "BABE", 4) == 0;
  if (memcmp(slot->engine, none, 4) == 0) return sce_scale_write_compact(digest, 0);
  sce_store_le64(data + 5, slot->number);
  SCE_TRY(sce_scale_write_compact(digest, 1));
  SCE_TRY(sce_buf_append_byte(digest, SCE_DIGEST_PRE_RUNTIME));
  SCE_TRY(sce_buf_append(digest, slot->engine, 4));
  return sce_scale_write_bytes(digest, babe ? sce_span(data, sizeof data) : sce_span(data + 5, 8));
}

/* ---- inherent data ---- */

typedef struct entry {
  const sce_inherent_t *inherent;
  size_t place; /* of equal ids the first counts */
} entry_t;

static int compare_entries(const void *a, const void *b) {
  const entry_t *x = a, *y = b;
  int order = memcmp(x->inherent->id, y->inherent->id, sizeof x->inherent->id);
  return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

static bool same_id(const entry_t *a, const entry_t *b) {
  return memcmp(a->inherent->id, b->inherent->id, sizeof a->inherent->id) == 0;
}

/* BTreeMap<[u8; 8], Vec<u8>>: in the order of the ids. */
static sce_error_t *write_entries(sce_buf_t *scale, const entry_t *entries, size_t count) {
  size_t distinct = 0;
  for (size_t i = 0; i < count; i++) distinct += i == 0 || !same_id(&entries[i - 1], &entries[i]);
  SCE_TRY(sce_scale_write_compact(scale, distinct));
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && same_id(&entries[i - 1], &entries[i])) continue;
    SCE_TRY(sce_buf_append(scale, entries[i].inherent->id, 8));
    SCE_TRY(sce_scale_write_bytes(scale, entries[i].inherent->data));
  }
  return NULL;
}

sce_error_t *sce_inherent_data_encode(sce_buf_t *scale, const sce_inherent_t *inherents, size_t count) {
  entry_t *entries = sce_realloc_array(NULL, count, sizeof *entries);
  if (entries == NULL) return sce_error_oom();
  for (size_t i = 0; i < count; i++) entries[i] = (entry_t){&inherents[i], i};
  qsort(entries, count, sizeof *entries, compare_entries);
  sce_error_t *err = write_entries(scale, entries, count);
  sce_free(entries);
  return err;
}

/* polkadot_primitives::ParachainsInherentData: no bitfields, candidates and disputes; the parent's header. */
static sce_error_t *parachains_data(sce_buf_t *data, sce_span_t parent) {
  static const uint8_t nothing[3] = {0};
  SCE_TRY(sce_buf_append(data, nothing, sizeof nothing));
  return sce_buf_append(data, parent.data, parent.len);
}

enum { TIMESTAMP, SLOT, FINAL_NUMBER, NEW_HEADS, PARACHAINS, MADE };

sce_error_t *sce_chain_inherent_data(sce_chain_t *chain, sce_buf_t *scale, const sce_slot_t *slot,
                                     const sce_inherent_t *more, size_t count) {
  static const uint8_t no_heads[1] = {0};
  uint8_t time[8], number[8], final[4];
  sce_buf_t parachains = {0};
  sce_block_info_t parent = {.number = 0};
  bool known = sce_chain_parent(chain, &parent) && parent.header.len > 0;
  bool aura = memcmp(slot->engine, "aura", 4) == 0;
  sce_store_le64(time, slot->timestamp_ms);
  sce_store_le64(number, slot->number);
  sce_store_le32(final, parent.number);
  sce_inherent_t *all = sce_realloc_array(NULL, count + MADE, sizeof *all);
  if (all == NULL) return sce_error_oom();
  if (count > 0) memcpy(all, more, count * sizeof *all);
  sce_inherent_t *made = all + count;
  made[TIMESTAMP] = (sce_inherent_t){"timstap0", sce_span(time, sizeof time)};
  made[SLOT] = (sce_inherent_t){"babeslot", sce_span(number, sizeof number)};
  if (aura) memcpy(made[SLOT].id, "auraslot", 8);
  made[FINAL_NUMBER] = (sce_inherent_t){"finalnum", sce_span(final, sizeof final)};
  made[NEW_HEADS] = (sce_inherent_t){"newheads", sce_span(no_heads, sizeof no_heads)};
  sce_error_t *err = known ? parachains_data(&parachains, parent.header) : NULL;
  made[PARACHAINS] = (sce_inherent_t){"parachn0", sce_buf_span(&parachains)};
  if (err == NULL) err = sce_inherent_data_encode(scale, all, count + MADE - !known);
  sce_buf_free(&parachains);
  sce_free(all);
  return err;
}
