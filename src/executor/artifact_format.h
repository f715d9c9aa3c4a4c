/* artifact_format.h: the trailer of an artifact. The file is Wasmtime's own (an ELF image, so that it can be mapped as
 * it is), padded to 16 bytes, then this trailer of SCE_ARTIFACT_TRAILER_SIZE bytes, all numbers little endian:
 *
 *     0  magic "scexec\r\n"              8  format (u32), size of the trailer (u32)
 *    16  length of the image (u64)      24  scexec's version, 16 bytes      40  Wasmtime's version, 16 bytes
 *    56  target, 48 bytes              104  processor features (u64)       112  BLAKE2b-256 of the module
 *   144  semantics, 32 bytes: see artifact_format.c
 *   176  of a part: names of exported functions that it suffices for, 128 bytes
 *   304  of a cache's entry: the hash that it is looked up by, 32 bytes; else zeros
 *   336  of a part: the entry points that it suffices for, 128 bytes: bit k % 8 of byte k / 8 for the one with
 *        sce_export_t.function_entry k; those from 1024 on are not counted; of all of a module by Winch that is not
 *        for all of it, those that it is for; else zeros
 *   464  zeros
 *   480  MAC: keyed BLAKE3 of all that is before it
 *
 * The trailer stands at the end since Wasmtime's image must begin the file. */
#ifndef SCE_EXECUTOR_ARTIFACT_FORMAT_H
#define SCE_EXECUTOR_ARTIFACT_FORMAT_H

#include "scexec/artifact.h"

#define SCE_ARTIFACT_FORMAT 5
#define SCE_ARTIFACT_MAC_SIZE 32
/* Entry points that a part can be for. */
#define SCE_ENTRIES_MAX 1024
#define SCE_COVERS_SIZE (SCE_ENTRIES_MAX / 8)

typedef struct sce_trailer {
  sce_artifact_info_t info;
  uint64_t cpu_features;
  sce_semantics_t semantics; /* of what the code depends on */
  bool images;               /* data segments compiled as copy-on-write images */
  bool reuse;                /* instances can be put back to their first state */
  uint8_t given_hash[32];    /* of a cache's entry; see compile_cache.h */
  uint8_t covers[SCE_COVERS_SIZE];
} sce_trailer_t;

/* What an engine makes now; `reuse` and the code's hashes are the caller's to fill in. */
void sce_trailer_init(sce_trailer_t *trailer, const sce_semantics_t *semantics);

void sce_trailer_encode(uint8_t bytes[SCE_ARTIFACT_TRAILER_SIZE], const sce_trailer_t *trailer);

/* Reads the trailer at the end of `artifact` and checks that its sizes fit. Errors: SCE_BAD_ARTIFACT. */
sce_error_t *sce_trailer_decode(sce_trailer_t *trailer, sce_span_t artifact);

/* Whether code made for `theirs` serves what `ours` asks for; SCE_BAD_ARTIFACT says in which point not. */
sce_error_t *sce_trailer_compare(const sce_trailer_t *theirs, const sce_trailer_t *ours);

/* From a byte for each entry point (sce_runtime_t.covers) to bits and back; the latter is allocated. */
void sce_covers_encode(uint8_t bits[SCE_COVERS_SIZE], const uint8_t *covers, size_t count);
sce_error_t *sce_covers_decode(uint8_t **covers, const uint8_t bits[SCE_COVERS_SIZE], size_t count);

/* Eight bytes in which two trailers that sce_trailer_compare() takes for equal agree, and others nearly never. */
uint64_t sce_trailer_fingerprint(const sce_trailer_t *trailer);

#endif
