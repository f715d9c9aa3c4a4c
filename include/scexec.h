/* scexec.h: the whole public API of libscexec. Start reading at base.h (rules, errors), then executor.h (the call). */
#ifndef SCEXEC_H
#define SCEXEC_H

#include "scexec/base.h"
#include "scexec/blob.h"
#include "scexec/executor.h"
#include "scexec/externalities.h"
#include "scexec/host.h"
#include "scexec/keystore.h"
#include "scexec/runtime_cache.h"

#endif
