/* progress.c: one line on a terminal for work of more than a second; nothing where standard error is no terminal. */
#include "cli/cli.h"

#include <errno.h>
#include <time.h>

#define SECOND ((uint64_t)1000000000)

uint64_t cli_now_ns(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

void cli_progress_start(cli_progress_t *progress, const cli_t *cli, const char *what) {
  *progress = (cli_progress_t){.cli = cli, .what = what, .start_ns = cli_now_ns()};
}

void cli_progress_update(cli_progress_t *progress, uint64_t done, uint64_t total, const char *unit) {
  if (!progress->cli->progress) return;
  uint64_t now = cli_now_ns(), elapsed = now - progress->start_ns;
  if (elapsed < SECOND || now - progress->shown_ns < SECOND / 5) return;
  progress->shown_ns = now;
  progress->shown = true;
  double rate = (double)done * 1e9 / (double)elapsed;
  if (total > 0)
    fprintf(stderr, "\r\033[K%s: %llu of %llu %s (%.0f %%, %.0f/s)", progress->what, (unsigned long long)done,
            (unsigned long long)total, unit, 100.0 * (double)done / (double)total, rate);
  else
    fprintf(stderr, "\r\033[K%s: %llu %s (%.0f/s)", progress->what, (unsigned long long)done, unit, rate);
  fflush(stderr);
}

void cli_progress_end(cli_progress_t *progress) {
  if (progress->shown) fputs("\r\033[K", stderr);
  progress->shown = false;
}

/* ---- waiting ---- */

static void *tick(void *arg) {
  cli_waiting_t *w = arg;
  uint64_t start = cli_now_ns();
  struct timespec next;
  clock_gettime(CLOCK_REALTIME, &next);
  pthread_mutex_lock(&w->mutex);
  while (!w->done) {
    next.tv_sec++;
    while (!w->done && pthread_cond_timedwait(&w->changed, &w->mutex, &next) != ETIMEDOUT) continue;
    if (w->done) break;
    fprintf(stderr, "\r\033[K%s … %llu s", w->what, (unsigned long long)((cli_now_ns() - start + SECOND / 2) / SECOND));
    fflush(stderr);
    w->shown = true;
  }
  if (w->shown) fputs("\r\033[K", stderr);
  pthread_mutex_unlock(&w->mutex);
  return NULL;
}

void cli_waiting_start(cli_waiting_t *w, const cli_t *cli, const char *what) {
  *w = (cli_waiting_t){.what = what, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  w->running = cli->progress && pthread_create(&w->thread, NULL, tick, w) == 0;
}

void cli_waiting_end(cli_waiting_t *w) {
  if (!w->running) return;
  pthread_mutex_lock(&w->mutex);
  w->done = true;
  pthread_cond_signal(&w->changed);
  pthread_mutex_unlock(&w->mutex);
  pthread_join(w->thread, NULL);
  w->running = false;
}
