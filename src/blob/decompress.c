/* decompress.c: compressed runtimes. Source: sp-maybe-compressed-blob 11.1, src/lib.rs, decompress_zstd: a stream of
 * zstd frames behind an eight-byte magic, cut off one byte above the limit. Streaming, as upstream, so that the same
 * frames are refused (windows above 128 MiB) and no more is unpacked than is needed to see that the limit is passed. */
#include "blob/module.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

static const uint8_t magic[8] = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};

bool sce_blob_has_magic(sce_span_t code) {
  return sce_span_starts_with(code, sce_span(magic, sizeof magic));
}

/* Room for the first piece: runtimes shrink to a fifth or a quarter, and pages that stay unused cost nothing. */
#define GUESSED_RATIO 6
#define MIN_ROOM 4096

static sce_error_t *zstd_error(size_t code, size_t at) {
  if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) return sce_error_oom();
  return sce_error_new(SCE_BAD_CODE, "compressed code: zstd, near offset %zu: %s", at, ZSTD_getErrorName(code));
}

static sce_error_t *unpack(ZSTD_DCtx *context, sce_buf_t *out, sce_span_t packed) {
  ZSTD_inBuffer in = {packed.data, packed.len, 0};
  size_t rest = 1; /* 0 behind a whole frame */
  while (in.pos < in.size || rest != 0) {
    if (out->len == out->cap) {
      /* One byte above the limit tells "just full" from "too much". */
      size_t room = SCE_BLOB_BOMB_LIMIT + 1 - out->len, step = out->cap > 0 ? out->cap : MIN_ROOM;
      if (out->cap == 0 && packed.len <= SCE_BLOB_BOMB_LIMIT) step += packed.len * GUESSED_RATIO;
      SCE_TRY(sce_buf_reserve(out, step < room ? step : room));
    }
    ZSTD_outBuffer chunk = {out->data, out->cap, out->len};
    size_t fed = in.pos;
    rest = ZSTD_decompressStream(context, &chunk, &in);
    if (ZSTD_isError(rest)) return zstd_error(rest, sizeof magic + in.pos);
    bool stuck = in.pos == fed && chunk.pos == out->len && chunk.pos < out->cap;
    out->len = chunk.pos;
    if (out->len > SCE_BLOB_BOMB_LIMIT)
      return sce_error_new(SCE_BAD_CODE, "compressed code unpacks to more than the limit of %zu bytes",
                           SCE_BLOB_BOMB_LIMIT);
    if (stuck)
      return sce_error_new(SCE_BAD_CODE, "compressed code ends within a zstd frame, after %zu bytes of code", out->len);
  }
  return NULL;
}

sce_error_t *sce_blob_decompress(sce_buf_t *out, sce_span_t code) {
  ZSTD_DCtx *context = ZSTD_createDCtx();
  if (context == NULL) return sce_error_oom();
  sce_error_t *err = unpack(context, out, sce_span_skip(code, sizeof magic));
  ZSTD_freeDCtx(context);
  return err;
}
