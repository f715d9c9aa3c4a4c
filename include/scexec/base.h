/* base.h: what every part of the scexec API shares: bytes, errors, logging.
 *
 * Rules of the whole API
 *   - Argument order: the object, then outputs, then inputs; a length stands right after its pointer; a callback right
 *     before its `void *`.
 *   - A function that can fail returns `sce_error_t *`: NULL is success, anything else is owned by the caller and freed
 *     with sce_error_delete(). When a function fails its outputs are unchanged unless its comment says otherwise.
 *   - `_new` gives an object that the caller owns and frees with the `_delete` of the same noun; every `_delete`
 *     accepts NULL. `_get` borrows. `_take` consumes.
 *   - The library never prints, never exits, installs no signal handler of its own (Wasmtime installs those that turn a
 *     fault in compiled code into a trap). Its only state outside of objects is the pool of threads that compile, which
 *     all engines of a process share.
 */
#ifndef SCEXEC_BASE_H
#define SCEXEC_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(SCE_STATIC) || !defined(__GNUC__)
#define SCE_API
#else
#define SCE_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the header, `major * 10000 + minor * 100 + patch`. */
#define SCE_VERSION 100
#define SCE_VERSION_STRING "0.1.0"

/* The library's version, such as "0.1.0". Static storage. Any thread. */
SCE_API const char *sce_version(void);

/* ---- bytes ---- */

/* Bytes that somebody else owns. `data` may be NULL only when `len` is 0. */
typedef struct sce_span {
  const uint8_t *data;
  size_t len;
} sce_span_t;

/* Bytes that the holder owns. All zero is the empty buffer and needs no freeing; release with sce_buf_free(). */
typedef struct sce_buf {
  uint8_t *data; /* NULL when cap is 0 */
  size_t len;    /* bytes in use */
  size_t cap;    /* bytes allocated */
} sce_buf_t;

/* Frees what the buffer holds and makes it the empty buffer. NULL is accepted. */
SCE_API void sce_buf_free(sce_buf_t *buf);

/* ---- errors ---- */

/* What went wrong. Positive: the runtime's, the state's or the input's doing. Negative: ours or the environment's.
 * Numbers are stable; new ones are added at the end of each half. */
typedef enum sce_error_kind {
  SCE_TRAP = 1,            /* the runtime panicked or executed a trapping instruction */
  SCE_MISSING_EXPORT = 2,  /* no such export, table or table entry */
  SCE_WRONG_TYPE = 3,      /* the export is there, but has another type than the call needs */
  SCE_MISSING_IMPORT = 4,  /* the code imports functions that the host does not have */
  SCE_BAD_CODE = 5,        /* not a runtime: malformed, refused proposal, too large */
  SCE_BAD_OUTPUT = 6,      /* the call returned a span outside of its memory */
  SCE_MEMORY_LIMIT = 7,    /* linear memory or heap exhausted */
  SCE_TIME_LIMIT = 8,      /* the call's time limit passed */
  SCE_CANCELLED = 9,       /* the call was cancelled by another thread */
  SCE_STACK_LIMIT = 10,    /* native or deterministic stack exhausted */
  SCE_HOST_FUNCTION = 11,  /* a host function refused its arguments or failed; ends the call like a trap */
  SCE_BAD_INPUT = 12,      /* data given by the caller can't be read (hex, SCALE, JSON, key) */
  SCE_BAD_CHAIN_SPEC = 13, /* not a chain spec, or none whose state can be made */
  SCE_BAD_STATE = 14,      /* a state database or trie is damaged, foreign or of another format version */
  SCE_BAD_PROOF = 15,      /* a storage proof does not prove what it should */
  SCE_BAD_BLOCK = 16,      /* a block with the wrong parent, root, or encoding */
  SCE_BAD_ARTIFACT = 17,   /* an artifact that may not be loaded */
  SCE_BAD_METADATA = 18,   /* metadata that can't be decoded */
  SCE_NOT_FOUND = 19,      /* no such key, item, block, type */
  SCE_OUT_OF_MEMORY = -1,  /* the system gave no memory */
  SCE_IO = -2,             /* a file, directory or database could not be read or written */
  SCE_ENGINE = -3,         /* Wasmtime refused for a reason that is none of the above */
  SCE_MISUSE = -4,         /* the API was used against its documentation */
  SCE_UNSUPPORTED = -5,    /* this build or machine can't do it */
  SCE_INTERNAL = -6        /* a broken invariant of scexec: please report */
} sce_error_kind_t;

typedef struct sce_error sce_error_t;

/* The kind of an error. `err` must not be NULL. */
SCE_API sce_error_kind_t sce_error_kind(const sce_error_t *err);

/* One sentence for a person: what was wrong, where, what to do. UTF-8, NUL-terminated, lives as long as `err`. */
SCE_API const char *sce_error_message(const sce_error_t *err);

/* The runtime's own panic message (SCE_TRAP), at most 1 MiB of it, or NULL. Lives as long as `err`. */
SCE_API const char *sce_error_panic(const sce_error_t *err);

/* The symbolised WebAssembly backtrace, innermost frame first, a frame a line, or NULL. Lives as long as `err`. */
SCE_API const char *sce_error_backtrace(const sce_error_t *err);

/* The kind as programs see it: "trap", "missing-export", "bad-code", … Static storage. */
SCE_API const char *sce_error_kind_name(sce_error_kind_t kind);

/* Frees an error. NULL is accepted. */
SCE_API void sce_error_delete(sce_error_t *err);

/* Makes an error, for callbacks of the host. `message` is copied; NULL stands for the kind's name. Never returns NULL:
 * where memory is short the result is the SCE_OUT_OF_MEMORY error. */
SCE_API sce_error_t *sce_error_from_host(sce_error_kind_t kind, const char *message);

/* ---- logging ---- */

/* Levels of the Host API's logging functions (sp_core::LogLevel). */
typedef enum sce_log_level {
  SCE_LOG_ERROR = 0,
  SCE_LOG_WARN = 1,
  SCE_LOG_INFO = 2,
  SCE_LOG_DEBUG = 3,
  SCE_LOG_TRACE = 4
} sce_log_level_t;

/* Receives a log line: of the runtime (target as the runtime gives it) or of scexec itself (target "scexec").
 * `target` and `message` are borrowed for the call; they are any bytes that the runtime chose (valid UTF-8, but control
 * characters are not removed). Called on the thread that makes the call. */
typedef void (*sce_log_fn)(void *ctx, sce_log_level_t level, sce_span_t target, sce_span_t message);

/* Where log lines go. All zero: nowhere. `max_level` is the most verbose level passed on, as the Host API counts it in
 * ext_logging_max_level: 0 off, 1 error, 2 warn, 3 info, 4 debug, 5 trace. */
typedef struct sce_log {
  sce_log_fn write; /* NULL: drop everything */
  void *ctx;
  int max_level;
} sce_log_t;

#ifdef __cplusplus
}
#endif
#endif
