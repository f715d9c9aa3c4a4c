/* facts.c: what metadata tells of the code that it comes from, for known_types.c and known_apis.c. */
#include "metadata/registry.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

/* Takes what `text` begins with up to one of `ends` or its end, and steps behind it; behind the end character too. */
static sce_span_t take(sce_span_t *text, const char *ends) {
  size_t len = 0;
  while (len < text->len && strchr(ends, text->data[len]) == NULL) len++;
  sce_span_t taken = sce_span_part(*text, 0, len);
  *text = sce_span_skip(*text, len < text->len ? len + 1 : len);
  return taken;
}

static uint64_t number(sce_span_t digits) {
  uint64_t n = 0;
  for (size_t i = 0; i < digits.len; i++) n = n * 10 + (uint64_t)(digits.data[i] - '0');
  return n;
}

static const sce_variant_t *find_variant(const sce_metadata_t *md, uint32_t type, sce_span_t name) {
  if (type == SCE_TYPE_NONE) return NULL;
  for (uint32_t i = 0; i < md->types[type].variant_count; i++)
    if (sce_span_equal(md->types[type].variants[i].name, name)) return &md->types[type].variants[i];
  return NULL;
}

static const sce_constant_t *find_constant(const sce_pallet_t *pallet, sce_span_t name) {
  for (uint32_t i = 0; i < pallet->constant_count; i++)
    if (sce_span_equal(pallet->constants[i].name, name)) return &pallet->constants[i];
  return NULL;
}

static bool has_argument(const sce_variant_t *call, sce_span_t name) {
  for (uint32_t i = 0; call != NULL && i < call->fields.count; i++)
    if (sce_span_equal(call->fields.items[i].name, name)) return true;
  return false;
}

static bool chain_fits(const sce_metadata_t *md, sce_span_t chain, sce_span_t versions) {
  uint64_t first = number(take(&versions, "-"));
  return md->has_version && sce_span_equal(md->spec_name, chain) && md->spec_version >= first &&
         (versions.len == 0 || md->spec_version <= number(versions));
}

static bool is_type(sce_span_t fact) {
  bool path = fact.data[fact.len - 1] == '?';
  for (size_t i = 0; i + 1 < fact.len; i++) path = path || (fact.data[i] == ':' && fact.data[i + 1] == ':');
  return path;
}

/* What follows "Pallet." in a fact. */
static bool holds_of(const sce_metadata_t *md, const sce_pallet_t *pallet, sce_span_t fact) {
  sce_span_t name = take(&fact, "=(");
  const sce_storage_t *storage = sce_pallet_find_storage(pallet, name);
  const sce_constant_t *constant = find_constant(pallet, name);
  const sce_variant_t *call = find_variant(md, pallet->calls, name);
  if (fact.len == 0)
    return storage != NULL || constant != NULL || call != NULL || find_variant(md, pallet->events, name) != NULL;
  if (fact.data[fact.len - 1] == ')') return has_argument(call, take(&fact, ")"));
  uint64_t size = number(fact);
  return (storage != NULL && storage->modifier == 1 && storage->default_value.len == size) ||
         (constant != NULL && constant->value.len == size);
}

static bool holds(const sce_metadata_t *md, sce_span_t fact) {
  if (is_type(fact)) return sce_metadata_find_type(md, fact) != SCE_TYPE_NONE;
  if (memchr(fact.data, ':', fact.len) != NULL) {
    sce_span_t chain = take(&fact, ":");
    return chain_fits(md, chain, fact);
  }
  sce_span_t name = take(&fact, ".");
  for (uint32_t i = 0; sce_text_is(name, "*") && i < md->pallet_count; i++)
    if (holds_of(md, &md->pallets[i], fact)) return true;
  const sce_pallet_t *pallet = sce_metadata_find_pallet(md, name);
  return pallet != NULL && (fact.len == 0 || holds_of(md, pallet, fact));
}

bool sce_facts_hold(const sce_metadata_t *md, const char *facts) {
  sce_span_t rest = sce_span_text(facts);
  while (rest.len > 0) {
    sce_span_t fact = take(&rest, " ");
    bool turned = fact.data[0] == '!';
    if (holds(md, turned ? sce_span_skip(fact, 1) : fact) == turned) return false;
  }
  return true;
}

/* ---- origins ---- */

/* The origin of a pallet as an expression; NULL: it has none, or one that is not known. */
static const char *origin_of(const sce_metadata_t *md, const sce_pallet_t *pallet) {
  sce_span_t name = pallet->name;
  if (sce_text_is(name, "System")) return "enum {Root, Signed(AccountId), None}";
  if (sce_text_is(name, "CumulusXcm")) return "enum {Relay, SiblingParachain(ParaId)}";
  if (sce_text_is(name, "ParachainsOrigin") || sce_text_is(name, "ParachainOrigin")) return "enum {Parachain(ParaId)}";
  if (sce_text_is(name, "XcmPallet") || sce_text_is(name, "PolkadotXcm"))
    return "enum {Xcm(MultiLocation), Response(MultiLocation)}";
  bool collective = sce_pallet_find_storage(pallet, sce_span_text("ProposalOf")) != NULL &&
                    sce_pallet_find_storage(pallet, sce_span_text("Voting")) != NULL &&
                    find_variant(md, pallet->calls, sce_span_text("set_members")) != NULL;
  return collective ? "enum {Members(MemberCount, MemberCount), Member(AccountId), Phantom}" : NULL;
}

sce_error_t *sce_facts_origin_caller(const sce_metadata_t *md, sce_buf_t *expr) {
  const char *before = "enum {";
  for (uint32_t i = 0; i < md->pallet_count; i++) {
    const char *origin = origin_of(md, &md->pallets[i]);
    if (origin == NULL) continue;
    SCE_TRY(sce_buf_printf(expr, "%s%.*s(%s) = %u", before, (int)md->pallets[i].name.len,
                           (const char *)md->pallets[i].name.data, origin, md->pallets[i].index));
    before = ", ";
  }
  return expr->len > 0 ? sce_buf_append_byte(expr, '}') : NULL;
}
