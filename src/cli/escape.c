/* escape.c: text that a runtime or a file chose, made safe for a terminal. Nothing in it may move the cursor, set
 * colours, or reorder what is read. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* Length of the well-formed sequence at `p`, its code point in `*point`; 0 when it is ill-formed (Unicode 15, 3.9). */
static size_t decode_utf8(uint32_t *point, const uint8_t *p, size_t len) {
  if (p[0] < 0x80) {
    *point = p[0];
    return 1;
  }
  size_t size = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  if (p[0] < 0xc2 || p[0] > 0xf4 || size > len) return 0;
  uint32_t value = p[0] & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0;
    value = value << 6 | (p[i] & 0x3fu);
  }
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
  *point = value;
  return size;
}

/* Characters that show nothing but change how the rest is shown: controls, bidirectional and zero-width ones. */
static bool is_unsafe(uint32_t point) {
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
  if (point >= 0x200b && point <= 0x200f) return true;
  if (point >= 0x2028 && point <= 0x202e) return true;
  return (point >= 0x2060 && point <= 0x206f) || point == 0xfeff || point == 0x061c;
}

/* JSON has no control characters below 0x20, and \u for the others: a value stays JSON. */
static sce_error_t *escape_point(sce_buf_t *out, uint32_t point) {
  if (point == '\n') return sce_buf_append(out, "\\n", 2);
  if (point == '\r') return sce_buf_append(out, "\\r", 2);
  if (point == '\t') return sce_buf_append(out, "\\t", 2);
  if (point < 0x20) return sce_buf_printf(out, "\\x%02x", (unsigned)point);
  return sce_buf_printf(out, "\\u%04x", (unsigned)point);
}

sce_error_t *cli_escape(sce_buf_t *out, sce_span_t text, bool lines, size_t indent) {
  for (size_t at = 0; at < text.len;) {
    uint32_t point = 0;
    size_t size = decode_utf8(&point, text.data + at, text.len - at);
    if (size == 0) {
      SCE_TRY(sce_buf_printf(out, "\\x%02x", text.data[at]));
      at++;
      continue;
    }
    if (point == '\n' && lines) {
      SCE_TRY(sce_buf_append_byte(out, '\n'));
      for (size_t i = 0; i < indent; i++) SCE_TRY(sce_buf_append_byte(out, ' '));
    } else if (is_unsafe(point)) {
      SCE_TRY(escape_point(out, point));
    } else {
      SCE_TRY(sce_buf_append(out, text.data + at, size));
    }
    at += size;
  }
  return NULL;
}
