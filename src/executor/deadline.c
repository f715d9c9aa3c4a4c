/* deadline.c: see deadline.h. */
#include "executor/deadline.h"

#include "base/error.h"

#include <time.h>

uint64_t sce_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

sce_time_limit_t sce_time_limit_from_now(uint64_t span_ms) {
  uint64_t most = UINT64_MAX / 4, span_ns = span_ms > most / 1000000u ? most : span_ms * 1000000u;
  return (sce_time_limit_t){sce_monotonic_ns() + span_ns, span_ms};
}

int sce_monotonic_condition(pthread_cond_t *condition) {
  pthread_condattr_t attr;
  int failed = pthread_condattr_init(&attr);
  if (failed != 0) return failed;
  failed = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  if (failed == 0) failed = pthread_cond_init(condition, &attr);
  pthread_condattr_destroy(&attr);
  return failed;
}

void sce_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t deadline_ns) {
  if (deadline_ns == 0) {
    pthread_cond_wait(condition, lock);
    return;
  }
  struct timespec until = {(time_t)(deadline_ns / 1000000000u), (long)(deadline_ns % 1000000000u)};
  pthread_cond_timedwait(condition, lock, &until);
}

void sce_deadlines_interrupt(sce_deadlines_t *deadlines) {
  wasmtime_engine_increment_epoch(deadlines->wasm);
  wasm_engine_t *guests = atomic_load_explicit(&deadlines->guests, memory_order_acquire);
  if (guests != NULL) wasmtime_engine_increment_epoch(guests);
}

/* Advances the epoch for what is due; the earliest deadline still to come, or 0. Called with the lock held. */
static uint64_t fire_due(sce_deadlines_t *deadlines) {
  uint64_t now = sce_monotonic_ns(), earliest = 0;
  bool due = false;
  for (sce_deadline_t *d = deadlines->first; d != NULL; d = d->next) {
    if (atomic_load_explicit(&d->fired, memory_order_relaxed)) continue;
    if (d->at_ns <= now) {
      due = true;
      atomic_store_explicit(&d->fired, true, memory_order_relaxed);
    } else if (earliest == 0 || d->at_ns < earliest) {
      earliest = d->at_ns;
    }
  }
  if (due) sce_deadlines_interrupt(deadlines);
  return earliest;
}

static void *watch(void *arg) {
  sce_deadlines_t *deadlines = arg;
  pthread_mutex_lock(&deadlines->lock);
  while (!deadlines->stop) {
    uint64_t earliest = fire_due(deadlines);
    sce_wait_until(&deadlines->changed, &deadlines->lock, earliest);
  }
  pthread_mutex_unlock(&deadlines->lock);
  return NULL;
}

static int make_lock(sce_deadlines_t *deadlines) {
  int failed = pthread_mutex_init(&deadlines->lock, NULL);
  if (failed != 0) return failed;
  failed = sce_monotonic_condition(&deadlines->changed);
  if (failed != 0) pthread_mutex_destroy(&deadlines->lock);
  return failed;
}

/* In a forked child: the thread is none, and may have held the lock. */
static int adopt(sce_deadlines_t *deadlines) {
  if (!sce_process_forked(&deadlines->process)) return 0;
  int failed = make_lock(deadlines);
  deadlines->started = false;
  sce_process_adopted(&deadlines->process);
  return failed;
}

sce_error_t *sce_deadlines_init(sce_deadlines_t *deadlines, wasm_engine_t *wasm) {
  *deadlines = (sce_deadlines_t){.wasm = wasm};
  SCE_TRY(sce_process_init(&deadlines->process));
  int failed = make_lock(deadlines);
  if (failed == 0) return NULL;
  sce_process_clear(&deadlines->process);
  return sce_error_system(failed, "making a lock");
}

void sce_deadlines_clear(sce_deadlines_t *deadlines) {
  (void)adopt(deadlines);
  pthread_mutex_lock(&deadlines->lock);
  bool started = deadlines->started;
  deadlines->stop = true;
  pthread_cond_signal(&deadlines->changed);
  pthread_mutex_unlock(&deadlines->lock);
  if (started) pthread_join(deadlines->thread, NULL);
  pthread_cond_destroy(&deadlines->changed);
  pthread_mutex_destroy(&deadlines->lock);
  sce_process_clear(&deadlines->process);
}

sce_error_t *sce_deadlines_add(sce_deadlines_t *deadlines, sce_deadline_t *deadline) {
  int failed = adopt(deadlines);
  if (failed != 0) return sce_error_system(failed, "making a lock");
  pthread_mutex_lock(&deadlines->lock);
  if (!deadlines->started) {
    failed = pthread_create(&deadlines->thread, NULL, watch, deadlines);
    deadlines->started = failed == 0;
  }
  if (failed == 0) {
    atomic_store_explicit(&deadline->fired, false, memory_order_relaxed);
    deadline->previous = NULL;
    deadline->next = deadlines->first;
    if (deadlines->first != NULL) deadlines->first->previous = deadline;
    deadlines->first = deadline;
    pthread_cond_signal(&deadlines->changed);
  }
  pthread_mutex_unlock(&deadlines->lock);
  return failed == 0 ? NULL : sce_error_system(failed, "starting the thread that watches time limits");
}

void sce_deadlines_remove(sce_deadlines_t *deadlines, sce_deadline_t *deadline) {
  (void)adopt(deadlines);
  pthread_mutex_lock(&deadlines->lock);
  if (deadline->previous != NULL) deadline->previous->next = deadline->next;
  if (deadline->next != NULL) deadline->next->previous = deadline->previous;
  if (deadlines->first == deadline) deadlines->first = deadline->next;
  pthread_mutex_unlock(&deadlines->lock);
}
