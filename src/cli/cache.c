/* cache.c: `scexec cache list|clear|path`: the compiled code kept between runs. */
#include "cli/cache_options.h"
#include "cli/commands.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include "scexec/artifact.h"

#include <stdlib.h>
#include <time.h>

typedef struct cache_values {
  cli_common_t common;
  const char *path;
} cache_values_t;

static const cli_option_t options[] = {
    {.name = "cache",
     .kind = CLI_TEXT,
     .argument = "DIR",
     .help = "The directory; the user's own when not given",
     .offset = offsetof(cache_values_t, path)},
    {.name = NULL},
};

static sce_error_t *find_path(sce_buf_t *path, const cache_values_t *v) {
  SCE_TRY(cli_cache_path(path, &(cli_cache_options_t){.path = v->path}));
  if (path->len > 0) return NULL;
  return sce_error_new(SCE_UNSUPPORTED,
                       "there is no cache: XDG_CACHE_HOME is not set, and HOME is no directory; give --cache DIR");
}

/* ---- list ---- */

typedef struct listing {
  cli_t *cli;
  json_t *rows; /* with JSON */
  uint64_t count, size;
  sce_error_t *err;
} listing_t;

static json_t *entry_json(cli_t *cli, const sce_cache_entry_t *entry) {
  json_t *row = json_object();
  cli_put_text(cli, row, "name", entry->name);
  cli_put_count(cli, row, "size", entry->size);
  cli_put(cli, row, "lastUsed", json_integer(entry->last_used));
  cli_put(cli, row, "readable", json_boolean(entry->readable));
  if (!entry->readable) return row;
  cli_put_hex(cli, row, "codeHash", sce_span(entry->info.code_hash, sizeof entry->info.code_hash));
  cli_put_text(cli, row, "scexec", entry->info.scexec_version);
  cli_put_text(cli, row, "wasmtime", entry->info.wasmtime_version);
  cli_put_text(cli, row, "target", entry->info.target);
  if (entry->info.only_for[0] != '\0') cli_put_text(cli, row, "onlyFor", entry->info.only_for);
  return row;
}

static sce_error_t *print_entry(const sce_cache_entry_t *entry) {
  char size[32], when[32] = "?";
  time_t used = (time_t)entry->last_used;
  struct tm parts;
  if (localtime_r(&used, &parts) != NULL) strftime(when, sizeof when, "%Y-%m-%d %H:%M", &parts);
  SCE_TRY(cli_printf("%10s  %s  ", cli_size_text(size, entry->size), when));
  SCE_TRY(cli_write_escaped(sce_span_text(entry->name)));
  if (!entry->readable) return cli_printf("  (not readable)\n");
  return entry->info.only_for[0] != '\0' ? cli_printf("  (for %s)\n", entry->info.only_for) : cli_printf("\n");
}

static void list_entry(void *ctx, const sce_cache_entry_t *entry) {
  listing_t *listing = ctx;
  listing->count++;
  listing->size += entry->size;
  if (listing->rows != NULL)
    cli_add(listing->cli, listing->rows, entry_json(listing->cli, entry));
  else if (listing->err == NULL)
    listing->err = print_entry(entry);
}

static sce_error_t *print_totals(cli_t *cli, listing_t *listing, const char *path) {
  if (listing->rows == NULL) {
    char size[32];
    return cli_printf("%llu entries, %s, in %s\n", (unsigned long long)listing->count,
                      cli_size_text(size, listing->size), path);
  }
  json_t *document = json_object();
  cli_put_text(cli, document, "path", path);
  cli_put_count(cli, document, "size", listing->size);
  cli_put(cli, document, "entries", listing->rows);
  return cli_print_json(cli, document);
}

static sce_error_t *run_list(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  sce_buf_t path = {0};
  sce_error_t *err = find_path(&path, values);
  if (err == NULL) {
    listing_t listing = {.cli = cli, .rows = cli->output == CLI_JSON ? json_array() : NULL};
    err = sce_cache_list((const char *)path.data, list_entry, &listing);
    if (err == NULL) err = listing.err;
    if (err == NULL)
      err = print_totals(cli, &listing, (const char *)path.data);
    else
      json_decref(listing.rows);
  }
  sce_buf_free(&path);
  return err;
}

/* ---- clear, path ---- */

static sce_error_t *run_clear(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  sce_buf_t path = {0};
  uint64_t freed = 0;
  sce_error_t *err = find_path(&path, values);
  if (err == NULL) err = sce_cache_clear(&freed, (const char *)path.data);
  if (err == NULL && cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put_text(cli, document, "path", (const char *)path.data);
    cli_put_count(cli, document, "freed", freed);
    err = cli_print_json(cli, document);
  } else if (err == NULL) {
    char size[32];
    err = cli_printf("freed %s in %s\n", cli_size_text(size, freed), (const char *)path.data);
  }
  sce_buf_free(&path);
  return err;
}

static sce_error_t *run_path(cli_t *cli, const void *values, const cli_list_t *words) {
  (void)words;
  sce_buf_t path = {0};
  sce_error_t *err = find_path(&path, values);
  if (err == NULL && cli->output == CLI_JSON) {
    json_t *document = json_object();
    cli_put_text(cli, document, "path", (const char *)path.data);
    err = cli_print_json(cli, document);
  } else if (err == NULL) {
    err = cli_printf("%s\n", (const char *)path.data);
  }
  sce_buf_free(&path);
  return err;
}

#define CACHE_GROUPS                                                                                                   \
  { {"Cache", options, 0}, {"Output", cli_document_options, 0}, {"Output", cli_common_options, 0}, }

const cli_command_t cli_cache_list_command = {
    .name = "cache list",
    .summary = "Lists the compiled code that is kept between runs",
    .groups = CACHE_GROUPS,
    .values_size = sizeof(cache_values_t),
    .run = run_list,
};

const cli_command_t cli_cache_clear_command = {
    .name = "cache clear",
    .summary = "Removes all compiled code that is kept",
    .groups = CACHE_GROUPS,
    .values_size = sizeof(cache_values_t),
    .run = run_clear,
};

const cli_command_t cli_cache_path_command = {
    .name = "cache path",
    .summary = "Prints the directory where compiled code is kept",
    .groups = CACHE_GROUPS,
    .values_size = sizeof(cache_values_t),
    .run = run_path,
};
