/* host_options.c: services and keystore from options. Secrets come from files or the command line of experiments; what
 * was read is wiped, nothing of it is in a message. */
#include "cli/host_options.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/written.h"

#include <string.h>

#define AT(field) offsetof(cli_host_options_t, field)

const cli_option_t cli_host_options[] = {
    {.name = "seed",
     .kind = CLI_TEXT,
     .argument = "SEED",
     .help = "Make randomness, new keys and the clock reproducible: a number, or 0x… of up to 32 bytes",
     .offset = AT(seed)},
    {.name = "time",
     .kind = CLI_NUMBER,
     .argument = "MS",
     .help = "With --seed: where the clock begins, in Unix milliseconds (0 when not given)",
     .offset = AT(time),
     .max = (uint64_t)1 << 53},
    {.name = "keystore",
     .kind = CLI_TEXT,
     .argument = "DIR",
     .help = "Keys of a node's keystore directory, made when it is not there; without it keys live in memory",
     .offset = AT(keystore)},
    {.name = "password-file",
     .kind = CLI_TEXT,
     .argument = "FILE",
     .help = "Password of the keystore: the first line of a file",
     .offset = AT(password_file)},
    {.name = "key",
     .kind = CLI_LIST,
     .argument = "TYPE:SCHEME:URI",
     .help = "Add a key, such as babe:sr25519://Alice; the URI may be @FILE",
     .offset = AT(keys)},
    {.name = "offchain-worker",
     .kind = CLI_FLAG,
     .help = "Give what only off-chain workers may use (clock, randomness, HTTP), as for OffchainWorkerApi_*",
     .offset = AT(offchain_worker)},
    {.name = "validator", .kind = CLI_FLAG, .help = "Be a validator to off-chain workers", .offset = AT(validator)},
    {.name = "allow-http",
     .kind = CLI_FLAG,
     .help = "Let off-chain workers make HTTP requests",
     .offset = AT(allow_http)},
    {.name = NULL},
};

static void wipe(sce_buf_t *secret) {
  cli_wipe(secret->data, secret->cap);
  sce_buf_free(secret);
}

static bool parse_decimal(uint64_t *number, const char *text) {
  const cli_option_t option = {.name = "seed", .kind = CLI_NUMBER};
  sce_error_t *err = cli_parse_value(&option, number, text);
  bool ok = err == NULL;
  sce_error_delete(err);
  return ok;
}

sce_error_t *cli_parse_seed(uint8_t seed[32], const char *text) {
  uint64_t number;
  memset(seed, 0, 32);
  if (parse_decimal(&number, text)) {
    for (int i = 0; i < 8; i++) seed[i] = (uint8_t)(number >> (8 * i));
    return NULL;
  }
  sce_buf_t bytes = {0};
  sce_error_t *err = sce_hex_decode(&bytes, sce_span_text(text));
  bool ok = err == NULL && bytes.len <= 32;
  if (ok && bytes.len > 0) memcpy(seed, bytes.data, bytes.len);
  sce_error_delete(err);
  wipe(&bytes);
  return ok ? NULL : sce_error_new(SCE_MISUSE, "--seed needs a number or 0x… of up to 32 bytes");
}

sce_error_t *cli_services_config(sce_services_options_t *config, const cli_host_options_t *options) {
  sce_services_options_init(config);
  config->validator = options->validator;
  config->allow_http = options->allow_http;
  if (options->seed == NULL)
    return options->time == 0
               ? NULL
               : sce_error_new(SCE_MISUSE, "--time needs --seed: only then the clock is not the system's");
  config->seeded = true;
  config->unix_ms = options->time;
  return cli_parse_seed(config->seed, options->seed);
}

/* ---- keys ---- */

static sce_error_t *parse_scheme(sce_key_scheme_t *scheme, sce_span_t name) {
  static const char *const names[] = {"ed25519", "sr25519", "ecdsa"}; /* in the order of sce_key_scheme_t */
  for (int i = 0; i < 3; i++) {
    if (!sce_span_equal(name, sce_span_text(names[i]))) continue;
    *scheme = (sce_key_scheme_t)i;
    return NULL;
  }
  return sce_error_new(SCE_MISUSE, "the scheme of --key is ed25519, sr25519 or ecdsa, as in babe:sr25519://Alice");
}

static sce_error_t *insert_uri(sce_keystore_t *keystore, const uint8_t type[4], sce_key_scheme_t scheme,
                               sce_span_t uri) {
  uint8_t public_key[33];
  uri = sce_skip_bom(uri);
  while (uri.len > 0 && (uri.data[uri.len - 1] == '\n' || uri.data[uri.len - 1] == '\r')) uri.len--;
  return sce_error_prefix(sce_keystore_insert(keystore, public_key, type, scheme, uri), "--key");
}

/* "babe:sr25519://Alice": the URI is what follows the scheme and a colon, or the scheme itself where it begins with
 * slashes, so that "//Alice" and ":0x…" both read well. */
static sce_error_t *insert_key(cli_t *cli, sce_keystore_t *keystore, const char *text) {
  const char *colon = strchr(text, ':'), *rest = colon != NULL ? colon + 1 : NULL;
  const char *end = rest != NULL ? strpbrk(rest, ":/@") : NULL;
  if (colon == NULL || colon - text != 4 || end == NULL)
    return sce_error_new(SCE_MISUSE,
                         "--key needs TYPE:SCHEME:URI with a type of four letters, such as babe:sr25519://Alice");
  sce_key_scheme_t scheme;
  SCE_TRY(parse_scheme(&scheme, sce_span(rest, (size_t)(end - rest))));
  const char *uri = *end == ':' ? end + 1 : end;
  /* "sr25519://Alice" is the scheme, a colon, and the path "//Alice". */
  const uint8_t *type = (const uint8_t *)text;
  if (uri[0] != '@') return insert_uri(keystore, type, scheme, sce_span_text(uri));
  sce_buf_t secret = {0};
  sce_error_t *err = cli_read_file(cli, &secret, uri + 1, 65536);
  if (err == NULL) err = insert_uri(keystore, type, scheme, sce_buf_span(&secret));
  wipe(&secret);
  return err;
}

static sce_error_t *read_password(cli_t *cli, sce_buf_t *password, const char *path) {
  SCE_TRY(sce_buf_reserve(password, 65536 + 4096)); /* at once: growing would leave copies behind */
  SCE_TRY(cli_read_file(cli, password, path, 65536));
  SCE_TRY(sce_buf_append_byte(password, '\0'));
  password->data[strcspn((const char *)password->data, "\r\n")] = '\0';
  return NULL;
}

static sce_error_t *open_store(cli_t *cli, sce_keystore_t **keystore, const cli_host_options_t *options,
                               const uint8_t *seed) {
  if (options->keystore == NULL) {
    if (options->password_file != NULL) return sce_error_new(SCE_MISUSE, "--password-file needs --keystore");
    return sce_keystore_new(keystore, seed);
  }
  sce_buf_t password = {0};
  sce_error_t *err = options->password_file != NULL ? read_password(cli, &password, options->password_file) : NULL;
  if (err == NULL) err = sce_keystore_open(keystore, options->keystore, (const char *)password.data, seed);
  wipe(&password);
  return err;
}

sce_error_t *cli_keystore_open(cli_t *cli, sce_keystore_t **keystore, const cli_host_options_t *options) {
  uint8_t seed[32];
  if (options->seed != NULL) SCE_TRY(cli_parse_seed(seed, options->seed));
  SCE_TRY(open_store(cli, keystore, options, options->seed != NULL ? seed : NULL));
  sce_error_t *err = NULL;
  for (size_t i = 0; i < options->keys.count && err == NULL; i++)
    err = insert_key(cli, *keystore, options->keys.items[i]);
  if (err == NULL) return NULL;
  sce_keystore_delete(*keystore);
  *keystore = NULL;
  return err;
}
