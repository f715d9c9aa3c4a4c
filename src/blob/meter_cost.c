/* meter_cost.c: the cost of each function, and the places in its body that metering changes.
 *
 * Follows wasm-instrument 0.4, src/stack_limiter/max_height.rs, `compute`, to the letter, its approximations included:
 * after an unconditional branch the rest of the block does not raise the maximum, also behind `else`; `else` does not
 * lower the height; popping in unreachable code stops at the block's own values only when it hits them exactly. */
#include "blob/meter.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "blob/operator.h"

/* max_height.rs, ACTIVATION_FRAME_COST. */
#define FRAME_COST 2u

typedef struct frame {
  uint32_t start_height;
  uint32_t end_arity;    /* values that the block leaves */
  uint32_t branch_arity; /* values that a branch to it takes: none for a loop */
  bool is_polymorphic;   /* behind an instruction that never goes on */
} frame_t;

/* The operators that make up nearly all code: what they do to the stack, and what follows them. */
enum { OTHER, NOTHING, UNSIGNED, SIGNED, MEMORY_ARGUMENT };
typedef struct simple {
  uint8_t operands; /* one of the enum; OTHER: read one by one */
  uint8_t pops;
  uint8_t pushes;
} simple_t;

typedef struct height {
  meter_t *meter;
  simple_t simple[256]; /* by opcode */
  uint32_t function;    /* index of the function that is read */
  uint32_t results;     /* how many it has */
  uint32_t now;
  uint32_t most;
  frame_t *frames; /* owned; the last is the innermost block */
  size_t frame_count;
  size_t frame_room;
} height_t;

static sce_error_t *fail(const height_t *h, const uint8_t *at, const char *format, ...) SCE_PRINTF(3, 4) SCE_NEVER_NULL;
static sce_error_t *fail(const height_t *h, const uint8_t *at, const char *format, ...) {
  const sce_blob_t *blob = h->meter->blob;
  char function[SCE_DESCRIPTION_SIZE];
  va_list args;
  va_start(args, format);
  sce_error_t *err = sce_error_vnew(SCE_BAD_CODE, format, args);
  va_end(args);
  sce_blob_describe_function(blob, function, h->function);
  return sce_error_prefix(err, "can't meter the stack: code section, %s, offset %zu", function,
                          (size_t)(at - blob->code.data));
}

/* ---- heights ---- */

static inline bool pop(height_t *h, uint32_t count) {
  const frame_t *top = &h->frames[h->frame_count - 1];
  if (count == 0) return true;
  if (h->now == top->start_height) return top->is_polymorphic;
  if (h->now < count) return false;
  h->now -= count;
  return true;
}

static inline bool push(height_t *h, uint32_t count) {
  if (count > UINT32_MAX - h->now) return false;
  h->now += count;
  return true;
}

static inline bool pop_push(height_t *h, uint32_t pops, uint32_t pushes) {
  return pop(h, pops) && push(h, pushes);
}

static sce_error_t *push_frame(height_t *h, frame_t frame) {
  if (h->frame_count == h->frame_room) {
    size_t room = h->frame_room == 0 ? 64 : h->frame_room * 2;
    frame_t *frames = sce_realloc_array(h->frames, room, sizeof *frames);
    if (frames == NULL) return sce_error_oom();
    h->frames = frames;
    h->frame_room = room;
  }
  h->frames[h->frame_count++] = frame;
  return NULL;
}

static inline void mark_unreachable(height_t *h) {
  h->frames[h->frame_count - 1].is_polymorphic = true;
}

/* The block that label `depth` means; NULL when there is none. */
static const frame_t *label_frame(const height_t *h, uint32_t depth) {
  return depth < h->frame_count ? &h->frames[h->frame_count - 1 - depth] : NULL;
}

/* Values that the operators without immediates take (first digit) and give (second), '  ' for what is not one of them:
 * rows of 16 opcodes from 0x40. */
static const char plain_effects[] =
    "          1121212121212121212121" /* 40 i32.eqz and comparisons */
    "11212121212121212121212121212121" /* 50 i64.eqz and comparisons */
    "21212121212121111111212121212121" /* 60 comparisons of floats, i32: clz ctz popcnt, binary */
    "212121212121212121111111"
    "21212121" /* 70 i32, i64: clz ctz popcnt, binary */
    "2121212121212121212121"
    "1111111111" /* 80 i64, f32: unary */
    "1111"
    "21212121212121"
    "11111111111111" /* 90 f32: unary, binary, f64: unary */
    "21212121212121"
    "111111111111111111"               /* a0 f64: binary, conversions */
    "11111111111111111111111111111111" /* b0 conversions */
    "1111111111"
    "                      "; /* c0 sign extension */

static sce_error_t *apply_plain(height_t *h, const uint8_t *at, uint8_t code) {
  bool ok = true;
  switch (code) {
    case 0x00: mark_unreachable(h); break;
    case 0x01:
    case 0x05: break; /* nop; else: "the frame at the top should be pushed by `If`, so we leave it as is" */
    case 0x0f:
      ok = pop(h, h->results);
      mark_unreachable(h);
      break;
    case 0x1a: ok = pop(h, 1); break;
    case 0x1b: ok = pop(h, 2) && pop_push(h, 1, 1); break;
    default: {
      const char *effect = &plain_effects[2 * (code - 0x40)];
      ok = pop_push(h, (uint32_t)(effect[0] - '0'), (uint32_t)(effect[1] - '0'));
      break;
    }
  }
  return ok ? NULL : fail(h, at, "more values are taken off the stack than there are");
}

static sce_error_t *apply_block(height_t *h, const uint8_t *at, const operator_t *op) {
  bool is_value = op->sub >= SCE_WASM_F64 && op->sub <= SCE_WASM_I32;
  if (op->sub != 0x40 && !is_value) return fail(h, at, "a block of a type that came after WebAssembly 1.0");
  if (op->code == 0x04 && !pop(h, 1)) return fail(h, at, "there is no condition for `if`");
  uint32_t arity = is_value ? 1 : 0;
  return push_frame(h, (frame_t){h->now, arity, op->code == 0x03 ? 0 : arity, false});
}

static sce_error_t *apply_branch(height_t *h, const uint8_t *at, const operator_t *op) {
  const frame_t *target = label_frame(h, op->a);
  if (target == NULL) return fail(h, at, "label %u does not exist (there are %zu)", op->a, h->frame_count);
  uint32_t arity = target->branch_arity;
  bool ok = pop(h, arity);
  if (op->code == 0x0d)
    ok = ok && pop(h, 1) && push(h, arity);
  else
    mark_unreachable(h);
  return ok ? NULL : fail(h, at, "more values are taken off the stack than there are");
}

/* Reads the labels of br_table, whose count is op->a. All must take the same number of values. */
static sce_error_t *apply_branch_table(height_t *h, const uint8_t *start, const uint8_t **at, const uint8_t *end,
                                       operator_t *op) {
  uint32_t arity = 0;
  for (uint64_t i = 0; i <= op->a; i++) {
    uint32_t label;
    const uint8_t *next = sce_operator_u32(*at, end, &label, &op->padded);
    if (next == NULL) return fail(h, *at, "malformed or cut off label of br_table");
    const frame_t *target = label_frame(h, label);
    if (target == NULL) return fail(h, *at, "label %u does not exist (there are %zu)", label, h->frame_count);
    if (i > 0 && target->branch_arity != arity) return fail(h, start, "the targets of br_table take different values");
    arity = target->branch_arity;
    *at = next;
  }
  bool ok = pop(h, arity); /* and not the index, as upstream */
  mark_unreachable(h);
  return ok ? NULL : fail(h, start, "more values are taken off the stack than there are");
}

static sce_error_t *apply_call(height_t *h, const uint8_t *at, const operator_t *op) {
  const sce_blob_t *blob = h->meter->blob;
  bool indirect = op->form == FORM_CALL_INDIRECT;
  uint32_t count = indirect ? blob->type_count : blob->function_count;
  if (op->a >= count)
    return fail(h, at, "%s %u does not exist (there are %u)", indirect ? "type" : "function", op->a, count);
  const sce_wasm_function_type_t *type = &blob->types[indirect ? op->a : blob->function_types[op->a]];
  bool ok = !indirect || pop(h, 1);
  ok = ok && pop_push(h, (uint32_t)type->params.len, (uint32_t)type->results.len);
  return ok ? NULL : fail(h, at, "more values are taken off the stack than there are");
}

/* The effect of an operator; `*next`, the byte behind it, moves behind the labels of br_table. */
static sce_error_t *apply(height_t *h, const uint8_t *at, const uint8_t **next, const uint8_t *end, operator_t *op) {
  bool ok = true;
  proposal_t proposal;
  switch (op->form) {
    case FORM_PLAIN:
      proposal = (proposal_t)sce_operator_proposals[op->code];
      if (proposal != PROPOSAL_MVP && proposal != PROPOSAL_SIGN_EXTENSION) goto unknown;
      return apply_plain(h, at, op->code);
    case FORM_LOCAL:
    case FORM_GLOBAL: /* get, set and tee; for globals get and set */
      if (op->code == 0x20 || op->code == 0x23)
        ok = push(h, 1);
      else
        ok = pop_push(h, 1, op->code == 0x22 ? 1 : 0);
      break;
    case FORM_I32:
    case FORM_I64:
    case FORM_F32:
    case FORM_F64: ok = push(h, 1); break;
    case FORM_MEMARG: /* loads take the address and give the value, stores take both */
      if (op->a > MEMARG_MAX_ALIGNMENT) return fail(h, at, "alignment 2^%u is too large", op->a);
      ok = op->code < 0x36 ? pop_push(h, 1, 1) : pop(h, 2);
      break;
    case FORM_END: {
      const frame_t *top = &h->frames[--h->frame_count];
      h->now = top->start_height;
      ok = push(h, top->end_arity);
      break;
    }
    case FORM_BLOCK: return apply_block(h, at, op);
    case FORM_LABEL: return apply_branch(h, at, op);
    case FORM_LABELS: return apply_branch_table(h, at, next, end, op);
    case FORM_CALL_INDIRECT:
      if (op->sub != 0) goto unknown;
      return apply_call(h, at, op);
    case FORM_CALL: return apply_call(h, at, op);
    case FORM_MEMORY:
      if (op->a != 0) goto unknown;
      ok = op->code == 0x3f ? push(h, 1) : pop_push(h, 1, 1);
      break;
    default: goto unknown;
  }
  return ok ? NULL : fail(h, at, "more values are taken off the stack than there are");
unknown:
  proposal = sce_operator_proposal(op);
  return fail(h, at, "opcode 0x%02x (%s): only WebAssembly 1.0 and sign extension have a cost", op->code,
              proposal == PROPOSAL_COUNT ? "unknown" : sce_proposal_name(proposal));
}

/* ---- bodies ---- */

static sce_error_t *add_patch(meter_t *meter, size_t offset) {
  if (meter->patch_count == meter->patch_room) {
    uint32_t room = meter->patch_room < 4096 ? 4096 : meter->patch_room * 2;
    uint32_t *patches = sce_realloc_array(meter->patches, room, sizeof *patches);
    if (patches == NULL) return sce_error_oom();
    meter->patches = patches;
    meter->patch_room = room;
  }
  meter->patches[meter->patch_count++] = (uint32_t)offset;
  return NULL;
}

static simple_t simple_of(uint8_t code) {
  const simple_t other = {OTHER, 0, 0};
  const char *effect = code >= 0x45 && code <= 0xc4 ? &plain_effects[2 * (code - 0x40)] : "00";
  switch (sce_operator_forms[code]) {
    case FORM_PLAIN:
      if (code == 0x01 || code == 0x05) return (simple_t){NOTHING, 0, 0};
      if (code == 0x1a) return (simple_t){NOTHING, 1, 0};
      return effect[0] == '0' ? other : (simple_t){NOTHING, (uint8_t)(effect[0] - '0'), (uint8_t)(effect[1] - '0')};
    case FORM_LOCAL: return (simple_t){UNSIGNED, code != 0x20, code != 0x21};
    case FORM_GLOBAL: return (simple_t){UNSIGNED, code != 0x23, code == 0x23};
    case FORM_I32:
    case FORM_I64: return (simple_t){SIGNED, 0, 1};
    case FORM_MEMARG: return code < 0x36 ? (simple_t){MEMORY_ARGUMENT, 1, 1} : (simple_t){MEMORY_ARGUMENT, 2, 0};
    default: return other;
  }
}

/* Length of an integer that is in its shortest form and has at most 4 bytes; 0 for any other. */
static inline unsigned shortest_length(const uint8_t *at, bool is_signed) {
  if (at[0] < 0x80) return 1;
  uint32_t value;
  unsigned len = sce_leb_short(at, &value);
  if (len == 0) return 0;
  uint8_t padding = is_signed && (at[len - 2] & 0x40) ? 0x7f : 0; /* a last byte that adds nothing */
  return at[len - 1] == padding ? 0 : len;
}

/* The longest operator that is read below: an opcode and two integers of 4 bytes. */
#define FAST_BYTES 9

/* Applies simple operators in code that can be reached, with heights that pop() has no special rule for; stops at the
 * first other one. */
static const uint8_t *apply_simple(height_t *h, const uint8_t *at, const uint8_t *end) {
  const frame_t *top = &h->frames[h->frame_count - 1];
  if (top->is_polymorphic || h->now < top->start_height) return at;
  uint32_t values = h->now - top->start_height, most = values;
  while (end - at >= FAST_BYTES) {
    const simple_t simple = h->simple[*at];
    unsigned len = 1;
    if (simple.operands == OTHER || simple.pops > values) break;
    if (simple.operands != NOTHING) {
      len = shortest_length(at + 1, simple.operands == SIGNED);
      if (len == 0 || (simple.operands == MEMORY_ARGUMENT && at[1] > MEMARG_MAX_ALIGNMENT)) break;
      if (simple.operands == MEMORY_ARGUMENT) {
        unsigned more = shortest_length(at + 1 + len, false);
        if (more == 0) break;
        len += more;
      }
      len++;
    }
    values = values - simple.pops + simple.pushes;
    most = values > most ? values : most;
    at += len;
  }
  h->now = top->start_height + values;
  if (top->start_height + most > h->most) h->most = top->start_height + most;
  return at;
}

/* Raises the maximum, where the code can be reached. Upstream looks before each instruction. */
static inline void note_height(height_t *h) {
  if (h->now > h->most && !h->frames[h->frame_count - 1].is_polymorphic) h->most = h->now;
}

/* The instructions of a body: its deepest stack in h->most, and a patch for every call of a function that has a cost
 * and for every operator that upstream would write shorter. */
static sce_error_t *read_operators(height_t *h, const uint8_t *at, const uint8_t *end) {
  const sce_blob_t *blob = h->meter->blob;
  operator_t op = {0};
  h->now = FRAME_COST;
  h->most = 0;
  h->frame_count = 0;
  SCE_TRY(push_frame(h, (frame_t){0, h->results, h->results, false}));
  while (at < end && h->frame_count > 0) {
    note_height(h);
    at = apply_simple(h, at, end);
    if (at == end) break;
    op.padded = false;
    const uint8_t *next = sce_operator_read(at, end, &op);
    if (next == NULL) return fail(h, at, "what follows opcode 0x%02x is malformed or cut off", op.code);
    SCE_TRY(apply(h, at, &next, end, &op));
    if (op.padded || (op.form == FORM_CALL && op.a >= blob->imported_functions))
      SCE_TRY(add_patch(h->meter, (size_t)(at - blob->code.data)));
    at = next;
  }
  if (at != end) return fail(h, at, "instructions behind the end of the function");
  return h->frame_count == 0 ? NULL : fail(h, end, "the function body ends within a block");
}

/* The count of locals, and the first instruction in `*start`. */
static sce_error_t *read_locals(const height_t *h, const uint8_t **start, const uint8_t *end, uint32_t *total) {
  uint32_t groups = 0, count;
  bool padded = false;
  const uint8_t *at = *start, *next = sce_operator_u32(at, end, &groups, &padded);
  *total = 0;
  for (uint32_t i = 0; next != NULL && i < groups; i++) {
    at = next;
    next = sce_operator_u32(at, end, &count, &padded);
    if (next == NULL || next == end) break;
    if (count > MAX_LOCALS - *total) return fail(h, at, "more than %u locals", MAX_LOCALS);
    *total += count;
    if (*next < SCE_WASM_F64 || *next > SCE_WASM_I32) return fail(h, next, "a local of a type without a cost");
    next++;
  }
  if (next == NULL || next == end)
    return fail(h, at, "the function body ends within its locals, or they are malformed");
  *start = next;
  return NULL;
}

sce_error_t *sce_meter_read_bodies(meter_t *meter) {
  const sce_blob_t *blob = meter->blob;
  height_t h = {.meter = meter};
  sce_error_t *err = NULL;
  for (int code = 0; code < 256; code++) h.simple[code] = simple_of((uint8_t)code);
  for (uint32_t i = 0; i < blob->body_count && err == NULL; i++) {
    const uint8_t *at = blob->code.data + blob->bodies[i].offset, *end = at + blob->bodies[i].size;
    uint32_t locals;
    h.function = blob->imported_functions + i;
    h.results = (uint32_t)blob->types[blob->function_types[h.function]].results.len;
    meter->first_patch[i] = meter->patch_count;
    err = read_locals(&h, &at, end, &locals);
    if (err == NULL) err = read_operators(&h, at, end);
    if (err == NULL && locals > UINT32_MAX - h.most) err = fail(&h, at, "the cost of the function overflows");
    if (err == NULL) meter->costs[i] = locals + h.most;
  }
  meter->first_patch[blob->body_count] = meter->patch_count;
  sce_free(h.frames);
  return err;
}
