/* caller.h: what a handler of the Host API sees of the running call, and the table of all handlers. The executor fills
 * an sce_caller_t for each call; handlers never learn how an instance is made. */
#ifndef SCE_HOST_CALLER_H
#define SCE_HOST_CALLER_H

#include "scexec/host.h"

/* What the executor lends to a call. `self` is the executor's own. */
typedef struct sce_caller_ops {
  /* Heap; both refresh the caller's memory and memory_size. */
  sce_error_t *(*alloc)(void *self, uint32_t *ptr, uint32_t size);
  sce_error_t *(*free)(void *self, uint32_t ptr);
  /* ext_misc_runtime_version: the encoded RuntimeVersion of `code` from its custom sections, else by running it on an
   * empty state; `*found` false for anything that fails. */
  sce_error_t *(*read_version)(void *self, bool *found, sce_buf_t *version, sce_span_t code);
  /* Nested modules (sandbox.h). */
  const struct sce_guest_ops *guests;
  /* Runtime tasks: has `function` called with `payload` in another instance, by entry `dispatcher` of the table. */
  sce_error_t *(*spawn_task)(void *self, uint64_t *handle, uint32_t dispatcher, uint32_t function, sce_span_t payload);
  /* What the task gave, once for each task; an error where it failed. */
  sce_error_t *(*join_task)(void *self, sce_buf_t *output, uint64_t handle);
  bool is_task; /* the call is a runtime task: without storage and services */
} sce_caller_ops_t;

/* State of one call that host functions keep between each other; all zero at its start, freed by
 * sce_host_state_clear(). */
typedef struct sce_host_state {
  sce_buf_t panic;  /* message of abort_on_panic, or the last error line that the runtime logged as a panic */
  bool panic_set;   /* abort_on_panic was called: its message wins over log lines */
  bool batch_open;  /* start_batch_verify without finish */
  bool batch_ok;    /* and of the results since */
  sce_span_t input; /* RFC-145: what ext_input_read gives, once, with `input_given` */
  bool input_given;
  sce_buf_t cursor;  /* RFC-145: of the last removal */
  sce_buf_t scratch; /* for encoding results; contents valid only inside one handler */
} sce_host_state_t;

struct sce_caller {
  uint8_t *memory;                /* linear memory, current at entry of a handler and after alloc/free */
  size_t memory_size;             /* bytes */
  const sce_externalities_t *ext; /* never NULL; full size, tables checked by the executor */
  const sce_caller_ops_t *ops;
  void *self;
  sce_host_state_t *state;
};

/* Frees what a call's host functions left; makes it all zero again. */
void sce_host_state_clear(sce_host_state_t *state);
/* The runtime went on after a panic, which can only be one that it saw as a guest's trap. */
void sce_host_state_forget_panic(sce_host_state_t *state);

/* Checked access, inlined into every handler. end = ptr + len in 64 bits; length 0 at or below the end is fine. */
static inline bool sce_caller_in_bounds(const sce_caller_t *caller, uint32_t ptr, uint32_t len) {
  return (uint64_t)ptr + len <= caller->memory_size;
}

/* A row of the built-in table. */
typedef struct sce_host_row {
  const char *name;
  const char *signature;
  sce_host_fn call;
  const char *family;
  const char *first_used;
  const char *last_used;
  const char *note; /* reason when `call` is NULL, or when `rfc145` and that is not enabled */
  bool rfc145;      /* for runtimes of RFC-145 alone */
} sce_host_row_t;

/* The built-in row of that name and exact signature, or NULL. Where one name had two types over time there are two
 * rows. `signature` NULL: any, that of today before older ones. O(log n). */
const sce_host_row_t *sce_host_lookup(sce_span_t name, const char *signature);

/* True when `table` (NULL: the host does not offer it) is new enough to have `op`, and has it. */
#define SCE_HAS_OP(table, op)                                                                                          \
  ((table) != NULL && (table)->size >= (size_t)((const char *)(&(table)->op + 1) - (const char *)(table)) &&           \
   (table)->op != NULL)

#endif
