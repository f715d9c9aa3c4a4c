/* cpu.h: the target and the processor features that machine code may depend on. */
#ifndef SCE_EXECUTOR_CPU_H
#define SCE_EXECUTOR_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Architecture, system and C library, such as "x86_64-linux". Static storage. */
const char *sce_cpu_target(void);

/* One bit for each feature that Wasmtime's code generator may use and this processor has. */
uint64_t sce_cpu_features(void);

/* The name of the lowest feature in `features`, which is not 0. Static storage. */
const char *sce_cpu_feature_name(uint64_t features);

#endif
