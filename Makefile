# Everything that a person or a CI machine does with this repository. `make help` lists it.

PACKAGES := gcc g++ make pkg-config curl ca-certificates binutils libclang-14-dev opencl-headers ocl-icd-opencl-dev \
            pocl-opencl-icd mesa-opencl-icd oclgrind clinfo clpeak clblast-tests clfft-client python3-pyopencl python3-numpy \
            python3-pytest python3-mako zlib1g-dev pigz valgrind
# What else "make programs" needs: two gigabytes.
MORE_PACKAGES := piglit hashcat
CARGO    ?= cargo
# Where rustup puts it, for the run that installs it.
export PATH := $(PATH):$(HOME)/.cargo/bin
TARGET   := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
# Tests of programs that no package has: those of Debian's python3-pyopencl.
PYOPENCL        := pyopencl-2022.3.1
PYOPENCL_URL    := https://files.pythonhosted.org/packages/dd/4c/7f60601cb3e55d21cff151da2121d7d19e8f9f69e3519dc8fca2593668b2/$(PYOPENCL).tar.gz
PYOPENCL_SHA256 := 4a3db0fe61b5cdc95267526deebd71a7e1d795694d4b0fe2761f0630bcca3621
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SECONDS  ?= 60
ROUNDS   ?=
QUICK    ?=

# What cargo-fuzz passes, so that nobody has to install it. The sanitizer is the one unstable flag.
FUZZ_FLAGS := --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
              -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
              -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Ccodegen-units=1
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

.DEFAULT_GOAL := help
.PHONY: help deps build demo test programs check loom fuzz bench fmt clean

help: ## What there is to make
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

# Asks the system for what is missing, and for nothing if nothing is.
install = dpkg-query -W -f='$${db:Status-Status}\n' $(1) 2>&1 | grep -qv '^installed$$' || exit 0; \
	  set -e; $(SUDO) apt-get update -qq; \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1)

deps: ## Install what building and testing need (Debian, Ubuntu)
	@$(call install,$(PACKAGES))
	@command -v $(CARGO) >/dev/null || { \
	  echo "installing Rust for this user with rustup (https://rustup.rs)"; \
	  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c rustfmt -c clippy; }

# Marks the target directory as cargo does if cargo makes it: tests find it by the mark.
.PHONY: fetch
fetch: deps
	@test -e $(TARGET)/programs/$(PYOPENCL)/test || { set -e; mkdir -p $(TARGET)/programs; cd $(TARGET)/programs; \
	  test -e ../CACHEDIR.TAG || echo "Signature: 8a477f597d28d172789f06886806bc55" > ../CACHEDIR.TAG; \
	  echo "fetching PyOpenCL's tests"; \
	  curl --proto '=https' --tlsv1.2 -sSfL --retry 3 -o $(PYOPENCL).tar.gz $(PYOPENCL_URL) || { \
	    echo "PyOpenCL's tests could not be fetched; without a network, unpack a copy of $(PYOPENCL_URL) in $$PWD"; exit 1; }; \
	  echo "$(PYOPENCL_SHA256)  $(PYOPENCL).tar.gz" | sha256sum --check --quiet; \
	  rm -rf unpacking; mkdir unpacking; tar -C unpacking -xzf $(PYOPENCL).tar.gz; mv unpacking/$(PYOPENCL) .; rmdir unpacking; }

build: deps ## Build ava, avad, ava-server, ava-spec and the guest libraries (target/release)
	$(CARGO) build --release -p ava -p guest-opencl -p guest-opencl-icd -p guest-zlib

demo: build ## Run clinfo, clpeak and PyOpenCL natively and through AvA, side by side
	$(CARGO) run --release --quiet -p ava-tests --bin demo

# The order is that of the time it takes to fail; cargo test's summary comes last.
test: deps fetch check loom fuzz-briefly build ## Everything that has to pass: lints, docs, models, fuzzing, all tests
	$(CARGO) test --workspace --no-fail-fast

programs: fetch build ## All of the programs that nobody here wrote, natively and through AvA: an hour, of which make test takes two minutes
	@$(call install,$(MORE_PACKAGES))
	$(CARGO) test -p ava-tests --test programs -- --include-ignored

check: ## Formatting, lints and documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet

loom: ## Explore every interleaving of the rings and doorbells
	RUSTFLAGS="--cfg loom" $(CARGO) test --quiet -p ava-core --lib --release --target-dir $(TARGET)/loom loom

# Without the corpus's growth in the source tree: what is new goes to target.
fuzz: ## Send arbitrary bytes through gate and dispatcher (SECONDS=60 for each target)
	cd tests/fuzz && RUSTC_BOOTSTRAP=1 RUSTFLAGS="$(FUZZ_FLAGS)" \
	  $(CARGO) build --quiet --release --target $(HOST) --target-dir $(TARGET)/fuzz
	@set -e; for target in commands structures; do \
	  mkdir -p $(TARGET)/fuzz/corpus/$$target $(TARGET)/fuzz/artifacts; \
	  $(TARGET)/fuzz/$(HOST)/release/$$target -max_total_time=$(SECONDS) -max_len=16384 -timeout=20 -rss_limit_mb=4096 \
	    -verbosity=0 -print_final_stats=1 -artifact_prefix=$(TARGET)/fuzz/artifacts/$$target- \
	    $(TARGET)/fuzz/corpus/$$target tests/fuzz/corpus/$$target; \
	done

.PHONY: fuzz-briefly
fuzz-briefly:
	@$(MAKE) --no-print-directory fuzz SECONDS=20

bench: build ## Measure everything natively and through AvA, in turns (QUICK=1: two minutes of it; ROUNDS=9)
	$(CARGO) run --release --quiet -p ava-benches -- $(if $(QUICK),--quick) $(if $(ROUNDS),--rounds $(ROUNDS))

fmt: ## Format the code
	$(CARGO) fmt --all

clean: ## Remove everything that was built
	$(CARGO) clean
	rm -rf tests/fuzz/target tests/fuzz/artifacts
