/* utf8.h: checks and repairs of UTF-8 text that comes from outside. */
#ifndef SCE_BASE_UTF8_H
#define SCE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* True when the `len` bytes are well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, surrogates or code points
 * above U+10FFFF), which is what Rust's `str` accepts. */
bool sce_utf8_valid(const void *text, size_t len);

/* A NUL-terminated copy in which each ill-formed byte and each NUL became U+FFFD. Owned by the caller; NULL when out of
 * memory. */
char *sce_utf8_lossy(const void *text, size_t len);

#endif
