/* apart.c: see apart.h. */
#include "base/apart.h"

#include "base/alloc.h"
#include "base/error.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

/* Arkworks' sums keep their points on the heap; this is more than any of them had on the stack. */
#define STACK_SIZE ((size_t)4 << 20)
#define NAP_NS 10000000

/* Two threads know it, until one of them goes: `references`, under the lock. The other one frees it. */
typedef struct apart {
  pthread_mutex_t lock;
  pthread_cond_t changed; /* on CLOCK_MONOTONIC */
  int references;
  bool done;
  void *work; /* begins with `how` */
  sce_apart_work_t how;
  sce_budget_threads_t threads; /* of the call's engine */
} apart_t;

static sce_error_t *new_apart(apart_t **out, void *work, const sce_apart_work_t *how) {
  pthread_condattr_t attr;
  apart_t *made = sce_calloc(1, sizeof *made);
  if (made == NULL) return sce_error_oom();
  int failed = pthread_condattr_init(&attr);
  if (failed == 0) {
    failed = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (failed == 0) failed = pthread_cond_init(&made->changed, &attr);
    pthread_condattr_destroy(&attr);
  }
  if (failed == 0 && pthread_mutex_init(&made->lock, NULL) != 0) {
    pthread_cond_destroy(&made->changed);
    failed = 1;
  }
  if (failed != 0) {
    sce_free(made);
    return sce_error_oom();
  }
  made->references = 2;
  made->work = work;
  made->how = *how;
  *out = made;
  return NULL;
}

static void free_apart(apart_t *apart) {
  pthread_mutex_destroy(&apart->lock);
  pthread_cond_destroy(&apart->changed);
  sce_free(apart);
}

/* With the lock, which it lets go. The thread that finds nobody waiting frees the work as well. */
static bool unlock_and_leave(apart_t *apart) {
  bool last = --apart->references == 0;
  pthread_mutex_unlock(&apart->lock);
  return last;
}

static void *run(void *arg) {
  apart_t *apart = arg;
  sce_budget_threads_t threads = apart->threads;
  apart->how.run(apart->work);
  pthread_mutex_lock(&apart->lock);
  apart->done = true;
  pthread_cond_signal(&apart->changed);
  if (unlock_and_leave(apart)) {
    apart->how.release(apart->work);
    free_apart(apart);
  }
  threads.ended(threads.owner);
  return NULL;
}

/* Detached, and without signals: they are the program's own threads' business. */
static bool start(apart_t *apart) {
  pthread_attr_t attr;
  sigset_t all, before;
  pthread_t thread;
  if (pthread_attr_init(&attr) != 0) return false;
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attr, STACK_SIZE);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&thread, &attr, run, apart) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attr);
  return started;
}

static sce_error_t *wait_for(apart_t *apart) {
  sce_error_t *err = NULL;
  pthread_mutex_lock(&apart->lock);
  while (!apart->done && err == NULL) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += NAP_NS;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
    pthread_cond_timedwait(&apart->changed, &apart->lock, &until);
    if (!apart->done) err = sce_budget_check();
  }
  if (unlock_and_leave(apart)) free_apart(apart);
  return err;
}

sce_error_t *sce_apart(void *work) {
  apart_t *apart = NULL;
  sce_budget_threads_t threads;
  const sce_apart_work_t how = *(const sce_apart_work_t *)work;
  if (!sce_budget_thread(&threads)) {
    how.run(work);
    return NULL;
  }
  sce_error_t *err = new_apart(&apart, work, &how);
  if (err == NULL) apart->threads = threads;
  if (err == NULL && start(apart)) return wait_for(apart);
  threads.ended(threads.owner);
  if (err != NULL) {
    how.release(work);
    return err;
  }
  free_apart(apart);
  how.run(work);
  return NULL;
}
