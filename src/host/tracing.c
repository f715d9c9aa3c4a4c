/* tracing.c: the wasm tracing family: spans and events of the runtime, checked and passed on as they are encoded.
 * Sources: sp-io `trait WasmTracing`, sp-tracing types.rs (WasmMetadata, WasmEntryAttributes). */
#include "base/budget.h"
#include "host/handlers.h"

/* What upstream's enter_span gives when nobody subscribed: the tracing library's null id. */
#define NO_SPAN 0xdead

static sce_error_t *skip_bytes(sce_scale_reader_t *in) {
  sce_span_t bytes;
  return sce_scale_read_bytes(in, &bytes);
}

/* WasmMetadata: name, target, level, file, line, module path, is_span, field names. */
static sce_error_t *skip_metadata(sce_scale_reader_t *in) {
  uint8_t level;
  uint32_t line, count;
  bool is_span;
  SCE_TRY(skip_bytes(in));
  SCE_TRY(skip_bytes(in));
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &level));
  if (level > SCE_LOG_TRACE) return sce_scale_error(in, at, "no such level");
  SCE_TRY(skip_bytes(in));
  SCE_TRY(sce_scale_read_u32(in, &line));
  SCE_TRY(skip_bytes(in));
  SCE_TRY(sce_scale_read_bool(in, &is_span));
  SCE_TRY(sce_scale_read_count(in, &count, 1));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(sce_budget_item(i));
    SCE_TRY(skip_bytes(in));
  }
  return NULL;
}

/* WasmValue: 0 u8, 1 i8, 2 u32, 3 i32, 4 i64, 5 u64, 6 bool, 7 to 9 bytes. */
static sce_error_t *skip_value(sce_scale_reader_t *in) {
  static const uint8_t sizes[] = {1, 1, 4, 4, 8, 8};
  uint8_t tag;
  bool flag;
  sce_span_t raw;
  size_t at = in->at;
  SCE_TRY(sce_scale_read_u8(in, &tag));
  if (tag < sizeof sizes) return sce_scale_read_raw(in, &raw, sizes[tag]);
  if (tag == 6) return sce_scale_read_bool(in, &flag);
  if (tag > 9) return sce_scale_error(in, at, "no such kind of value");
  return skip_bytes(in);
}

/* WasmEntryAttributes: parent, metadata, and values by field name. */
static sce_error_t *skip_attributes(sce_scale_reader_t *in) {
  bool some;
  uint64_t parent;
  uint32_t count;
  SCE_TRY(sce_scale_read_option(in, &some));
  if (some) SCE_TRY(sce_scale_read_u64(in, &parent));
  SCE_TRY(skip_metadata(in));
  SCE_TRY(sce_scale_read_count(in, &count, 2));
  for (uint32_t i = 0; i < count; i++) {
    SCE_TRY(skip_bytes(in));
    SCE_TRY(sce_scale_read_option(in, &some));
    if (some) SCE_TRY(skip_value(in));
  }
  return NULL;
}

/* The encoded attributes behind a span, without what may follow them. */
static sce_error_t *arg_attributes(const sce_caller_t *caller, sce_span_t *attributes, uint64_t arg, const char *name) {
  sce_scale_reader_t in;
  SCE_TRY(sce_arg_scale(caller, &in, arg, name));
  SCE_TRY(sce_arg_scale_error(skip_attributes(&in), name));
  *attributes = sce_span(in.bytes.data, in.at);
  return NULL;
}

SCE_HANDLER(tracing_enabled_1) {
  sce_scale_reader_t in;
  bool yes = false;
  SCE_TRY(sce_arg_scale(caller, &in, args[0], "metadata"));
  SCE_TRY(sce_arg_scale_error(skip_metadata(&in), "metadata"));
  if (SCE_HAS_OP(caller->ext->tracing, enabled)) {
    SCE_TRY(caller->ext->tracing->enabled(caller->ext->tracing_ctx, &yes, sce_span(in.bytes.data, in.at)));
  }
  *result = yes;
  return NULL;
}

SCE_HANDLER(tracing_enter_span_1) {
  sce_span_t attributes;
  uint64_t id = NO_SPAN;
  SCE_TRY(arg_attributes(caller, &attributes, args[0], "span"));
  if (SCE_HAS_OP(caller->ext->tracing, enter_span)) {
    SCE_TRY(caller->ext->tracing->enter_span(caller->ext->tracing_ctx, &id, attributes));
  }
  *result = id;
  return NULL;
}

SCE_HANDLER(tracing_event_1) {
  sce_span_t attributes;
  SCE_TRY(arg_attributes(caller, &attributes, args[0], "event"));
  if (!SCE_HAS_OP(caller->ext->tracing, event)) return NULL;
  return caller->ext->tracing->event(caller->ext->tracing_ctx, attributes);
}

static sce_error_t *exit_span(sce_caller_t *caller, uint64_t id) {
  if (!SCE_HAS_OP(caller->ext->tracing, exit_span)) return NULL;
  return caller->ext->tracing->exit_span(caller->ext->tracing_ctx, id);
}

SCE_HANDLER(tracing_exit_1) {
  if (args[0] == 0) return sce_error_new(SCE_HOST_FUNCTION, "argument `span`: span ids are greater than 0");
  return exit_span(caller, args[0]);
}

/* The form of 2.0.0-rc6, with only target and name: encoded here as attributes without fields. */
static sce_error_t *write_attributes(sce_buf_t *out, sce_span_t target, sce_span_t name) {
  static const uint8_t no_parent = 0;
  static const uint8_t rest[] = {0, 0, 0, 0, 0, 0, 1, 0, 0}; /* file, line u32, module path, is_span, fields, values */
  out->len = 0;
  SCE_TRY(sce_buf_append(out, &no_parent, 1));
  SCE_TRY(sce_scale_write_bytes(out, name));
  SCE_TRY(sce_scale_write_bytes(out, target));
  SCE_TRY(sce_scale_write_u8(out, SCE_LOG_INFO));
  return sce_buf_append(out, rest, sizeof rest);
}

/* 0 says that tracing is off (sp-io 2.0.0-rc6). */
SCE_HANDLER(tracing_enter_span_rc6) {
  sce_span_t target, name;
  uint64_t id = 0;
  SCE_TRY(sce_arg_text(caller, &target, args[0], "target"));
  SCE_TRY(sce_arg_text(caller, &name, args[1], "name"));
  if (SCE_HAS_OP(caller->ext->tracing, enter_span)) {
    sce_buf_t *out = &caller->state->scratch;
    SCE_TRY(write_attributes(out, target, name));
    SCE_TRY(caller->ext->tracing->enter_span(caller->ext->tracing_ctx, &id, sce_buf_span(out)));
  }
  *result = id;
  return NULL;
}

SCE_HANDLER(tracing_exit_span_1) {
  return args[0] == 0 ? NULL : exit_span(caller, args[0]);
}
