/* cpu.c: see cpu.h. The list is that of cranelift-native's detection (infer_native_flags); __builtin_cpu_supports is an
 * extension that gcc and clang share (docs/rationale.md). */
#include "executor/cpu.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

const char *sce_cpu_target(void) {
#if defined(__x86_64__)
  return "x86_64-linux";
#elif defined(__aarch64__)
  return "aarch64-linux";
#else
  return "other-linux";
#endif
}

static const char *const names[] = {"sse3",    "ssse3",    "sse4.1",   "sse4.2",       "popcnt",
                                    "avx",     "avx2",     "bmi",      "bmi2",         "fma",
                                    "avx512f", "avx512vl", "avx512dq", "avx512bitalg", "avx512vbmi"};

uint64_t sce_cpu_features(void) {
  uint64_t features = 0;
#if defined(__x86_64__)
  unsigned bit = 0;
#define FEATURE(name) features |= (uint64_t)(__builtin_cpu_supports(name) != 0) << bit++
  FEATURE("sse3");
  FEATURE("ssse3");
  FEATURE("sse4.1");
  FEATURE("sse4.2");
  FEATURE("popcnt");
  FEATURE("avx");
  FEATURE("avx2");
  FEATURE("bmi");
  FEATURE("bmi2");
  FEATURE("fma");
  FEATURE("avx512f");
  FEATURE("avx512vl");
  FEATURE("avx512dq");
  FEATURE("avx512bitalg");
  FEATURE("avx512vbmi");
#undef FEATURE
#elif defined(__aarch64__)
  features = getauxval(AT_HWCAP);
#endif
  return features;
}

const char *sce_cpu_feature_name(uint64_t features) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if ((features >> i & 1) != 0) return names[i];
  return "a feature";
}
