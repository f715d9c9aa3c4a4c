# A small front of the CMake build (CMakeLists.txt); everything it makes is below build/.
.DEFAULT_GOAL := all
MAKEFLAGS += --no-print-directory
.SILENT:

PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
GENERATOR := $(if $(shell command -v ninja 2>/dev/null),Ninja,Unix Makefiles)
# The sanitized build: address and undefined behaviour, by clang, whose libFuzzer it also carries.
SANITIZE := address,undefined
FUZZ_SECONDS ?= 30

CONFIGURE = cmake -G "$(GENERATOR)" -S . --log-level=WARNING
BUILD = cmake --build
CTEST = ctest --output-on-failure -j $(JOBS)

.PHONY: all demo test asan fuzz soak bench install format format-check deps deps-build deps-test inputs clean help

all: build/cmake_install.cmake ## Build the library and the command build/scexec
	$(BUILD) build -j $(JOBS) --target scexec_all

# The first configuration says at once, in one list, what is missing. Later ones CMake does by itself.
build/cmake_install.cmake:
	missing=$$(sh scripts/install-deps.sh --list) || { \
	  printf 'Missing, by the names of their Debian packages:\n%s\n`make deps` installs them.\n' "$$missing"; exit 1; }
	$(CONFIGURE) -B build -DSCEXEC_TESTS=OFF

demo: deps-build ## Build, then let the real Polkadot genesis runtime answer two calls
	$(MAKE) all
	sh scripts/fetch-inputs.sh
	sh scripts/demo.sh build/scexec

test: deps-test inputs ## Build with warnings as errors, and run all tests
	$(CONFIGURE) -B build -DSCEXEC_TESTS=ON -DSCEXEC_WERROR=ON
	$(BUILD) build -j $(JOBS)
	$(CTEST) --test-dir build

asan: deps-test inputs ## Build again with address and undefined-behaviour sanitizers; the same tests, and the fuzz targets
	$(MAKE) build/asan
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(CTEST) --test-dir build/asan

fuzz: deps-test inputs ## Run only the fuzz targets, FUZZ_SECONDS each (30)
	$(MAKE) build/asan
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(CTEST) --test-dir build/asan -L fuzz

soak: deps-test inputs ## Run the long versions of tests: hundreds of killed processes, many seeds
	$(CONFIGURE) -B build -DSCEXEC_TESTS=ON -DSCEXEC_WERROR=ON
	$(BUILD) build -j $(JOBS)
	sh tests/soak/run.sh build

.PHONY: build/asan
build/asan:
	CC=clang $(CONFIGURE) -B build/asan -DSCEXEC_TESTS=ON -DSCEXEC_WERROR=ON -DSCEXEC_SANITIZE=$(SANITIZE) -DSCEXEC_FUZZ=ON
	$(BUILD) build/asan -j $(JOBS)

bench: deps-test inputs ## Measure scexec beside upstream's executor; writes docs/benchmarks.md
	$(CONFIGURE) -B build -DSCEXEC_TESTS=ON
	$(BUILD) build -j $(JOBS) --target scexec_all scexec_bench
	python3 bench/run.py

install: all ## Install below PREFIX (/usr/local); DESTDIR stands before it
	cmake --install build --prefix "$(PREFIX)" >/dev/null
	echo "Installed below $(DESTDIR)$(PREFIX)"

format: ## Lay out the C sources as .clang-format says
	git ls-files '*.c' '*.h' | xargs clang-format -i

format-check: deps-test ## See whether `make format` would change something
	git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror

deps: deps-test ## Install missing Debian packages for everything here (root or sudo)
deps-build:
	sh scripts/install-deps.sh build
deps-test:
	sh scripts/install-deps.sh test
inputs: deps-build
	sh scripts/fetch-inputs.sh

clean: ## Remove what was built; fetched inputs and the Rust half (minutes to build) stay
	find build -mindepth 1 -maxdepth 1 ! -name inputs ! -name native ! -name peers -exec rm -rf {} + 2>/dev/null || true

help: ## Print this list
	sed -n 's/^\([a-z][a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
