/* utf8.c: one decoder step, used for the check and for the repair. */
#include "base/utf8.h"

#include "base/alloc.h"

#include <stdint.h>
#include <string.h>

/* Length of the well-formed sequence at `s` (1 to 4), or 0. */
static size_t sequence_length(const uint8_t *s, size_t left) {
  uint8_t lead = s[0];
  if (lead < 0x80) return 1;
  size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || left < need) return 0;
  uint8_t low = 0x80, high = 0xbf; /* bounds of the second byte, table 3-7 */
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (s[1] < low || s[1] > high) return 0;
  for (size_t i = 2; i < need; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  return need;
}

bool sce_utf8_valid(const void *text, size_t len) {
  const uint8_t *s = text;
  for (size_t i = 0; i < len;) {
    size_t n = sequence_length(s + i, len - i);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

char *sce_utf8_lossy(const void *text, size_t len) {
  if (len > (SIZE_MAX - 1) / 3) return NULL;
  const uint8_t *s = text;
  size_t need = 1;
  for (size_t i = 0; i < len;) {
    size_t n = s[i] == 0 ? 0 : sequence_length(s + i, len - i);
    need += n > 0 ? n : 3;
    i += n > 0 ? n : 1;
  }
  char *out = sce_alloc(need);
  if (out == NULL) return NULL;
  char *w = out;
  for (size_t i = 0; i < len;) {
    size_t n = s[i] == 0 ? 0 : sequence_length(s + i, len - i);
    memcpy(w, n > 0 ? (const char *)s + i : "\xef\xbf\xbd", n > 0 ? n : 3);
    w += n > 0 ? n : 3;
    i += n > 0 ? n : 1;
  }
  *w = '\0';
  return out;
}
