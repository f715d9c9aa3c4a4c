/* signature.h: WebAssembly function types as text ("(i64, i32) -> i64", "() -> ()") and as a small struct. The text
 * form is canonical: equal types have equal text. */
#ifndef SCE_EXECUTOR_SIGNATURE_H
#define SCE_EXECUTOR_SIGNATURE_H

#include "scexec/host.h"

#include <wasmtime.h>

#define SCE_SIGNATURE_TEXT_MAX 96

typedef struct sce_signature {
  uint8_t param_count;
  bool has_result;
  uint8_t params[SCE_HOST_MAX_PARAMS]; /* wasm_valkind_t: WASM_I32, I64, F32 or F64 */
  uint8_t result;
} sce_signature_t;

/* Parses the canonical text; false when it is none or has too many parameters. */
bool sce_signature_parse(sce_signature_t *signature, const char *text);

/* The type of a function of a module; false when a host function can't have it (too many parameters, several results,
 * vectors, references). */
bool sce_signature_from_type(sce_signature_t *signature, const wasm_functype_t *type);

/* The canonical text, NUL-terminated. */
void sce_signature_format(char text[SCE_SIGNATURE_TEXT_MAX], const sce_signature_t *signature);

bool sce_signature_equal(const sce_signature_t *a, const sce_signature_t *b);

#endif
