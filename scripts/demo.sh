#!/bin/sh
# The first look: the real Polkadot genesis runtime, out of its real chain specification, answers two runtime calls.
#   demo.sh SCEXEC
set -eu
scexec=$1
spec=build/inputs/polkadot.json
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

show() { # METHOD WHAT: makes the call, and prints the first bytes of the answer, as hex and as text
  printf '\n$ %s call --chain %s %s\n' "$scexec" "$spec" "$1"
  "$scexec" call --chain "$spec" "$1" --output raw >"$answer"
  printf '  0x%s…\n' "$(head -c 48 "$answer" | od -An -v -tx1 | tr -d ' \n')"
  printf '  as text: %s…\n' "$(head -c 48 "$answer" | tr -c '[:alnum:][:punct:] ' '.')"
  printf '  %s bytes: %s\n' "$(wc -c <"$answer" | tr -d ' ')" "$2"
}

echo "The runtime of Polkadot's genesis block (May 2020): WebAssembly from the chain specification, run on its genesis state."
show Core_version "name, versions and runtime APIs, SCALE-encoded."
show Metadata_metadata "the description of every pallet, call, event and constant; it begins with \"meta\"."
printf '\nWithout the shortening: leave out --output raw. More: %s --help\n' "$scexec"
