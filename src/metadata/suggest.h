/* suggest.h: "no such name; did you mean …": the nearest of the names that there are. */
#ifndef SCE_METADATA_SUGGEST_H
#define SCE_METADATA_SUGGEST_H

#include "scexec/base.h"

#define SCE_SUGGEST_MAX 3

typedef struct sce_suggest {
  sce_span_t wanted;
  struct {
    sce_span_t first, second;
    char between; /* 0: `second` is empty */
    unsigned distance;
  } best[SCE_SUGGEST_MAX]; /* nearest first */
  unsigned count;
} sce_suggest_t;

/* Looks for names near `wanted`, which is borrowed. */
sce_suggest_t sce_suggest(sce_span_t wanted);
/* Offers the name `first`, or `first` `between` `second`. Borrowed until sce_suggest_error(). */
void sce_suggest_offer(sce_suggest_t *suggest, sce_span_t first, char between, sce_span_t second);
/* SCE_NOT_FOUND: "no <kind> `wanted`; the nearest are a, b, c". */
sce_error_t *sce_suggest_error(const sce_suggest_t *suggest, const char *kind);

#endif
