/* log.h: passing lines on to the call's log. */
#ifndef SCE_HOST_LOG_H
#define SCE_HOST_LOG_H

#include "host/args.h"

/* True when the call's log wants lines of `level`. */
static inline bool sce_host_log_wants(const sce_caller_t *caller, sce_log_level_t level) {
  return caller->ext->log.write != NULL && (int)level < caller->ext->log.max_level;
}

/* Passes a line on when the log wants it. */
void sce_host_log(const sce_caller_t *caller, sce_log_level_t level, sce_span_t target, sce_span_t message);

#endif
