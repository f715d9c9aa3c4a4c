/* batch_queue.c: see batch_queue.h. One mutex: a request costs microseconds at the least. */
#include "cli/batch_queue.h"

#include "base/alloc.h"
#include "base/error.h"

sce_error_t *batch_queue_init(batch_queue_t *queue, size_t slots) {
  *queue = (batch_queue_t){.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  queue->slots = sce_calloc(slots, sizeof *queue->slots);
  if (queue->slots == NULL) return sce_error_oom();
  queue->slot_count = slots;
  return NULL;
}

void batch_queue_free(batch_queue_t *queue) {
  for (size_t i = 0; i < queue->slot_count; i++) {
    sce_buf_free(&queue->slots[i].request);
    sce_buf_free(&queue->slots[i].answer);
  }
  sce_free(queue->slots);
  queue->slots = NULL;
  queue->slot_count = 0;
}

static batch_slot_t *slot_at(batch_queue_t *queue, uint64_t count) {
  return &queue->slots[count % queue->slot_count];
}

/* Whether `len` more bytes may wait: always, when nothing else does. */
static bool has_room(const batch_queue_t *queue, size_t len) {
  if (queue->filled - queue->written >= queue->slot_count) return false;
  return queue->filled == queue->written || queue->bytes + len <= BATCH_QUEUED_BYTES;
}

bool batch_queue_put(batch_queue_t *queue, sce_buf_t *line, uint64_t number, bool too_long) {
  pthread_mutex_lock(&queue->mutex);
  while (!queue->stopped && !has_room(queue, line->len)) pthread_cond_wait(&queue->changed, &queue->mutex);
  bool goes_on = !queue->stopped;
  if (goes_on) {
    batch_slot_t *slot = slot_at(queue, queue->filled++);
    queue->bytes += line->len;
    *slot = (batch_slot_t){.state = BATCH_WAITING, .line = number, .too_long = too_long, .request = *line};
    *line = (sce_buf_t){0};
    pthread_cond_broadcast(&queue->changed);
  }
  pthread_mutex_unlock(&queue->mutex);
  return goes_on;
}

static void set_flag(batch_queue_t *queue, bool *flag) {
  pthread_mutex_lock(&queue->mutex);
  *flag = true;
  pthread_cond_broadcast(&queue->changed);
  pthread_mutex_unlock(&queue->mutex);
}

void batch_queue_end(batch_queue_t *queue) {
  set_flag(queue, &queue->ended);
}

void batch_queue_stop(batch_queue_t *queue) {
  set_flag(queue, &queue->stopped);
}

/* Answers that wait for an earlier one count too: a worker that is too far ahead waits, the front one never. */
static bool may_begin(batch_queue_t *queue) {
  if (queue->begun >= queue->filled) return false;
  return queue->begun == queue->written || queue->bytes <= 2 * BATCH_QUEUED_BYTES;
}

batch_slot_t *batch_queue_begin(batch_queue_t *queue) {
  batch_slot_t *slot = NULL;
  pthread_mutex_lock(&queue->mutex);
  while (!queue->stopped && !may_begin(queue) && !(queue->ended && queue->begun == queue->filled))
    pthread_cond_wait(&queue->changed, &queue->mutex);
  if (!queue->stopped && queue->begun < queue->filled) {
    slot = slot_at(queue, queue->begun++);
    slot->state = BATCH_RUNNING;
  }
  pthread_mutex_unlock(&queue->mutex);
  return slot;
}

void batch_queue_answer(batch_queue_t *queue, batch_slot_t *slot) {
  size_t request = slot->request.len;
  sce_buf_free(&slot->request);
  pthread_mutex_lock(&queue->mutex);
  queue->bytes = queue->bytes - request + slot->answer.len;
  slot->state = BATCH_ANSWERED;
  pthread_cond_broadcast(&queue->changed);
  pthread_mutex_unlock(&queue->mutex);
}

batch_slot_t *batch_queue_front(batch_queue_t *queue, bool *more) {
  batch_slot_t *slot = NULL;
  pthread_mutex_lock(&queue->mutex);
  for (;;) {
    bool empty = queue->written == queue->filled;
    if (!empty && slot_at(queue, queue->written)->state == BATCH_ANSWERED) {
      slot = slot_at(queue, queue->written);
      break;
    }
    if (queue->stopped || (empty && queue->ended)) break;
    pthread_cond_wait(&queue->changed, &queue->mutex);
  }
  uint64_t next = queue->written + 1;
  *more = slot != NULL && next < queue->filled && slot_at(queue, next)->state == BATCH_ANSWERED;
  pthread_mutex_unlock(&queue->mutex);
  return slot;
}

void batch_queue_pop(batch_queue_t *queue) {
  pthread_mutex_lock(&queue->mutex);
  batch_slot_t *slot = slot_at(queue, queue->written);
  queue->bytes -= slot->answer.len;
  queue->written++;
  sce_buf_t answer = slot->answer;
  *slot = (batch_slot_t){0};
  pthread_cond_broadcast(&queue->changed);
  pthread_mutex_unlock(&queue->mutex);
  sce_buf_free(&answer);
}
