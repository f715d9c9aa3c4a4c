/* config.c: defaults and names of the configuration. */
#include "scexec/executor.h"

#include <string.h>

void sce_config_init(sce_config_t *config) {
  *config = (sce_config_t){
      .size = sizeof *config,
      .semantics =
          {
              .strategy = SCE_STRATEGY_INSTANCE_REUSE,
              .heap_pages = {.pages = 2048}, /* sc_executor_common DEFAULT_HEAP_ALLOC_STRATEGY */
              .interruptible = true,
              .parallel_compilation = true,
          },
      .max_host_memory = (uint64_t)2 << 30,
      .cache_max_size = (uint64_t)2 << 30,
      .max_instances = 64, /* sc-executor-wasmtime MAX_INSTANCE_COUNT */
      .resident_budget = (size_t)2 << 20,
  };
}

void sce_config_block(sce_config_t *config) {
  sce_config_init(config);
}

void sce_config_pvf(sce_config_t *config) {
  sce_config_init(config);
  config->allow_missing_imports = true;
  sce_semantics_t *s = &config->semantics;
  s->strategy = SCE_STRATEGY_RECREATE_INSTANCE_COPY_ON_WRITE;
  s->heap_pages = (sce_heap_pages_t){.dynamic = true, .pages = 32 + 2048};
  s->stack_limited = true;
  s->stack_logical_max = 65536;
  s->stack_native_max = (uint32_t)256 << 20;
  s->canonicalize_nans = true;
  s->parallel_compilation = false;
}

void sce_config_pvf_static(sce_config_t *config) {
  sce_config_pvf(config);
  config->semantics.heap_pages = (sce_heap_pages_t){.pages = 2048};
  config->max_memory_size = (32 + 2048) * (uint64_t)65536;
}

static const char *const strategy_names[SCE_STRATEGY_COUNT] = {
    "instance-reuse", "recreate-instance", "recreate-instance-copy-on-write", "pooling", "pooling-copy-on-write",
};

const char *sce_strategy_name(sce_strategy_t strategy) {
  return (unsigned)strategy < SCE_STRATEGY_COUNT ? strategy_names[strategy] : NULL;
}

bool sce_strategy_from_name(sce_strategy_t *strategy, const char *name) {
  for (int i = 0; i < SCE_STRATEGY_COUNT; i++) {
    if (strcmp(name, strategy_names[i]) != 0) continue;
    *strategy = (sce_strategy_t)i;
    return true;
  }
  return false;
}
