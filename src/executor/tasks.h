/* tasks.h: runtime tasks: functions that a call has run in another instance of the same code, with nothing but their
 * input. A task runs when it is joined, in the thread of the call: nobody can tell, since it sees nothing of the
 * outside, and limits of the call hold for it, but for that of memory, which is each instance's. A task may have tasks
 * of its own.
 * Source: sc-executor 0.9 native_executor.rs, RuntimeInstanceSpawn; sp-tasks 3 async_externalities.rs. */
#ifndef SCE_EXECUTOR_TASKS_H
#define SCE_EXECUTOR_TASKS_H

#include "executor/instance.h"

/* Bounds against hostile code: tasks and bytes of input that wait to be joined, of a call and all its tasks together;
 * and calls within calls, each with an instance and a native stack. */
#define SCE_TASKS_MAX ((size_t)65536)
#define SCE_TASKS_INPUT_MAX ((size_t)128 << 20)
#define SCE_TASKS_DEPTH_MAX 8

/* sce_caller_ops_t.spawn_task and join_task; `self` is the running call. */
sce_error_t *sce_task_spawn(void *self, uint64_t *handle, uint32_t dispatcher, uint32_t function, sce_span_t payload);
sce_error_t *sce_task_join(void *self, sce_buf_t *output, uint64_t handle);

/* At the end of a call: what was not joined never runs. */
void sce_tasks_clear(sce_call_t *call);

#endif
