/* inspect_hash.c: the hashes that `scexec inspect` shows: of the code, by which upgrades are authorized, and of the
 * metadata (RFC-78), which signers check. The second needs the runtime to run, and facts that only the chain has. */
#include "cli/inspect.h"
#include "cli/metadata_of.h"

#include "base/buf.h"
#include "base/error.h"

#include "scexec/hash.h"
#include "scexec/metadata_hash.h"

const cli_option_t cli_token_options[] = {
    {.name = "token-symbol",
     .kind = CLI_TEXT,
     .argument = "SYMBOL",
     .help = "For the metadata hash: the chain's token; that of the chain spec when not given",
     .offset = offsetof(cli_token_options_t, symbol)},
    {.name = "token-decimals",
     .kind = CLI_NUMBER,
     .argument = "N",
     .help = "For the metadata hash: the token's decimals; those of the chain spec when not given",
     .offset = offsetof(cli_token_options_t, decimals),
     .given = offsetof(cli_token_options_t, decimals_given),
     .max = 255},
    {.name = NULL},
};

/* The token of the options, or else of the chain spec. */
static sce_error_t *find_token(sce_metadata_hash_facts_t *facts, const cli_source_t *source,
                               const cli_token_options_t *token) {
  const char *symbol = NULL;
  uint32_t decimals = 0;
  bool known = source->spec != NULL && sce_chain_spec_token(source->spec, &symbol, &decimals, 0);
  if (token->symbol != NULL) symbol = token->symbol;
  if (token->decimals_given) decimals = (uint32_t)token->decimals;
  if (symbol == NULL || (!known && !token->decimals_given))
    return sce_error_new(SCE_NOT_FOUND, "it takes the chain's token: give --token-symbol and --token-decimals%s",
                         source->options.chain == NULL ? ", or the chain spec" : ", which the chain spec has not");
  if (decimals > UINT8_MAX)
    return sce_error_new(SCE_NOT_FOUND, "it takes decimals below 256, the chain spec has %u", (unsigned)decimals);
  facts->token_symbol = sce_span_text(symbol);
  facts->token_decimals = (uint8_t)decimals;
  return NULL;
}

/* True for runtimes that give metadata of a version asked for: version 2 of their API "Metadata". */
static bool gives_versions(const sce_runtime_version_t *version) {
  static const uint8_t id[8] = {0x37, 0xe3, 0x97, 0xfc, 0x7c, 0x91, 0xf5, 0xe4};
  const sce_api_version_t *api = sce_runtime_version_api(version, id);
  return api != NULL && api->version >= 2;
}

static sce_error_t *hash_metadata(cli_t *cli, cli_inspection_t *in, const cli_token_options_t *token) {
  sce_metadata_hash_facts_t facts = {0};
  cli_metadata_t metadata = {0};
  if (!in->has_version) return sce_error_new(SCE_NOT_FOUND, "it takes the runtime's version");
  if (!gives_versions(&in->version)) return sce_error_new(SCE_NOT_FOUND, "the runtime has no metadata of version 15");
  SCE_TRY(find_token(&facts, in->source, token));
  facts.spec_version = in->version.spec_version;
  facts.spec_name = in->version.spec_name;
  uint16_t prefix;
  SCE_TRY(cli_ss58_prefix(&prefix, in->source, &in->version));
  SCE_TRY(cli_metadata_of_code(cli, &metadata, in->source->code, SCE_METADATA_HASH_VERSION));
  facts.ss58_prefix = sce_metadata_ss58_prefix(metadata.metadata, prefix);
  sce_error_t *err = sce_metadata_hash(metadata.metadata, in->metadata_hash, &facts);
  cli_metadata_free(&metadata);
  return err;
}

sce_error_t *cli_inspect_hashes(cli_t *cli, cli_inspection_t *inspection, const cli_token_options_t *token) {
  sce_hash_blake2b_256(inspection->code_hash, inspection->source->code);
  sce_hash_blake2b_256(inspection->wasm_hash, sce_blob_code(inspection->blob));
  inspection->metadata_hash_missing = hash_metadata(cli, inspection, token);
  inspection->has_metadata_hash = inspection->metadata_hash_missing == NULL;
  if (inspection->has_metadata_hash || sce_error_kind(inspection->metadata_hash_missing) != SCE_OUT_OF_MEMORY)
    return NULL;
  sce_error_t *err = inspection->metadata_hash_missing;
  inspection->metadata_hash_missing = NULL;
  return err;
}
