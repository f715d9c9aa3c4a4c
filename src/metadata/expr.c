/* expr.c: type expressions. One grammar for what V0 to V13 call types, for what people type, and for the shipped
 * tables:
 *
 *   type   = "&" type | "(" [type {"," type}] ")" | "[" type [";" number [";" name]] "]"
 *          | "<" type "as" path ">" "::" name | path | "{" fields "}"
 *          | "enum" "{" variant {"," variant} "}" | "@" word
 *   path   = name ["<" type {"," type} ">"] {"::" name ["<" … ">"]}
 *   fields = name ":" type {"," name ":" type}
 *   variant = name ["(" type {"," type} ")" | "{" fields "}"] ["=" number]
 *
 * The last two forms of `type` are for the tables: `enum` gives variants their places as indices, "@" names what has no
 * expression. Generic arguments count for the containers listed in `generics`; other names stand for one type whatever
 * their arguments, since V0 to V13 write `BalanceOf<T>` where the type is simply the chain's balance. */
#include "metadata/registry.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"

#include <ctype.h>

#define MAX_DEPTH 100  /* of brackets, those of the named types' own expressions included */
#define MAX_PARTS 1024 /* of a tuple or struct */
#define MAX_TEXT 16384 /* bytes of an expression */

typedef struct parser {
  sce_metadata_t *md;
  sce_span_t text;
  size_t at;
  sce_span_t pallet;
} parser_t;

static sce_error_t *parse_type(parser_t *p, uint32_t *type);

static void skip_space(parser_t *p) {
  while (p->at < p->text.len && isspace(p->text.data[p->at])) p->at++;
}

/* The next character that is no space, 0 at the end. */
static char peek(parser_t *p) {
  skip_space(p);
  return p->at < p->text.len ? (char)p->text.data[p->at] : '\0';
}

static bool accept(parser_t *p, char c) {
  if (peek(p) != c) return false;
  p->at++;
  return true;
}

static sce_error_t *syntax_error(parser_t *p, const char *due) {
  skip_space(p);
  if (p->at >= p->text.len)
    return sce_error_new(SCE_BAD_INPUT, "type `%.*s`: ends where %s was due",
                         (int)(p->text.len < 200 ? p->text.len : 200), (const char *)p->text.data, due);
  return sce_error_new(SCE_BAD_INPUT, "type `%.*s`: %s was due at offset %zu",
                       (int)(p->text.len < 200 ? p->text.len : 200), (const char *)p->text.data, due, p->at);
}

static sce_error_t *expect(parser_t *p, char c) {
  char due[] = {'\'', c, '\'', '\0'};
  return accept(p, c) ? NULL : syntax_error(p, due);
}

static bool is_name_char(uint8_t c) {
  return isalnum(c) || c == '_';
}

static sce_error_t *parse_name(parser_t *p, sce_span_t *name) {
  skip_space(p);
  size_t start = p->at;
  while (p->at < p->text.len && is_name_char(p->text.data[p->at])) p->at++;
  if (p->at == start) return syntax_error(p, "a name");
  *name = sce_span_part(p->text, start, p->at);
  return NULL;
}

static sce_error_t *parse_number(parser_t *p, uint32_t *number) {
  sce_span_t digits = {0};
  uint64_t n = 0;
  SCE_TRY(parse_name(p, &digits));
  for (size_t i = 0; i < digits.len; i++) {
    if (!isdigit(digits.data[i]) || n > UINT32_MAX) return syntax_error(p, "a number below 4294967296");
    n = n * 10 + (uint64_t)(digits.data[i] - '0');
  }
  if (n > UINT32_MAX) return syntax_error(p, "a number below 4294967296");
  *number = (uint32_t)n;
  return NULL;
}

/* Skips from an opening angle bracket to behind its closing one. */
static sce_error_t *skip_angles(parser_t *p) {
  SCE_TRY(expect(p, '<'));
  for (unsigned open = 1; open > 0; p->at++) {
    if (p->at >= p->text.len) return syntax_error(p, "'>'");
    uint8_t c = p->text.data[p->at];
    if (c == '<') open++;
    if (c == '>' && (p->at == 0 || p->text.data[p->at - 1] != '-')) open--;
  }
  return NULL;
}

/* ---- lists of parts, gathered on the way ---- */

typedef struct parts {
  sce_field_t *items; /* owned */
  uint32_t count, cap;
} parts_t;

static sce_error_t *add_part(parser_t *p, parts_t *parts, sce_field_t **part) {
  if (parts->count == MAX_PARTS) return syntax_error(p, "a shorter list");
  if (parts->count == parts->cap) {
    uint32_t cap = parts->cap == 0 ? 8 : parts->cap * 2;
    sce_field_t *items = sce_realloc_array(parts->items, cap, sizeof *items);
    if (items == NULL) return sce_error_oom();
    parts->items = items;
    parts->cap = cap;
  }
  *part = &parts->items[parts->count++];
  **part = (sce_field_t){.type = 0};
  return NULL;
}

/* Moves the parts into the arena, unless `err`, which is passed on. Frees `parts`. */
static sce_error_t *keep_fields(parser_t *p, sce_fields_t *fields, parts_t *parts, sce_error_t *err) {
  void *room;
  if (err == NULL) err = sce_arena_alloc(&p->md->arena, &room, parts->count, sizeof(sce_field_t));
  if (err == NULL) {
    sce_field_t *items = room;
    for (uint32_t i = 0; i < parts->count; i++) items[i] = parts->items[i];
    *fields = (sce_fields_t){items, parts->count};
  }
  sce_free(parts->items);
  return err;
}

/* `type {"," type} close`, a comma before `close` allowed; `comma` tells whether there was any. */
static sce_error_t *parse_list(parser_t *p, parts_t *parts, char close, bool *comma) {
  *comma = false;
  while (!accept(p, close)) {
    sce_field_t *part = NULL;
    uint32_t type;
    SCE_TRY(add_part(p, parts, &part));
    SCE_TRY(parse_type(p, &type));
    part->type = type;
    if (peek(p) != close) {
      SCE_TRY(expect(p, ','));
      *comma = true;
    }
  }
  return NULL;
}

/* Two fields of one name could not be told apart in JSON. */
static sce_error_t *check_name(parser_t *p, const parts_t *parts) {
  sce_span_t name = parts->items[parts->count - 1].name;
  for (uint32_t i = 0; i + 1 < parts->count; i++)
    if (sce_span_equal(parts->items[i].name, name)) return syntax_error(p, "a name of its own for each field");
  return NULL;
}

/* `name ":" type {"," …} "}"`. */
static sce_error_t *parse_named(parser_t *p, parts_t *parts) {
  while (!accept(p, '}')) {
    sce_field_t *f = NULL;
    SCE_TRY(add_part(p, parts, &f));
    SCE_TRY(parse_name(p, &f->name));
    SCE_TRY(check_name(p, parts));
    SCE_TRY(expect(p, ':'));
    skip_space(p);
    size_t start = p->at;
    SCE_TRY(parse_type(p, &f->type));
    f->type_name = sce_span_part(p->text, start, p->at);
    if (peek(p) != '}') SCE_TRY(expect(p, ','));
  }
  return NULL;
}

static sce_error_t *add(parser_t *p, uint32_t *type, const sce_type_t *made) {
  return sce_registry_add(p->md, type, made);
}

static sce_error_t *parse_tuple(parser_t *p, uint32_t *type) {
  parts_t parts = {0};
  bool comma;
  sce_type_t made = {.def = SCE_DEF_TUPLE};
  SCE_TRY(keep_fields(p, &made.fields, &parts, parse_list(p, &parts, ')', &comma)));
  if (made.fields.count == 1 && !comma) {
    *type = made.fields.items[0].type;
    return NULL;
  }
  return add(p, type, &made);
}

static sce_error_t *parse_struct(parser_t *p, uint32_t *type) {
  parts_t parts = {0};
  sce_type_t made = {.def = SCE_DEF_COMPOSITE};
  SCE_TRY(keep_fields(p, &made.fields, &parts, parse_named(p, &parts)));
  return add(p, type, &made);
}

static sce_error_t *parse_variant(parser_t *p, sce_variant_t *v, uint32_t *next) {
  parts_t parts = {0};
  bool comma;
  SCE_TRY(parse_name(p, &v->name));
  if (accept(p, '('))
    SCE_TRY(keep_fields(p, &v->fields, &parts, parse_list(p, &parts, ')', &comma)));
  else if (accept(p, '{'))
    SCE_TRY(keep_fields(p, &v->fields, &parts, parse_named(p, &parts)));
  if (accept(p, '=')) SCE_TRY(parse_number(p, next));
  if (*next > 255) return syntax_error(p, "an index below 256");
  v->index = (uint8_t)(*next)++;
  return NULL;
}

static sce_error_t *parse_enum(parser_t *p, uint32_t *type) {
  uint32_t count = 0, next = 0;
  size_t start = p->at, most = 1;
  SCE_TRY(expect(p, '{'));
  /* Commas of the whole body are no fewer than those between the variants. */
  for (unsigned open = 1; open > 0 && p->at < p->text.len; p->at++) {
    if (p->text.data[p->at] == '{') open++;
    if (p->text.data[p->at] == '}') open--;
    if (p->text.data[p->at] == ',' && open == 1) most++;
  }
  p->at = start;
  SCE_TRY(expect(p, '{'));
  void *room;
  SCE_TRY(sce_arena_alloc(&p->md->arena, &room, most, sizeof(sce_variant_t)));
  sce_variant_t *variants = room;
  while (!accept(p, '}')) {
    if (count == most) return syntax_error(p, "'}'");
    if (count == 256) return syntax_error(p, "at most 256 variants");
    SCE_TRY(parse_variant(p, &variants[count++], &next));
    for (uint32_t i = 0; i + 1 < count; i++)
      if (sce_span_equal(variants[i].name, variants[count - 1].name))
        return syntax_error(p, "a name of its own for each variant");
    if (peek(p) != '}') SCE_TRY(expect(p, ','));
  }
  return add(p, type, &(sce_type_t){.def = SCE_DEF_VARIANT, .variants = variants, .variant_count = count});
}

static sce_error_t *parse_special(parser_t *p, uint32_t *type) {
  sce_span_t word;
  SCE_TRY(parse_name(p, &word));
  if (sce_text_is(word, "lookup")) return add(p, type, &(sce_type_t){.def = SCE_DEF_LOOKUP});
  if (sce_text_is(word, "era")) return add(p, type, &(sce_type_t){.def = SCE_DEF_ERA});
  if (sce_text_is(word, "extrinsic")) return add(p, type, &(sce_type_t){.def = SCE_DEF_OPAQUE_EXTRINSIC});
  return syntax_error(p, "lookup, era or extrinsic");
}

static sce_error_t *parse_array(parser_t *p, uint32_t *type) {
  sce_type_t made = {.def = SCE_DEF_SEQUENCE};
  SCE_TRY(parse_type(p, &made.target));
  if (accept(p, ';')) {
    made.def = SCE_DEF_ARRAY;
    SCE_TRY(parse_number(p, &made.len));
    sce_span_t label; /* what polkadot-js shows for it */
    if (accept(p, ';')) SCE_TRY(parse_name(p, &label));
  }
  SCE_TRY(expect(p, ']'));
  return add(p, type, &made);
}

/* ---- generic containers ---- */

typedef enum generic {
  G_VEC,
  G_SET,
  G_OPTION,
  G_RESULT,
  G_SAME,
  G_MAP,
  G_PAIRS,
  G_COMPACT,
  G_PHANTOM,
  G_BITS,
  G_UINT,
  G_INT
} generic_t;

static const struct {
  const char *name;
  generic_t kind;
  uint8_t args; /* that count; further ones (bounds) are skipped */
} generics[] = {
    {"Vec", G_VEC, 1},
    {"VecDeque", G_VEC, 1},
    {"BTreeSet", G_SET, 1},
    {"BoundedVec", G_VEC, 1},
    {"WeakBoundedVec", G_VEC, 1},
    {"BoundedBTreeSet", G_SET, 1},
    {"LinkedList", G_VEC, 1},
    {"BinaryHeap", G_VEC, 1},
    {"Option", G_OPTION, 1},
    {"Result", G_RESULT, 2},
    {"Box", G_SAME, 1},
    {"Rc", G_SAME, 1},
    {"Arc", G_SAME, 1},
    {"Cow", G_SAME, 1},
    {"BTreeMap", G_MAP, 2},
    {"HashMap", G_PAIRS, 2},
    {"BoundedBTreeMap", G_MAP, 2},
    {"Compact", G_COMPACT, 1},
    {"PhantomData", G_PHANTOM, 0},
    {"BitVec", G_BITS, 0},
    {"UInt", G_UINT, 0}, /* these two are polkadot-js's: UInt<128>, UInt<128, Balance> */
    {"Int", G_INT, 0},
};

bool sce_expr_is_generic(sce_span_t name) {
  for (size_t i = 0; i < sizeof generics / sizeof *generics; i++)
    if (generics[i].args > 0 && sce_text_is(name, generics[i].name)) return true;
  return false;
}

static sce_error_t *make_result(parser_t *p, uint32_t *type, const uint32_t args[2]) {
  void *room;
  SCE_TRY(sce_arena_alloc(&p->md->arena, &room, 2, sizeof(sce_variant_t)));
  sce_variant_t *v = room;
  SCE_TRY(sce_arena_alloc(&p->md->arena, &room, 2, sizeof(sce_field_t)));
  sce_field_t *fields = room;
  for (int i = 0; i < 2; i++) fields[i].type = args[i];
  v[0] = (sce_variant_t){.name = sce_span_text("Ok"), .fields = {&fields[0], 1}};
  v[1] = (sce_variant_t){.name = sce_span_text("Err"), .fields = {&fields[1], 1}, .index = 1};
  SCE_TRY(sce_arena_alloc(&p->md->arena, &room, 1, sizeof(sce_span_t)));
  *(sce_span_t *)room = sce_span_text("Result");
  return add(p, type,
             &(sce_type_t){.def = SCE_DEF_VARIANT, .variants = v, .variant_count = 2, .path = room, .path_count = 1});
}

static sce_error_t *make_map(parser_t *p, uint32_t *type, const uint32_t args[2], sce_order_rule_t rule) {
  void *room;
  SCE_TRY(sce_arena_alloc(&p->md->arena, &room, 2, sizeof(sce_field_t)));
  sce_field_t *fields = room;
  uint32_t pair;
  for (int i = 0; i < 2; i++) fields[i].type = args[i];
  SCE_TRY(add(p, &pair, &(sce_type_t){.def = SCE_DEF_TUPLE, .fields = {fields, 2}}));
  return add(p, type, &(sce_type_t){.def = SCE_DEF_SEQUENCE, .target = pair, .order_rule = (uint8_t)rule});
}

/* BitVec<store, order>: store u8 unless it says otherwise, order Lsb0 unless `Msb0` is in the arguments. */
static sce_error_t *make_bits(parser_t *p, uint32_t *type, sce_span_t args) {
  static const char *const stores[] = {"u16", "u32", "u64"};
  static const char msb[] = "Msb0";
  void *room;
  sce_type_t order = {.def = SCE_DEF_TUPLE};
  sce_primitive_t store = SCE_PRIM_U8;
  uint32_t store_id, order_id;
  for (size_t i = 0; i < args.len; i++) {
    sce_span_t rest = sce_span_skip(args, i);
    for (int j = 0; j < 3; j++)
      if (sce_span_starts_with(rest, sce_span_text(stores[j]))) store = (sce_primitive_t)(SCE_PRIM_U16 + j);
    if (!sce_span_starts_with(rest, sce_span_text(msb))) continue;
    SCE_TRY(sce_arena_alloc(&p->md->arena, &room, 1, sizeof(sce_span_t)));
    *(sce_span_t *)room = sce_span_text(msb);
    order.path = room;
    order.path_count = 1;
  }
  SCE_TRY(sce_registry_add_primitive(p->md, &store_id, store));
  SCE_TRY(add(p, &order_id, &order));
  return add(p, type, &(sce_type_t){.def = SCE_DEF_BITS, .target = store_id, .order = order_id});
}

/* `<bits>` or `<bits, label>`. */
static sce_error_t *make_integer(parser_t *p, uint32_t *type, sce_primitive_t smallest, sce_span_t args) {
  parser_t inner = {.md = p->md, .text = args};
  uint32_t bits;
  SCE_TRY(expect(&inner, '<'));
  SCE_TRY(parse_number(&inner, &bits));
  for (unsigned i = 0; i <= SCE_PRIM_U256 - SCE_PRIM_U8; i++)
    if (bits == 8u << i) return sce_registry_add_primitive(p->md, type, (sce_primitive_t)(smallest + i));
  return sce_error_new(SCE_BAD_INPUT, "type `%.*s`: integers have 8, 16, 32, 64, 128 or 256 bits, not %u",
                       (int)(p->text.len < 200 ? p->text.len : 200), (const char *)p->text.data, (unsigned)bits);
}

static sce_error_t *make_generic(parser_t *p, uint32_t *type, generic_t kind, const uint32_t args[2], sce_span_t text) {
  switch (kind) {
    case G_VEC: return sce_registry_add_sequence(p->md, type, args[0]);
    case G_SET:
      return add(p, type, &(sce_type_t){.def = SCE_DEF_SEQUENCE, .target = args[0], .order_rule = SCE_ORDER_SET});
    case G_OPTION: return sce_registry_add_option(p->md, type, args[0]);
    case G_RESULT: return make_result(p, type, args);
    case G_SAME: *type = args[0]; return NULL;
    case G_MAP: return make_map(p, type, args, SCE_ORDER_MAP);
    case G_PAIRS: return make_map(p, type, args, SCE_ORDER_NONE);
    case G_COMPACT: return add(p, type, &(sce_type_t){.def = SCE_DEF_COMPACT, .target = args[0]});
    case G_PHANTOM: return add(p, type, &(sce_type_t){.def = SCE_DEF_TUPLE});
    case G_BITS: return make_bits(p, type, text);
    case G_UINT: return make_integer(p, type, SCE_PRIM_U8, text);
    case G_INT: return make_integer(p, type, SCE_PRIM_I8, text);
  }
  return sce_error_new(SCE_INTERNAL, "generic type %d", kind);
}

/* The arguments of generics[which], the parser standing at their bracket if there is one. */
static sce_error_t *parse_generic(parser_t *p, uint32_t *type, size_t which) {
  uint32_t args[2] = {0, 0};
  size_t start = p->at;
  bool open = peek(p) == '<';
  if (!open && generics[which].args > 0) return syntax_error(p, "'<'");
  if (open) {
    SCE_TRY(skip_angles(p));
    size_t end = p->at;
    p->at = start;
    SCE_TRY(expect(p, '<'));
    for (uint8_t i = 0; i < generics[which].args; i++) {
      if (i > 0) SCE_TRY(expect(p, ','));
      if (peek(p) == '\'') { /* the lifetime of a Cow */
        while (p->at < end && p->text.data[p->at] != ',') p->at++;
        SCE_TRY(expect(p, ','));
      }
      SCE_TRY(parse_type(p, &args[i]));
    }
    p->at = end;
  }
  return make_generic(p, type, generics[which].kind, args, sce_span_part(p->text, start, p->at));
}

/* A path: only its last segment counts, with its arguments when it is one of `generics`. */
static sce_error_t *parse_path(parser_t *p, uint32_t *type) {
  sce_name_t name;
  skip_space(p);
  size_t start = p->at;
  for (;;) {
    skip_space(p);
    name.path = sce_span_part(p->text, start, p->at);
    SCE_TRY(parse_name(p, &name.name));
    size_t after = p->at;
    if (peek(p) == '<') SCE_TRY(skip_angles(p));
    name.args = sce_span_part(p->text, after, p->at);
    if (peek(p) != ':' || p->at + 1 >= p->text.len || p->text.data[p->at + 1] != ':') {
      for (size_t i = 0; i < sizeof generics / sizeof *generics; i++) {
        if (!sce_text_is(name.name, generics[i].name)) continue;
        p->at = after;
        /* `Compact` alone is a type of its own in some pallets. */
        if (peek(p) != '<' && (generics[i].args > 0 || generics[i].kind >= G_UINT)) break;
        return parse_generic(p, type, i);
      }
      break;
    }
    p->at += 2;
    if (peek(p) == '<') { /* Foo::<T>::Bar */
      SCE_TRY(skip_angles(p));
      if (accept(p, ':')) SCE_TRY(expect(p, ':'));
    }
  }
  return sce_names_resolve(p->md, type, &name, p->pallet);
}

/* `<X as Trait>::Name`: HasCompact makes a compact X, StaticLookup's Source is how accounts are written; else Name. */
static sce_error_t *parse_qualified(parser_t *p, uint32_t *type) {
  size_t start = p->at;
  SCE_TRY(skip_angles(p));
  size_t end = p->at;
  sce_span_t inside = sce_span(p->text.data + start + 1, end - start - 2), name;
  while (inside.len > 0 && isspace(inside.data[inside.len - 1])) inside.len--;
  SCE_TRY(expect(p, ':'));
  SCE_TRY(expect(p, ':'));
  SCE_TRY(parse_name(p, &name));
  if (peek(p) == '<') SCE_TRY(skip_angles(p));
  static const char compact[] = "HasCompact", lookup[] = "StaticLookup";
  size_t after = p->at;
  if (inside.len >= sizeof compact - 1 &&
      sce_span_equal(sce_span(inside.data + inside.len - (sizeof compact - 1), sizeof compact - 1),
                     sce_span_text(compact))) {
    sce_type_t made = {.def = SCE_DEF_COMPACT};
    p->at = start + 1;
    SCE_TRY(parse_type(p, &made.target));
    p->at = after;
    return add(p, type, &made);
  }
  if (sce_text_is(name, "Source") && inside.len >= sizeof lookup - 1 &&
      sce_span_equal(sce_span(inside.data + inside.len - (sizeof lookup - 1), sizeof lookup - 1),
                     sce_span_text(lookup)))
    name = sce_span_text("LookupSource");
  return sce_names_resolve(p->md, type, &(sce_name_t){.name = name}, p->pallet);
}

static sce_error_t *parse_reference(parser_t *p, uint32_t *type) {
  p->at++;
  if (accept(p, '\'')) {
    sce_span_t lifetime;
    SCE_TRY(parse_name(p, &lifetime));
  }
  return parse_type(p, type);
}

static sce_error_t *parse_any(parser_t *p, uint32_t *type) {
  switch (peek(p)) {
    case '&': return parse_reference(p, type);
    case '(': p->at++; return parse_tuple(p, type);
    case '[': p->at++; return parse_array(p, type);
    case '{': p->at++; return parse_struct(p, type);
    case '@': p->at++; return parse_special(p, type);
    case '<': return parse_qualified(p, type);
    default: break;
  }
  sce_span_t rest = sce_span_skip(p->text, p->at);
  if (sce_span_starts_with(rest, sce_span_text("enum")) && rest.len > 4 &&
      (rest.data[4] == ' ' || rest.data[4] == '{')) {
    p->at += 4;
    return parse_enum(p, type);
  }
  return parse_path(p, type);
}

static sce_error_t *parse_type(parser_t *p, uint32_t *type) {
  if (p->md->expr_depth >= MAX_DEPTH) return syntax_error(p, "a type nested less than 100 deep");
  p->md->expr_depth++;
  sce_error_t *err = parse_any(p, type);
  p->md->expr_depth--;
  return err;
}

sce_error_t *sce_expr_resolve(sce_metadata_t *md, uint32_t *type, sce_span_t text, sce_span_t pallet) {
  uint32_t found = sce_names_find(&md->names, pallet, text);
  if (found != SCE_TYPE_NONE) {
    *type = found;
    return NULL;
  }
  if (text.len > MAX_TEXT) return sce_error_new(SCE_BAD_INPUT, "type of %zu bytes, at most 16384 are taken", text.len);
  parser_t p = {md, text, 0, pallet};
  uint32_t made;
  SCE_TRY(parse_type(&p, &made));
  if (peek(&p) != '\0') return syntax_error(&p, "the end");
  SCE_TRY(sce_names_put(&md->names, pallet, text, made));
  *type = made;
  return NULL;
}
