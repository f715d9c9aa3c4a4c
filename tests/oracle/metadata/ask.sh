#!/bin/sh
# ask.sh SCEXEC INPUTS OUT: what run.sh compares, out of the runtimes that scripts/fetch-inputs.sh brought: OUT/metadata with
# NAME.vN.scale, OUT/specs with NAME.json, OUT/versions with NAME.bin.
set -eu
scexec=$1 inputs=$2 out=$3
mkdir -p "$out/metadata" "$out/specs" "$out/versions"
for file in "$inputs"/*.json "$inputs"/parachains/*.json "$inputs"/*.wasm; do
  name=$(basename "$file")
  case $name in
    *.wasm) source=--runtime name=${name%.wasm} ;;
    *) source=--chain name=${name%.json} && cp "$file" "$out/specs/" ;;
  esac
  "$scexec" call "$source" "$file" Core_version --output raw > "$out/versions/$name.bin"
  "$scexec" call "$source" "$file" Metadata_metadata --output raw > "$out/metadata.new"
  at=$(grep -abo meta "$out/metadata.new" | head -1 | cut -d: -f1) # behind its length; the version follows
  version=$(od -An -tu1 -j$((at + 4)) -N1 "$out/metadata.new" | tr -d ' ')
  tail -c +$((at + 1)) "$out/metadata.new" > "$out/metadata/$name.v$version.scale"
  for newer in 15 16; do
    "$scexec" metadata "$source" "$file" --metadata-version "$newer" --output scale > "$out/metadata.new" 2>/dev/null || continue
    mv "$out/metadata.new" "$out/metadata/$name.v$newer.scale"
  done
done
rm -f "$out/metadata.new"
