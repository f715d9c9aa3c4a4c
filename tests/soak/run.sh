#!/bin/sh
# run.sh BUILD: the long versions of tests that `make test` runs scaled down. BUILD is a folder that was built with tests.
# Stops at the first failure. Some minutes.
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
SCEXEC_SOAK=1 "$build/tests/test_artifact"
"$build/tests/test_tiers"
# 200 kills of processes that use the library, and 201 of commands (67 imports, committed calls and replays).
SCEXEC_KILLS=200 "$build/tests/test_crash"
SCEXEC_KILLS=67 ctest --test-dir "$build" --output-on-failure -R integration_test_cli_crash
for seed in ${SOAK_SEEDS:-1 2 3}; do
  python3 "$here/cache.py" --rounds "${SOAK_ROUNDS:-200}" --seed "$seed" "$build/scexec"
done
