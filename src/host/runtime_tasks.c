/* runtime_tasks.c: the removed runtime tasks family: a function of the runtime run in another instance, without
 * storage. Source: sp-io 6 `trait RuntimeTasks`; what is behind it is the executor's (executor/tasks.h). */
#include "host/handlers.h"

SCE_HANDLER(runtime_tasks_spawn_1) {
  sce_span_t payload;
  SCE_TRY(sce_arg_span(caller, &payload, args[2], "payload"));
  if (caller->ops->spawn_task == NULL) return sce_host_no_service(caller, "a spawner of runtime tasks");
  return caller->ops->spawn_task(caller->self, result, (uint32_t)args[0], (uint32_t)args[1], payload);
}

SCE_HANDLER(runtime_tasks_join_1) {
  if (caller->ops->join_task == NULL) return sce_host_no_service(caller, "a spawner of runtime tasks");
  sce_buf_t output = {0};
  sce_error_t *err = caller->ops->join_task(caller->self, &output, args[0]);
  if (err == NULL) err = sce_result_bytes(caller, result, sce_buf_span(&output));
  sce_buf_free(&output);
  return err;
}
