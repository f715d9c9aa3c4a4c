#!/bin/sh
# run.sh TARGET SEEDS: fuzzes for FUZZ_SECONDS (30) from the seeds and what earlier runs found, which is kept beside the
# target in <target>.corpus; an input that fails is kept as <target>.crash-… and its bytes are printed.
set -eu
target=$1
seeds=$2
mkdir -p "$target.corpus"
[ -d "$seeds" ] || seeds=
exec "$target" -max_total_time="${FUZZ_SECONDS:-30}" -seed="${FUZZ_SEED:-0}" -timeout=20 \
  -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 -artifact_prefix="$target." "$target.corpus" ${seeds:+"$seeds"}
