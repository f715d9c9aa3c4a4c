#!/bin/sh
# Sees to it that everything is there that scexec is built (and tested) with.
#
#   install-deps.sh build    what `make` and `make demo` need (default)
#   install-deps.sh test     that, and what `make test`, `make asan` and `make fuzz` need
#   install-deps.sh --list   only print what is missing, a Debian package a line; exit status 1 when something is
#
# What is missing comes from Debian's archive when we are root or sudo asks for no password; otherwise the command to
# type is printed, and the exit status is 1. Does nothing, fast, when all is there. A tool counts as there when it works,
# wherever it came from; no package is installed over it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
what=build
list_only=
for arg in "$@"; do
  case "$arg" in
    build | test) what=$arg ;;
    --list) list_only=1 ;;
    *) echo "install-deps.sh: unknown argument '$arg' (build, test or --list)" >&2; exit 2 ;;
  esac
done

missing=
need() { # PACKAGE TEST…: the package is missing unless the test command succeeds
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
have() { command -v "$1"; }
module() { pkg-config --exists "$@"; }
c_compiler() { have "${CC:-cc}" || have gcc || have clang; }
clang_file() { # the file that clang names for a question is there
  [ -e "$(clang "$1" 2>/dev/null)" ]
}
clang_runtime() { # the libraries behind -fsanitize=address,undefined,fuzzer
  dir=$(clang -print-runtime-dir 2>/dev/null) && ls "$dir"/libclang_rt.fuzzer[-.]* "$dir"/libclang_rt.asan[-.]*
}
clang_major() { # of the clang installed, or else of the one that Debian's package `clang` would bring
  if have clang >/dev/null; then
    clang -dumpversion | cut -d. -f1
  else
    apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9][0-9]*\)$/\1/p' | head -n 1
  fi
}

look() {
  missing=
  need make have make
  need cmake have cmake
  need ninja-build have ninja
  need gcc c_compiler
  need libc6-dev test -e /usr/include/stdlib.h
  need pkg-config have pkg-config
  need libzstd-dev module libzstd
  need libxxhash-dev module libxxhash
  need liblmdb-dev module lmdb
  need libjansson-dev module jansson
  need libcurl4-openssl-dev module libcurl
  need ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
  "$here/find-rust.sh" >/dev/null || missing="$missing rustc-web cargo-web"
  if [ "$what" = test ]; then
    need python3 have python3
    need libcmocka-dev module cmocka
    need g++ have c++
    need clang have clang
    need clang-format have clang-format
    need "libclang-rt-$(clang_major)-dev" clang_runtime
    need lld clang_file --print-prog-name=wasm-ld
    need wabt have wat2wasm
  fi
  missing=${missing# }
}

look
[ -n "$missing" ] || exit 0
if [ -n "$list_only" ]; then
  printf '%s\n' $missing
  exit 1
fi

if ! have apt-get >/dev/null; then
  cat >&2 <<END
Missing, by the names of their Debian packages: $missing
There is no apt-get here to install them with. Install them by this system's own means (rustc-web and cargo-web stand for
Rust 1.95 or newer), then try again.
END
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  as_root=
elif have sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=sudo
else
  cat >&2 <<END
Missing: $missing
Installing them needs root. Type this, then try again:
  sudo apt-get update && sudo apt-get install --no-install-recommends $missing
END
  exit 1
fi

install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
attempt() { # update the lists, then install; twice, as the first round may bring a clang that names its runtime
  $as_root apt-get update -q && install $missing
}
for round in 1 2; do
  echo "Installing Debian packages: $missing"
  if ! attempt >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    echo "apt-get could not install: $missing" >&2
    exit 1
  fi
  look
  [ -n "$missing" ] || exit 0
done
echo "Still missing after the installation: $missing" >&2
exit 1
