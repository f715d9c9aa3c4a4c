/* units.c: sizes and times for people. */
#include "cli/cli.h"

const char *cli_size_text(char text[32], uint64_t bytes) {
  if (bytes < 10000)
    snprintf(text, 32, "%llu bytes", (unsigned long long)bytes);
  else if (bytes < 1000000)
    snprintf(text, 32, "%.1f kB", (double)bytes / 1e3);
  else if (bytes < 1000000000)
    snprintf(text, 32, "%.2f MB", (double)bytes / 1e6);
  else
    snprintf(text, 32, "%.2f GB", (double)bytes / 1e9);
  return text;
}

const char *cli_time_text(char text[32], uint64_t ns) {
  if (ns < 1000)
    snprintf(text, 32, "%llu ns", (unsigned long long)ns);
  else if (ns < 1000000)
    snprintf(text, 32, "%.2f µs", (double)ns / 1e3);
  else if (ns < 1000000000)
    snprintf(text, 32, "%.2f ms", (double)ns / 1e6);
  else
    snprintf(text, 32, "%.2f s", (double)ns / 1e9);
  return text;
}
