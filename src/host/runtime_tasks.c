/* runtime_tasks.c: the removed runtime tasks family: a function of the runtime run in another instance. Nodes offered
 * it only with an extension (RuntimeSpawnExt) that production chains never enabled; as there, a call without it is an
 * error. Source: sp-io 6 `trait RuntimeTasks`. */
#include "host/handlers.h"

SCE_HANDLER(runtime_tasks_spawn_1) {
  sce_span_t payload;
  SCE_TRY(sce_arg_span(caller, &payload, args[2], "payload"));
  return sce_host_no_service("a spawner of runtime tasks");
}

SCE_HANDLER(runtime_tasks_join_1) {
  return sce_host_no_service("a spawner of runtime tasks");
}
