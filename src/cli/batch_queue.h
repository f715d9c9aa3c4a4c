/* batch_queue.h: requests on their way through the workers of `scexec batch`, answers leaving in the requests' order.
 *
 * A ring of slots. The reader fills slots, workers turn requests into answers, the writer takes answers from the front.
 * Memory is bounded: by the number of slots, and by BATCH_QUEUED_BYTES of requests and answers waiting at one time (one
 * larger request or answer alone is let through).
 */
#ifndef SCE_CLI_BATCH_QUEUE_H
#define SCE_CLI_BATCH_QUEUE_H

#include "cli/cli.h"

#include <pthread.h>

#define BATCH_QUEUED_BYTES ((size_t)64 << 20)

typedef enum batch_state { BATCH_EMPTY, BATCH_WAITING, BATCH_RUNNING, BATCH_ANSWERED } batch_state_t;

typedef struct batch_slot {
  batch_state_t state;
  uint64_t line;     /* number of the request's line, from 1 */
  bool too_long;     /* the line was above the limit: `request` is empty */
  sce_buf_t request; /* the line */
  sce_buf_t answer;  /* one line with its line break */
} batch_slot_t;

typedef struct batch_queue {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  batch_slot_t *slots; /* owned */
  size_t slot_count;
  uint64_t filled, begun, written; /* counts of slots; a slot's index is its count modulo slot_count */
  size_t bytes;                    /* of requests and answers in slots */
  bool ended;                      /* no request will follow */
  bool stopped;                    /* the writer failed: everybody goes home */
} batch_queue_t;

sce_error_t *batch_queue_init(batch_queue_t *queue, size_t slots);
void batch_queue_free(batch_queue_t *queue);

/* Reader: takes the line (its buffer moves into the queue and `line` becomes empty); waits for room. False: stopped. */
bool batch_queue_put(batch_queue_t *queue, sce_buf_t *line, uint64_t number, bool too_long);
void batch_queue_end(batch_queue_t *queue);
/* Worker: the next request, waiting for it; NULL when there will be none. */
batch_slot_t *batch_queue_begin(batch_queue_t *queue);
/* Worker: slot->answer is complete; frees the request. */
void batch_queue_answer(batch_queue_t *queue, batch_slot_t *slot);
/* Writer: the next answer in order, waiting for it; NULL when there will be none. `*more`: the one after is there
 * already, so output need not be flushed yet. */
batch_slot_t *batch_queue_front(batch_queue_t *queue, bool *more);
/* Writer: the front answer is written; frees it. */
void batch_queue_pop(batch_queue_t *queue);
void batch_queue_stop(batch_queue_t *queue);

#endif
