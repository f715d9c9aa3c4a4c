/* suggest.c: "did you mean": the nearest of the names that would have been right. */
#include "cli/options.h"

#include "base/buf.h"

#include <string.h>

/* Longer words are not compared: nobody mistypes them by a letter or two. */
#define LONGEST 48

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, changes, and swapped neighbours. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len) {
  size_t rows[3][LONGEST + 1];
  for (size_t j = 0; j <= b_len; j++) rows[0][j] = j;
  for (size_t i = 1; i <= a_len; i++) {
    size_t *now = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= b_len; j++) {
      size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = least(change, least(above[j], now[j - 1]) + 1);
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = least(now[j], above2[j - 2] + 1);
    }
  }
  return rows[a_len % 3][b_len];
}

void cli_nearest_offer_span(cli_nearest_t *best, const char *word, size_t len, sce_span_t name) {
  if (len == 0 || len > LONGEST || name.len == 0 || name.len > LONGEST) return;
  const char *text = (const char *)name.data;
  size_t distance = edit_distance(word, len, text, name.len);
  /* The beginning of a name is meant by someone who did not write the rest. */
  if (len >= 2 && name.len > len && memcmp(word, text, len) == 0) distance = least(distance, 1);
  if (distance > least(len, name.len) / 3 + 1 || distance >= name.len) return;
  if (best->name == NULL || distance < best->distance) *best = (cli_nearest_t){text, name.len, distance};
}

void cli_nearest_offer(cli_nearest_t *best, const char *word, size_t len, const char *name) {
  cli_nearest_offer_span(best, word, len, sce_span_text(name));
}
