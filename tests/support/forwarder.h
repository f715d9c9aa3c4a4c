/* forwarder.h: a runtime that does nothing but call host functions: each of a list once, in order, with the arguments
 * that its input holds. Made as a WebAssembly binary, so that the answers of host functions are tested, and their cost
 * measured, behind real calls.
 *
 * The module: memory of 48 MiB (768 pages, exported), heap base 16 MiB, export `run` (i32 input, i32 length) -> i64.
 *
 * Input and image
 *   0                  u64: the pointer-size that `run` returns: the image of memory that the host wants to see
 *   8                  count results of 8 bytes, written by `run` (an i32 is extended, none is left alone)
 *   8 + 8 * count      for each parameter of each call 16 bytes: u64 value; u64 1 to add the input's address, else 0
 *   then               the bytes that pointers point to
 * The input is the first block of the heap: with the image beginning at the heap base, it stands at 8 there. */
#ifndef SCE_TESTS_FORWARDER_H
#define SCE_TESTS_FORWARDER_H

#include "scexec/base.h"

#define FORWARDER_HEAP_BASE (16u << 20)
#define FORWARDER_PAGES 768

typedef struct forwarder_call {
  const char *name;
  const char *signature; /* "(i64, i32) -> i64" */
  uint32_t repeat;       /* 0 or 1: once; else the call is made that often in a loop, for measuring */
} forwarder_call_t;

/* Number of parameters of a signature. */
size_t forwarder_param_count(const char *signature);

/* The module that makes the calls. The caller frees the buffer. */
sce_buf_t forwarder_module(const forwarder_call_t *calls, size_t count);

/* An input under construction. */
typedef struct forwarder_input {
  sce_buf_t bytes;
  size_t next_arg; /* offset of the next argument's place */
} forwarder_input_t;

/* Room for results and arguments of the calls. */
void forwarder_input_begin(forwarder_input_t *input, const forwarder_call_t *calls, size_t count);
/* The next argument: a number. */
void forwarder_input_number(forwarder_input_t *input, uint64_t value);
/* The next argument: a pointer to a copy of `bytes`, as a pointer-size when `span`. Returns the bytes' offset in the
 * input. */
size_t forwarder_input_bytes(forwarder_input_t *input, sce_span_t bytes, bool span);
/* Sets what `run` returns: `extra` bytes of heap behind the block of the input. */
void forwarder_input_end(forwarder_input_t *input, uint32_t extra);

#endif
