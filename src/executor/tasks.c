/* tasks.c: see tasks.h. */
#include "executor/tasks.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct task {
  uint64_t handle;
  uint32_t dispatcher, function;
  sce_buf_t payload;
  bool joined; /* keeps its place until room is made */
} task_t;

/* The tasks of one call. */
struct sce_tasks {
  task_t *list; /* by rising handle */
  size_t count, capacity;
  size_t waiting; /* of them, not joined */
  uint64_t next_handle;
  sce_instance_t *instance; /* runs one after the other; made by the first join */
  size_t all_waiting;       /* in the outermost call: of it and all its tasks */
  size_t all_input;         /* and their bytes */
};

static sce_call_t *outermost(sce_call_t *call) {
  while (call->instance->outer != NULL) call = call->instance->outer;
  return call;
}

/* ---- the list ---- */

static sce_error_t *open_tasks(sce_tasks_t **tasks, sce_call_t *call) {
  if (call->tasks == NULL) call->tasks = sce_calloc(1, sizeof *call->tasks);
  *tasks = call->tasks;
  return *tasks != NULL ? NULL : sce_error_oom();
}

static void drop_joined(sce_tasks_t *tasks) {
  size_t kept = 0;
  for (size_t i = 0; i < tasks->count; i++)
    if (!tasks->list[i].joined) tasks->list[kept++] = tasks->list[i];
  tasks->count = kept;
}

/* Room for one more: where half of the places are of joined tasks, theirs. */
static sce_error_t *make_room(sce_tasks_t *tasks) {
  if (tasks->count < tasks->capacity) return NULL;
  if (tasks->capacity > 0 && tasks->waiting <= tasks->capacity / 2) {
    drop_joined(tasks);
    return NULL;
  }
  size_t capacity = tasks->capacity > 0 ? 2 * tasks->capacity : 8;
  task_t *list = sce_realloc(tasks->list, capacity * sizeof *list);
  if (list == NULL) return sce_error_oom();
  tasks->list = list;
  tasks->capacity = capacity;
  return NULL;
}

static task_t *find(const sce_tasks_t *tasks, uint64_t handle) {
  size_t low = 0, high = tasks->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    task_t *task = &tasks->list[middle];
    if (task->handle == handle) return task->joined ? NULL : task;
    if (task->handle < handle) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return NULL;
}

/* ---- spawning ---- */

static sce_error_t *check_bounds(const sce_tasks_t *all, size_t more) {
  if (all->all_waiting >= SCE_TASKS_MAX)
    return sce_error_new(SCE_MEMORY_LIMIT, "%zu tasks wait to be joined: there can't be more", all->all_waiting);
  if (more > SCE_TASKS_INPUT_MAX || all->all_input > SCE_TASKS_INPUT_MAX - more)
    return sce_error_new(SCE_MEMORY_LIMIT,
                         "argument `payload`: with these %zu bytes, more than %zu would wait for tasks to be joined",
                         more, SCE_TASKS_INPUT_MAX);
  return NULL;
}

sce_error_t *sce_task_spawn(void *self, uint64_t *handle, uint32_t dispatcher, uint32_t function, sce_span_t payload) {
  sce_call_t *call = self;
  sce_tasks_t *tasks;
  SCE_TRY(open_tasks(&tasks, call));
  sce_tasks_t *all = outermost(call)->tasks; /* a task runs in a call that has tasks */
  SCE_TRY(check_bounds(all, payload.len));
  SCE_TRY(make_room(tasks));
  task_t task = {.handle = tasks->next_handle, .dispatcher = dispatcher, .function = function};
  SCE_TRY(sce_buf_append(&task.payload, payload.data, payload.len));
  tasks->list[tasks->count++] = task;
  tasks->next_handle++;
  tasks->waiting++;
  all->all_waiting++;
  all->all_input += payload.len;
  *handle = task.handle;
  return NULL;
}

/* ---- joining ---- */

static sce_error_t *check_depth(const sce_call_t *call) {
  unsigned depth = 1;
  while (call->instance->outer != NULL) {
    call = call->instance->outer;
    depth++;
  }
  if (depth <= SCE_TASKS_DEPTH_MAX) return NULL;
  return sce_error_new(SCE_HOST_FUNCTION, "tasks within tasks are more than %d deep", SCE_TASKS_DEPTH_MAX);
}

/* An instance of the code that the call runs: blob/reach.h keeps in it all that a task can come to. It takes nothing of
 * the pool, where the call itself may have the last place. */
static sce_error_t *open_instance(sce_call_t *call) {
  sce_tasks_t *tasks = call->tasks;
  sce_runtime_t *code;
  if (tasks->instance != NULL) return NULL;
  SCE_TRY(sce_runtime_unpooled(&code, call->instance->runtime));
  SCE_TRY(sce_instance_new(&tasks->instance, code));
  tasks->instance->outer = call;
  tasks->instance->role = SCE_ROLE_TASK;
  return NULL;
}

static sce_error_t *run(sce_call_t *call, sce_buf_t *output, const task_t *task) {
  SCE_TRY(check_depth(call));
  SCE_TRY(open_instance(call));
  const sce_externalities_t *outside = call->caller.ext;
  sce_externalities_t ext = {
      .size = sizeof ext, .tracing = outside->tracing, .tracing_ctx = outside->tracing_ctx, .log = outside->log};
  sce_call_options_t options = {.externalities = &ext};
  return sce_instance_call_table_wrapped(call->tasks->instance, output, task->dispatcher, task->function,
                                         task->payload.data, task->payload.len, &options);
}

/* A failed task ends the call that joins it. What says that a caller asked for the wrong thing says it of the runtime
 * here. Takes `err`. */
static sce_error_t *failed_task(sce_error_t *err, uint64_t handle) {
  sce_error_kind_t kind = sce_error_kind(err);
  if (kind != SCE_MISSING_EXPORT && kind != SCE_WRONG_TYPE && kind != SCE_BAD_INPUT)
    return sce_error_prefix(err, "task %llu", (unsigned long long)handle);
  sce_error_t *ours =
      sce_error_new(SCE_HOST_FUNCTION, "task %llu: %s", (unsigned long long)handle, sce_error_message(err));
  sce_error_delete(err);
  return ours;
}

static void forget(sce_tasks_t *all, task_t *task) {
  all->all_waiting--;
  all->all_input -= task->payload.len;
  sce_buf_free(&task->payload);
}

sce_error_t *sce_task_join(void *self, sce_buf_t *output, uint64_t handle) {
  sce_call_t *call = self;
  task_t *found = call->tasks != NULL ? find(call->tasks, handle) : NULL;
  if (found == NULL)
    return sce_error_new(SCE_HOST_FUNCTION, "argument `handle`: there is no task %llu, or it was joined before",
                         (unsigned long long)handle);
  found->joined = true;
  call->tasks->waiting--;
  task_t task = *found;
  sce_error_t *err = run(call, output, &task);
  forget(outermost(call)->tasks, &task);
  return err != NULL ? failed_task(err, handle) : NULL;
}

void sce_tasks_clear(sce_call_t *call) {
  sce_tasks_t *tasks = call->tasks;
  if (tasks == NULL) return;
  drop_joined(tasks);
  for (size_t i = 0; i < tasks->count; i++) forget(outermost(call)->tasks, &tasks->list[i]);
  sce_instance_delete(tasks->instance);
  sce_free(tasks->list);
  sce_free(tasks);
  call->tasks = NULL;
}
