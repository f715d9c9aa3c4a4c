/* artifact_format.c: see artifact_format.h. Semantics, from offset 144: flags (u32: one bit for each entry of
 * `switches`, in order), stack limit in values (u32, 0: not metered), compiler (u32), zeros. */
#include "executor/artifact_format.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "executor/cpu.h"
#include "executor/engine.h"

#include <string.h>

static const uint8_t magic[8] = "scexec\r\n";

enum {
  AT_FORMAT = 8,
  AT_LENGTH = 16,
  AT_SCEXEC = 24,
  AT_WASMTIME = 40,
  AT_TARGET = 56,
  AT_CPU = 104,
  AT_HASH = 112,
  AT_SEMANTICS = 144,
  AT_ONLY_FOR = 176,
  AT_GIVEN_HASH = 304,
  AT_COVERS = 336
};

/* Switches of the semantics that machine code depends on. */
static const struct {
  const char *name;
  size_t offset;
} switches[] = {
    {"NaN canonicalisation", offsetof(sce_trailer_t, semantics.canonicalize_nans)},
    {"interruptible code", offsetof(sce_trailer_t, semantics.interruptible)},
    {"reference types", offsetof(sce_trailer_t, semantics.wasm_reference_types)},
    {"SIMD", offsetof(sce_trailer_t, semantics.wasm_simd)},
    {"bulk memory", offsetof(sce_trailer_t, semantics.wasm_bulk_memory)},
    {"multi value", offsetof(sce_trailer_t, semantics.wasm_multi_value)},
    {"copy-on-write images", offsetof(sce_trailer_t, images)},
    {"inlined calls", offsetof(sce_trailer_t, semantics.inline_calls)},
};
#define SWITCH_COUNT (sizeof switches / sizeof *switches)
#define REUSE_BIT ((uint32_t)1 << 31)

static bool *switch_of(sce_trailer_t *trailer, size_t i) {
  return (bool *)((uint8_t *)trailer + switches[i].offset);
}

static bool switch_is_on(const sce_trailer_t *trailer, size_t i) {
  return *(const bool *)((const uint8_t *)trailer + switches[i].offset);
}

static void copy_text(char *out, size_t size, const char *text) {
  memset(out, 0, size);
  size_t len = strlen(text);
  memcpy(out, text, len < size - 1 ? len : size - 1);
}

void sce_trailer_init(sce_trailer_t *trailer, const sce_semantics_t *semantics) {
  *trailer = (sce_trailer_t){.cpu_features = sce_cpu_features(), .semantics = *semantics};
  trailer->info.format = SCE_ARTIFACT_FORMAT;
  copy_text(trailer->info.scexec_version, sizeof trailer->info.scexec_version, SCE_VERSION_STRING);
  copy_text(trailer->info.wasmtime_version, sizeof trailer->info.wasmtime_version, sce_wasmtime_version());
  copy_text(trailer->info.target, sizeof trailer->info.target, sce_cpu_target());
  trailer->images = sce_strategy_has_images(semantics->strategy);
}

static uint32_t stack_limit_of(const sce_semantics_t *semantics) {
  return semantics->stack_limited ? semantics->stack_logical_max : 0;
}

static void encode_semantics(uint8_t *bytes, const sce_trailer_t *trailer) {
  uint32_t flags = trailer->reuse ? REUSE_BIT : 0;
  for (size_t i = 0; i < SWITCH_COUNT; i++) flags |= (uint32_t)switch_is_on(trailer, i) << i;
  sce_store_le32(bytes, flags);
  sce_store_le32(bytes + 4, stack_limit_of(&trailer->semantics));
  sce_store_le32(bytes + 8, (uint32_t)trailer->semantics.compiler);
}

void sce_trailer_encode(uint8_t bytes[SCE_ARTIFACT_TRAILER_SIZE], const sce_trailer_t *trailer) {
  memset(bytes, 0, SCE_ARTIFACT_TRAILER_SIZE);
  memcpy(bytes, magic, sizeof magic);
  sce_store_le32(bytes + AT_FORMAT, trailer->info.format);
  sce_store_le32(bytes + AT_FORMAT + 4, SCE_ARTIFACT_TRAILER_SIZE);
  sce_store_le64(bytes + AT_LENGTH, trailer->info.size);
  memcpy(bytes + AT_SCEXEC, trailer->info.scexec_version, sizeof trailer->info.scexec_version);
  memcpy(bytes + AT_WASMTIME, trailer->info.wasmtime_version, sizeof trailer->info.wasmtime_version);
  memcpy(bytes + AT_TARGET, trailer->info.target, sizeof trailer->info.target);
  sce_store_le64(bytes + AT_CPU, trailer->cpu_features);
  memcpy(bytes + AT_HASH, trailer->info.code_hash, sizeof trailer->info.code_hash);
  encode_semantics(bytes + AT_SEMANTICS, trailer);
  memcpy(bytes + AT_ONLY_FOR, trailer->info.only_for, sizeof trailer->info.only_for);
  memcpy(bytes + AT_GIVEN_HASH, trailer->given_hash, sizeof trailer->given_hash);
  memcpy(bytes + AT_COVERS, trailer->covers, sizeof trailer->covers);
}

/* Text of a fixed field: NUL-terminated printable ASCII, or refused. */
static bool read_text(char *out, size_t size, const uint8_t *bytes) {
  memcpy(out, bytes, size);
  if (out[size - 1] != '\0') return false;
  for (const char *c = out; *c != '\0'; c++)
    if (*c < 0x20 || *c > 0x7e) return false;
  return true;
}

static sce_error_t *no_artifact(const char *why) {
  return sce_error_new(SCE_BAD_ARTIFACT, "this is no artifact of scexec: %s", why);
}

sce_error_t *sce_trailer_decode(sce_trailer_t *trailer, sce_span_t artifact) {
  if (artifact.len < SCE_ARTIFACT_TRAILER_SIZE) return no_artifact("it is too short");
  const uint8_t *bytes = artifact.data + artifact.len - SCE_ARTIFACT_TRAILER_SIZE;
  *trailer = (sce_trailer_t){0};
  if (memcmp(bytes, magic, sizeof magic) != 0) return no_artifact("it does not end as one, or was cut short");
  sce_artifact_info_t *info = &trailer->info;
  info->format = sce_load_le32(bytes + AT_FORMAT);
  if (info->format != SCE_ARTIFACT_FORMAT || sce_load_le32(bytes + AT_FORMAT + 4) != SCE_ARTIFACT_TRAILER_SIZE)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact has format %u, this scexec reads format %d: compile it again",
                         info->format, SCE_ARTIFACT_FORMAT);
  info->size = sce_load_le64(bytes + AT_LENGTH);
  if (!read_text(info->scexec_version, sizeof info->scexec_version, bytes + AT_SCEXEC) ||
      !read_text(info->wasmtime_version, sizeof info->wasmtime_version, bytes + AT_WASMTIME) ||
      !read_text(info->target, sizeof info->target, bytes + AT_TARGET) ||
      !read_text(info->only_for, sizeof info->only_for, bytes + AT_ONLY_FOR))
    return no_artifact("its versions are damaged");
  trailer->cpu_features = sce_load_le64(bytes + AT_CPU);
  memcpy(info->code_hash, bytes + AT_HASH, sizeof info->code_hash);
  memcpy(trailer->given_hash, bytes + AT_GIVEN_HASH, sizeof trailer->given_hash);
  memcpy(trailer->covers, bytes + AT_COVERS, sizeof trailer->covers);
  uint32_t flags = sce_load_le32(bytes + AT_SEMANTICS);
  for (size_t i = 0; i < SWITCH_COUNT; i++) *switch_of(trailer, i) = (flags >> i & 1) != 0;
  trailer->reuse = (flags & REUSE_BIT) != 0;
  trailer->semantics.stack_logical_max = sce_load_le32(bytes + AT_SEMANTICS + 4);
  trailer->semantics.stack_limited = trailer->semantics.stack_logical_max != 0;
  uint32_t compiler = sce_load_le32(bytes + AT_SEMANTICS + 8);
  trailer->semantics.compiler = compiler == SCE_COMPILER_WINCH ? SCE_COMPILER_WINCH : SCE_COMPILER_CRANELIFT;
  return NULL;
}

static const char *compiler_name(const sce_trailer_t *trailer) {
  return trailer->semantics.compiler == SCE_COMPILER_WINCH ? "winch" : "cranelift";
}

static sce_error_t *compare_builds(const sce_trailer_t *theirs, const sce_trailer_t *ours) {
  const sce_artifact_info_t *a = &theirs->info, *b = &ours->info;
  if (strcmp(a->scexec_version, b->scexec_version) != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled by scexec %s, this is %s: compile it again",
                         a->scexec_version, b->scexec_version);
  if (strcmp(a->wasmtime_version, b->wasmtime_version) != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled by Wasmtime %s, this is %s: compile it again",
                         a->wasmtime_version, b->wasmtime_version);
  if (strcmp(a->target, b->target) != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled for %s, this is %s", a->target, b->target);
  uint64_t lacking = theirs->cpu_features & ~ours->cpu_features;
  if (lacking != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled for a processor with %s, which this one lacks",
                         sce_cpu_feature_name(lacking));
  return NULL;
}

sce_error_t *sce_trailer_compare(const sce_trailer_t *theirs, const sce_trailer_t *ours) {
  SCE_TRY(compare_builds(theirs, ours));
  for (size_t i = 0; i < SWITCH_COUNT; i++) {
    bool on = switch_is_on(theirs, i);
    if (on == switch_is_on(ours, i)) continue;
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled with %s %s, asked for %s", switches[i].name,
                         on ? "on" : "off", on ? "off" : "on");
  }
  uint32_t a = stack_limit_of(&theirs->semantics), b = stack_limit_of(&ours->semantics);
  if (a != b && (a == 0 || b == 0))
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled %s a deterministic stack limit, asked for %s one",
                         a == 0 ? "without" : "with", a == 0 ? "with" : "without");
  if (a != b)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled with a stack limit of %u values, asked for %u", a,
                         b);
  if (theirs->semantics.compiler != ours->semantics.compiler)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact was compiled by %s, asked for %s", compiler_name(theirs),
                         compiler_name(ours));
  if (strcmp(theirs->info.only_for, ours->info.only_for) != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact has %s%s, asked for %s%s",
                         theirs->info.only_for[0] != '\0' ? "only what is needed by " : "all of the module",
                         theirs->info.only_for, ours->info.only_for[0] != '\0' ? "what is needed by " : "all of it",
                         ours->info.only_for);
  if (theirs->info.only_for[0] != '\0' && memcmp(theirs->covers, ours->covers, sizeof ours->covers) != 0)
    return sce_error_new(SCE_BAD_ARTIFACT, "the artifact is for other functions");
  return NULL;
}

void sce_covers_encode(uint8_t bits[SCE_COVERS_SIZE], const uint8_t *covers, size_t count) {
  memset(bits, 0, SCE_COVERS_SIZE);
  for (size_t k = 0; k < count && k < SCE_ENTRIES_MAX; k++) bits[k / 8] |= (uint8_t)(covers[k] << k % 8);
}

sce_error_t *sce_covers_decode(uint8_t **covers, const uint8_t bits[SCE_COVERS_SIZE], size_t count) {
  *covers = sce_calloc(count, 1);
  if (*covers == NULL) return sce_error_oom();
  for (size_t k = 0; k < count && k < SCE_ENTRIES_MAX; k++) (*covers)[k] = bits[k / 8] >> k % 8 & 1;
  return NULL;
}

uint64_t sce_trailer_fingerprint(const sce_trailer_t *trailer) {
  sce_trailer_t own = *trailer;
  own.reuse = false;
  own.info.size = 0;
  memset(own.info.code_hash, 0, sizeof own.info.code_hash);
  memset(own.given_hash, 0, sizeof own.given_hash);
  if (own.info.only_for[0] == '\0') memset(own.covers, 0, sizeof own.covers);
  uint8_t bytes[SCE_ARTIFACT_TRAILER_SIZE], hash[32];
  sce_trailer_encode(bytes, &own);
  sce_blake2b_256(hash, sce_span(bytes, sizeof bytes));
  return sce_load_le64(hash);
}
