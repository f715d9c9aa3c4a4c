/* trie_root.c: roots of key-value arrays: sorting where needed, and several threads.
 *
 * With threads the sorted array is cut into runs of keys that are whole subtrees. Each run is one job; a last pass
 * builds what is above them. */
#include "scexec/trie.h"

#include "base/alloc.h"
#include "base/budget.h"
#include "base/buf.h"
#include "base/checked.h"
#include "base/error.h"
#include "scale/scale.h"
#include "state/trie_build.h"
#include "state/trie_node.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define JOB_KEYS_MIN 512  /* smaller subtrees are not cut up: a job costs a few microseconds */
#define JOBS_PER_THREAD 8 /* so that threads end at about the same time */
#define JOBS_MAX 4096
#define LOAD_AHEAD 16 /* pairs */

/* ---- order ---- */

typedef struct sort_entry {
  uint64_t head; /* first 8 bytes of the key, big-endian, zero-padded */
  const sce_trie_pair_t *pair;
} sort_entry_t;

static int compare_entries(const void *a, const void *b) {
  const sort_entry_t *x = a, *y = b;
  if (x->head != y->head) return x->head < y->head ? -1 : 1;
  int order = sce_span_compare(x->pair->key, y->pair->key);
  if (order != 0) return order;
  return x->pair < y->pair ? -1 : x->pair > y->pair;
}

static uint64_t key_head(sce_span_t key) {
  uint64_t head = 0;
  for (size_t i = 0; i < 8; i++) head = head << 8 | (i < key.len ? key.data[i] : 0);
  return head;
}

/* Starts to load what the loop over the pairs needs a little later: keys and values usually lie all over the memory. */
static inline void load_ahead(const sce_trie_pair_t *pairs, size_t i, size_t count, bool values) {
#if defined(__GNUC__)
  if (i + LOAD_AHEAD >= count) return;
  const sce_trie_pair_t *pair = &pairs[i + LOAD_AHEAD];
  __builtin_prefetch(pair->key.data);
  if (values) __builtin_prefetch(pair->value.data);
#else
  (void)pairs, (void)i, (void)count, (void)values;
#endif
}

static sce_error_t *check_ascending(bool *ascending, const sce_trie_pair_t *pairs, size_t count) {
  *ascending = true;
  for (size_t i = 1; i < count && *ascending; i++) {
    SCE_TRY(sce_budget_item(i));
    load_ahead(pairs, i, count, false);
    *ascending = sce_span_compare(pairs[i - 1].key, pairs[i].key) < 0;
  }
  return NULL;
}

/* Entries that are sorted at once: some milliseconds. */
#define SORT_RUN ((size_t)1 << 14)

/* Merges two neighbouring runs of `from` into `to`. */
static sce_error_t *merge_runs(sort_entry_t *to, const sort_entry_t *from, size_t first, size_t middle, size_t end) {
  size_t left = first, right = middle;
  for (size_t i = first; i < end; i++) {
    SCE_TRY(sce_budget_item(i));
    bool take_left = right == end || (left < middle && compare_entries(&from[left], &from[right]) < 0);
    to[i] = take_left ? from[left++] : from[right++];
  }
  return NULL;
}

/* Sorts `*entries`, in pieces between which the budget is looked at; `*other` has as much room, and they may change
 * places. */
static sce_error_t *sort_entries(sort_entry_t **entries, sort_entry_t **other, size_t count) {
  for (size_t first = 0; first < count; first += SORT_RUN) {
    SCE_TRY(sce_budget_check());
    qsort(*entries + first, count - first < SORT_RUN ? count - first : SORT_RUN, sizeof **entries, compare_entries);
  }
  for (size_t run = SORT_RUN; run < count; run *= 2) {
    for (size_t first = 0; first < count; first += 2 * run) {
      size_t middle = first + run < count ? first + run : count;
      size_t end = first + 2 * run < count ? first + 2 * run : count;
      SCE_TRY(merge_runs(*other, *entries, first, middle, end));
    }
    sort_entry_t *merged = *other;
    *other = *entries;
    *entries = merged;
  }
  return NULL;
}

/* `entries`, `other` (where there are more than one run) and `out` have room for all. */
static sce_error_t *fill_sorted(sce_trie_pair_t *out, size_t *count, const sce_trie_pair_t *pairs,
                                sort_entry_t *entries, sort_entry_t *other) {
  for (size_t i = 0; i < *count; i++) {
    SCE_TRY(sce_budget_item(i));
    entries[i] = (sort_entry_t){key_head(pairs[i].key), &pairs[i]};
  }
  SCE_TRY(sort_entries(&entries, &other, *count));
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    SCE_TRY(sce_budget_item(i));
    if (kept > 0 && sce_span_equal(out[kept - 1].key, entries[i].pair->key)) kept--;
    out[kept++] = *entries[i].pair;
  }
  *count = kept;
  return NULL;
}

/* A sorted copy in `*sorted`, owned by the caller, without all but the last of equal keys. */
static sce_error_t *sort_pairs(sce_trie_pair_t **sorted, size_t *count, const sce_trie_pair_t *pairs) {
  sort_entry_t *entries = sce_realloc_array(NULL, *count, sizeof *entries);
  sort_entry_t *other = *count > SORT_RUN ? sce_realloc_array(NULL, *count, sizeof *other) : NULL;
  sce_trie_pair_t *out = sce_realloc_array(NULL, *count, sizeof *out);
  bool has_room = entries != NULL && out != NULL && (other != NULL || *count <= SORT_RUN);
  sce_error_t *err = has_room ? fill_sorted(out, count, pairs, entries, other) : sce_error_oom();
  sce_free(entries);
  sce_free(other);
  if (err != NULL)
    sce_free(out);
  else
    *sorted = out;
  return err;
}

/* ---- one thread ---- */

/* What is to be computed. */
typedef struct input {
  const sce_trie_pair_t *pairs; /* ascending */
  const uint8_t *hashed;        /* NULL: all in the layout of the options' version; else 0 or 1 a pair */
  size_t count;
  const sce_trie_options_t *options;
} input_t;

static sce_error_t *add_pair(sce_trie_builder_t *builder, const input_t *in, size_t i) {
  sce_state_version_t version = in->options->version;
  if (in->hashed != NULL) version = in->hashed[i] ? SCE_STATE_V1 : SCE_STATE_V0;
  return sce_trie_builder_add(builder, in->pairs[i].key, in->pairs[i].value, version);
}

static sce_error_t *add_pairs(sce_trie_builder_t *builder, const input_t *in, size_t first, size_t end) {
  for (size_t i = first; i < end; i++) {
    load_ahead(in->pairs, i, end, true);
    SCE_TRY(add_pair(builder, in, i));
  }
  return NULL;
}

static sce_error_t *serial_root(uint8_t root[32], const input_t *in) {
  sce_trie_builder_t *builder;
  SCE_TRY(sce_trie_builder_new(&builder, in->options->hasher, in->count + 1, NULL, NULL));
  sce_error_t *err = add_pairs(builder, in, 0, in->count);
  if (err == NULL) err = sce_trie_builder_finish(builder, root);
  sce_trie_builder_delete(builder);
  return err;
}

/* ---- several threads ---- */

/* Keys [first, end): a subtree whose parent is at depth `skip` - 1, or a single key. */
typedef struct job {
  size_t first, end;
  size_t skip;
  uint64_t weight; /* about the bytes to hash */
  sce_trie_ref_t ref;
  bool is_subtree;
} job_t;

typedef struct plan {
  const input_t *in;
  job_t jobs[JOBS_MAX];   /* in key order */
  job_t *order[JOBS_MAX]; /* heaviest first, so that no long job is left for the end */
  size_t count;
  atomic_size_t next;
} plan_t;

/* The first index in [low, high) whose key has a nibble above `nibble` at `depth`; all agree before `depth`. */
static size_t end_of_child(const sce_trie_pair_t *pairs, size_t low, size_t high, size_t depth, uint8_t nibble) {
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sce_trie_key_nibble(pairs[middle].key.data, depth) > nibble) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/* Cuts a run into the children of its outermost branch. Returns the number of runs made, 1 to 17. */
static size_t cut_run(job_t pieces[17], const sce_trie_pair_t *pairs, const job_t *run) {
  size_t depth = sce_trie_common_nibbles(pairs[run->first].key, pairs[run->end - 1].key);
  size_t at = run->first, count = 0;
  if (2 * pairs[at].key.len == depth) {
    pieces[count++] = (job_t){.first = at, .end = at + 1};
    at++;
  }
  while (at < run->end) {
    uint8_t nibble = sce_trie_key_nibble(pairs[at].key.data, depth);
    size_t end = end_of_child(pairs, at, run->end, depth, nibble);
    pieces[count++] = (job_t){.first = at, .end = end, .skip = depth + 1, .is_subtree = true};
    at = end;
  }
  return count;
}

/* Makes the jobs: repeatedly cuts each run above `limit` keys. A run goes to the place of its first piece and the
 * others follow, so the list stays in key order; only lists too long for that (chains of prefixes) stay coarse. */
static void make_jobs(plan_t *plan, size_t limit) {
  plan->jobs[0] = (job_t){.first = 0, .end = plan->in->count, .is_subtree = true};
  plan->count = 1;
  for (size_t i = 0; i < plan->count;) {
    const job_t *job = &plan->jobs[i];
    if (job->end - job->first <= limit || plan->count + 16 > JOBS_MAX) {
      i++;
      continue;
    }
    job_t pieces[17];
    size_t made = cut_run(pieces, plan->in->pairs, job);
    memmove(&plan->jobs[i + made], &plan->jobs[i + 1], (plan->count - i - 1) * sizeof *plan->jobs);
    memcpy(&plan->jobs[i], pieces, made * sizeof *pieces);
    plan->count += made - 1;
  }
}

static int compare_weights(const void *a, const void *b) {
  const job_t *x = *(job_t *const *)a, *y = *(job_t *const *)b;
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  return x < y ? -1 : x > y;
}

static void order_jobs(plan_t *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    job_t *job = plan->order[i] = &plan->jobs[i];
    for (size_t k = job->first; k < job->end; k++) job->weight += 128 + plan->in->pairs[k].value.len;
  }
  qsort(plan->order, plan->count, sizeof *plan->order, compare_weights);
}

static sce_error_t *run_job(job_t *job, sce_trie_builder_t *builder, const plan_t *plan) {
  SCE_TRY(add_pairs(builder, plan->in, job->first, job->end));
  return sce_trie_builder_finish_subtree(builder, &job->ref, job->skip);
}

/* A thread: takes jobs until none is left. Returns its error. */
static void *work(void *arg) {
  plan_t *plan = arg;
  sce_trie_builder_t *builder;
  sce_error_t *err = sce_trie_builder_new(&builder, plan->in->options->hasher, 0, NULL, NULL);
  if (err != NULL) return err;
  while (err == NULL) {
    size_t i = atomic_fetch_add(&plan->next, 1);
    if (i >= plan->count) break;
    if (plan->order[i]->is_subtree) err = run_job(plan->order[i], builder, plan);
  }
  sce_trie_builder_delete(builder);
  return err;
}

/* Runs all jobs on this thread and up to `threads` - 1 more. Fewer where the system gives none. */
static sce_error_t *run_jobs(plan_t *plan, unsigned threads) {
  pthread_t ids[SCE_TRIE_MAX_THREADS];
  unsigned started = 0;
  while (started + 1 < threads && pthread_create(&ids[started], NULL, work, plan) == 0) started++;
  sce_error_t *err = work(plan);
  for (unsigned i = 0; i < started; i++) {
    void *result = NULL;
    pthread_join(ids[i], &result);
    if (err == NULL) {
      err = result;
    } else {
      sce_error_delete(result);
    }
  }
  return err;
}

static sce_error_t *join_jobs(uint8_t root[32], sce_trie_builder_t *builder, const plan_t *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    const job_t *job = &plan->jobs[i];
    const sce_trie_pair_t *first = &plan->in->pairs[job->first];
    if (job->is_subtree) {
      SCE_TRY(sce_trie_builder_add_subtree(builder, first->key, plan->in->pairs[job->end - 1].key, &job->ref));
    } else {
      SCE_TRY(add_pair(builder, plan->in, job->first));
    }
  }
  return sce_trie_builder_finish(builder, root);
}

static sce_error_t *threaded_root(uint8_t root[32], const input_t *in) {
  unsigned threads = in->options->threads < SCE_TRIE_MAX_THREADS ? in->options->threads : SCE_TRIE_MAX_THREADS;
  plan_t *plan = sce_alloc(sizeof *plan);
  if (plan == NULL) return sce_error_oom();
  plan->in = in;
  atomic_init(&plan->next, 0);
  size_t limit = in->count / ((size_t)threads * JOBS_PER_THREAD);
  make_jobs(plan, limit < JOB_KEYS_MIN ? JOB_KEYS_MIN : limit);
  order_jobs(plan);
  sce_trie_builder_t *builder = NULL;
  sce_error_t *err = run_jobs(plan, threads);
  if (err == NULL) err = sce_trie_builder_new(&builder, in->options->hasher, plan->count, NULL, NULL);
  if (err == NULL) err = join_jobs(root, builder, plan);
  sce_trie_builder_delete(builder);
  sce_free(plan);
  return err;
}

static sce_error_t *sorted_root(uint8_t root[32], const input_t *in) {
  if (in->options->threads > 1 && in->count > 2 * JOB_KEYS_MIN) return threaded_root(root, in);
  return serial_root(root, in);
}

/* ---- interface ---- */

sce_error_t *sce_trie_sorted_root(uint8_t root[32], const sce_trie_pair_t *pairs, const uint8_t *hashed, size_t count,
                                  unsigned threads) {
  if (count >= UINT32_MAX - 1) return sce_error_new(SCE_BAD_INPUT, "a trie of %zu pairs is too large", count);
  sce_trie_options_t options = {.threads = threads};
  bool ascending;
  SCE_TRY(check_ascending(&ascending, pairs, count));
  if (!ascending) return sce_error_new(SCE_MISUSE, "the keys of a state are not in ascending order");
  return sorted_root(root, &(input_t){pairs, hashed, count, &options});
}

sce_error_t *sce_trie_root(uint8_t root[32], const sce_trie_pair_t *pairs, size_t count,
                           const sce_trie_options_t *options) {
  static const sce_trie_options_t defaults = {SCE_STATE_V0, SCE_TRIE_BLAKE2B_256, 1};
  if (options == NULL) options = &defaults;
  if (count >= UINT32_MAX - 1) return sce_error_new(SCE_BAD_INPUT, "a trie of %zu pairs is too large", count);
  sce_trie_pair_t *sorted = NULL;
  bool ascending;
  SCE_TRY(check_ascending(&ascending, pairs, count));
  if (!ascending) SCE_TRY(sort_pairs(&sorted, &count, pairs));
  sce_error_t *err = sorted_root(root, &(input_t){sorted == NULL ? pairs : sorted, NULL, count, options});
  sce_free(sorted);
  return err;
}

sce_error_t *sce_trie_ordered_root(uint8_t root[32], const sce_span_t *items, size_t count,
                                   const sce_trie_options_t *options) {
  if (count >= UINT32_MAX - 1) return sce_error_new(SCE_BAD_INPUT, "a list of %zu items is too large", count);
  sce_trie_pair_t *pairs = sce_realloc_array(NULL, count, sizeof *pairs);
  sce_buf_t keys = {0};
  sce_error_t *err = pairs == NULL ? sce_error_oom() : sce_buf_reserve(&keys, 5 * count);
  for (size_t i = 0; i < count && err == NULL; i++) {
    size_t from = keys.len;
    err = sce_budget_item(i);
    if (err == NULL) err = sce_scale_write_compact(&keys, i);
    if (err == NULL) pairs[i] = (sce_trie_pair_t){{keys.data + from, keys.len - from}, items[i]};
  }
  if (err == NULL) err = sce_trie_root(root, pairs, count, options);
  sce_buf_free(&keys);
  sce_free(pairs);
  return err;
}
