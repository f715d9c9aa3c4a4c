#!/bin/sh
# Fetches the real inputs of the demo, the tests and the benchmarks, once, into build/inputs (or the folder given):
# chain specs of five relay chains, upstream's benchmark runtime, and chain specs of parachains. They are files of three
# published crates, which the ordinary cargo client brings; nothing is built. Each file is checked against
# inputs.sha256 beside this script, and takes its place only when all are right.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/../build/inputs}
sums=$here/inputs.sha256

complete() { # FOLDER: every file is there, with the right bytes
  [ -d "$1" ] && (cd "$1" && sha256sum --check --strict --status "$sums" 2>/dev/null)
}
complete "$target" && exit 0

rust=$("$here/find-rust.sh") || {
  echo "fetch-inputs.sh: needs cargo of Rust 1.95 or newer; scripts/install-deps.sh installs it" >&2
  exit 4
}
mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$(dirname "$target")/inputs.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

find_crate() { # NAME-VERSION: where cargo unpacked it
  for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"$1"; do
    [ -d "$dir" ] && printf '%s\n' "$dir" && return 0
  done
  return 1
}
crate() { # NAME VERSION: the folder of the crate's files, brought by cargo where it isn't there yet
  find_crate "$1-$2" && return 0
  echo "Fetching the crate $1 $2" >&2
  # Away from this project, so that cargo looks at the registry alone.
  (cd "$work" && RUSTC="$rust/rustc" "$rust/cargo" info --quiet "$1@$2" >/dev/null 2>"$work/cargo.log") || {
    cat "$work/cargo.log" >&2
    echo "fetch-inputs.sh: cargo could not fetch $1 $2: is the network there?" >&2
    return 1
  }
  find_crate "$1-$2" || {
    echo "fetch-inputs.sh: cargo fetched $1 $2, but did not unpack it in its registry folder" >&2
    return 1
  }
}

relay=$(crate polkadot-service 31.0.0)
bench=$(crate sc-executor 0.51.0)
para=$(crate polkadot-parachain-bin 5.0.0)
mkdir -p "$work/files/parachains"
cp "$relay"/chain-specs/*.json "$work/files/"
cp "$bench/benches/kusama_runtime.wasm" "$work/files/"
cp "$para"/chain-specs/*.json "$work/files/parachains/"
chmod -R u+w,a+r,a-x+X "$work/files"
if ! complete "$work/files"; then
  (cd "$work/files" && sha256sum --check --quiet "$sums") >&2 || true
  echo "fetch-inputs.sh: the files above differ from inputs.sha256 (remove the crate from cargo's registry folder and try again)" >&2
  exit 3
fi

mkdir -p "$target/parachains"
(cd "$work/files" && find . -type f) | while read -r file; do
  mv -f "$work/files/$file" "$target/$file" # same file system: each file appears whole
done
