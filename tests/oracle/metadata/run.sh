#!/bin/sh
# run.sh BUILD METADATA SPECS VERSIONS, after ask.sh: everything the oracles say about our reading of metadata and values.
#   BUILD     a build folder of scexec (libscexec.a in it)
#   METADATA  a folder of NAME.vN.scale: what Metadata_metadata (or _at_version) returned, from "meta" on
#   SPECS     a folder of NAME.json: raw chain specs
#   VERSIONS  a folder of NAME.bin: what Core_version returned
# Writes outlines.txt (digests for tests/data/metadata) here, and prints a line a comparison. Needs cargo, npm, cc, b2sum.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=$1 metadata=$2 specs=$3 versions=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --quiet --manifest-path "$here/Cargo.toml" --target-dir "$build/metadata-oracle"
oracle=$build/metadata-oracle/release/metadata-oracle
(cd "$here" && npm install --silent --no-audit --no-fund)
native=$(find "${NATIVE_DIR:-$root/build/native}" -name libscexec_native.a | head -1)
# shellcheck disable=SC2046
cc -O2 -DSCE_STATIC -I"$root/include" "$here/dump.c" -o "$work/dump" "$build/libscexec.a" "$native" \
  $(pkg-config --libs jansson libzstd libxxhash lmdb) -lpthread -ldl -lm

: > "$here/outlines.txt"
for file in "$metadata"/*.scale; do
  name=$(basename "$file" .scale)
  "$oracle" outline "$file" > "$work/outline"
  printf '%s %s %s\n' "$(b2sum -l 256 < "$work/outline" | cut -d' ' -f1)" "$(wc -c < "$work/outline")" "$name" \
    >> "$here/outlines.txt"
  chain=${name%.v*}
  [ -e "$specs/$chain.json" ] || continue
  "$work/dump" "$file" "$specs/$chain.json" "$versions/$chain.bin" > "$work/dump.tsv"
  case $chain in # the spec versions that types-known looks at
    kusama) spec_version=1020 ;;
    westend) spec_version=2 ;;
    *) spec_version=0 ;;
  esac
  (cd "$here" && node compare.mjs "$file" "$specs/$chain.json" "$chain" "$chain" "$spec_version" "$work/dump.tsv")
  case $name in *.v14 | *.v15) "$oracle" values "$file" "$work/dump.tsv" ;; esac
done
