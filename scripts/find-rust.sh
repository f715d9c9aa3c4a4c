#!/bin/sh
# Prints the folder whose cargo and rustc are new enough to build native/ (Rust 1.95), or nothing and fails.
# Looks along PATH first, then where rustup and Debian's rustc-web put them: an old Rust earlier in PATH doesn't hide a new one.
set -u
want=95

IFS=:
for dir in $PATH ${CARGO_HOME:+"$CARGO_HOME/bin"} "${HOME:-}/.cargo/bin" /usr/local/bin /usr/bin; do
  [ -x "$dir/cargo" ] && [ -x "$dir/rustc" ] || continue
  minor=$("$dir/rustc" --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9][0-9]*\)\..*/\1/p')
  if [ -n "$minor" ] && [ "$minor" -ge "$want" ]; then
    printf '%s\n' "$dir"
    exit 0
  fi
done
exit 1
