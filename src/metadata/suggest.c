/* suggest.c: nearness is the number of edits (Levenshtein), whatever the case; names that contain the wanted one are
 * near as well. Long names are not compared: nobody mistypes 64 characters. */
#include "metadata/suggest.h"

#include "base/buf.h"
#include "base/error.h"

#include <ctype.h>

#define MAX_NAME 64

sce_suggest_t sce_suggest(sce_span_t wanted) {
  return (sce_suggest_t){.wanted = wanted};
}

static size_t join(uint8_t out[MAX_NAME], sce_span_t first, char between, sce_span_t second) {
  size_t len = 0;
  if (first.len + 1 + second.len > MAX_NAME) return 0;
  for (size_t i = 0; i < first.len; i++) out[len++] = (uint8_t)tolower(first.data[i]);
  if (between == 0) return len;
  out[len++] = (uint8_t)between;
  for (size_t i = 0; i < second.len; i++) out[len++] = (uint8_t)tolower(second.data[i]);
  return len;
}

static unsigned edits(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
  unsigned row[MAX_NAME + 1];
  for (size_t j = 0; j <= b_len; j++) row[j] = (unsigned)j;
  for (size_t i = 1; i <= a_len; i++) {
    unsigned diagonal = row[0];
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b_len; j++) {
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return row[b_len];
}

static bool contains(const uint8_t *text, size_t len, const uint8_t *part, size_t part_len) {
  for (size_t i = 0; part_len > 0 && i + part_len <= len; i++)
    if (sce_span_equal(sce_span(text + i, part_len), sce_span(part, part_len))) return true;
  return false;
}

void sce_suggest_offer(sce_suggest_t *suggest, sce_span_t first, char between, sce_span_t second) {
  uint8_t wanted[MAX_NAME], name[MAX_NAME];
  size_t wanted_len = join(wanted, suggest->wanted, 0, suggest->wanted);
  size_t len = join(name, first, between, second);
  if (wanted_len == 0 || len == 0) return;
  unsigned distance = edits(wanted, wanted_len, name, len);
  bool part = contains(name, len, wanted, wanted_len);
  if (part && distance > 3) distance = 3;
  if (!part && distance > 1 + wanted_len / 5) return;
  unsigned at = suggest->count;
  while (at > 0 && suggest->best[at - 1].distance > distance) at--;
  if (at == SCE_SUGGEST_MAX) return;
  if (suggest->count < SCE_SUGGEST_MAX) suggest->count++;
  for (unsigned i = suggest->count - 1; i > at; i--) suggest->best[i] = suggest->best[i - 1];
  suggest->best[at].first = first;
  suggest->best[at].second = second;
  suggest->best[at].between = between;
  suggest->best[at].distance = distance;
}

sce_error_t *sce_suggest_error(const sce_suggest_t *suggest, const char *kind) {
  sce_buf_t names = {0};
  sce_error_t *err = NULL;
  for (unsigned i = 0; err == NULL && i < suggest->count; i++) {
    sce_span_t a = suggest->best[i].first, b = suggest->best[i].second;
    char between[2] = {suggest->best[i].between, '\0'};
    err = sce_buf_printf(&names, "%s%.*s%s%.*s", i > 0 ? ", " : "", (int)a.len, (const char *)a.data, between,
                         between[0] == 0 ? 0 : (int)b.len, b.len > 0 ? (const char *)b.data : "");
  }
  int len = (int)(suggest->wanted.len < 100 ? suggest->wanted.len : 100);
  if (err == NULL && names.len > 0)
    err = sce_error_new(SCE_NOT_FOUND, "no %s `%.*s`; the nearest: %.*s", kind, len, (const char *)suggest->wanted.data,
                        (int)names.len, (const char *)names.data);
  else if (err == NULL)
    err = sce_error_new(SCE_NOT_FOUND, "no %s `%.*s`", kind, len, len > 0 ? (const char *)suggest->wanted.data : "");
  sce_buf_free(&names);
  return err;
}
