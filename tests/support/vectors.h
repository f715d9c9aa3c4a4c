/* vectors.h: reading the known-answer records of tests/vectors (made by tests/oracle/hostvec from upstream's host
 * functions). Values are hexadecimal text without prefix; numbers are little endian. What is wrong with a file is told
 * and ends the program. */
#ifndef SCE_TESTS_VECTORS_H
#define SCE_TESTS_VECTORS_H

#include "scexec/base.h"

#include <jansson.h>

/* The JSON document in a file, compressed with zstd when its name ends in .zst. The caller gives back the reference. */
json_t *test_vectors_load(const char *path);

/* A member as text; NULL when there is none. Borrowed. */
const char *test_vector_text(const json_t *record, const char *member);

/* The bytes of a hexadecimal text, or of {"pattern": "byte[i]=(31*i+7)&255", "len": n}. The caller frees the buffer. */
sce_buf_t test_vector_bytes(const json_t *value);

/* The number that the bytes are. */
uint64_t test_vector_number(sce_span_t bytes);

/* Whether `bytes` are those of the hexadecimal `expected`; tells both when not, after `what`. */
bool test_vector_equal(const char *what, sce_span_t bytes, const json_t *expected);

#endif
