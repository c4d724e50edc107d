# The verbs people type. `make demo` and `make test` work on a bare Debian 12.

BUILD ?= build
TYPE ?= Release
CMAKE_FLAGS ?=
PREFIX ?= /usr/local
export LLM_BUILD_DIR = $(abspath $(BUILD))

BUILD_PACKAGES = build-essential cmake ninja-build pkg-config ccache libcli11-dev nlohmann-json3-dev \
  libcurl4-openssl-dev libsqlite3-dev libhnswlib-dev libfmt-dev libjq-dev libkainjow-mustache-dev \
  libvalijson-dev libtomlplusplus-dev libutf8proc-dev libstemmer-dev libmd-dev \
  libxxhash-dev libgumbo-dev libpcre2-dev libyaml-cpp-dev libedit2 ca-certificates
TEST_PACKAGES = catch2 python3 nodejs nginx-light openssl curl jq mandoc zsh fish miller lintian fakeroot \
  procps sqlite3 poppler-utils parallel strace
LINT_PACKAGES = clang clang-format

.PHONY: help deps deps-build deps-test deps-lint configure build demo test soak bench install uninstall lint fmt asan fuzz golden docs deb model tidy clean

help:            ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

deps: deps-build deps-test deps-lint ## install what is missing for all of the below

deps-build:
	@sh cmake/deps.sh $(BUILD_PACKAGES)
deps-test: deps-build
	@sh cmake/deps.sh $(TEST_PACKAGES)
	@command -v npm >/dev/null || sh cmake/deps.sh npm
deps-lint:
	@sh cmake/deps.sh $(LINT_PACKAGES)

configure:
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=$(TYPE) -DCMAKE_INSTALL_PREFIX=$(PREFIX) $(CMAKE_FLAGS) > $(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

build: deps-build ## build the tools into build/tools
	@$(MAKE) --no-print-directory configure CMAKE_FLAGS="-DLLM_TESTS=OFF $(CMAKE_FLAGS)"
	cmake --build $(BUILD)

demo: build ## run a chain of all the tools on real input, offline
	@sh examples/demo.sh

test: deps-test ## build everything and run every test
	@$(MAKE) --no-print-directory configure CMAKE_FLAGS="-DLLM_TESTS=ON -DLLM_WERROR=ON $(CMAKE_FLAGS)"
	cmake --build $(BUILD) --target all bench_programs
	ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j 2

soak: deps-test ## kill runs at random, two hundred times (KILLS=…), and look for what was lost
	@$(MAKE) --no-print-directory configure CMAKE_FLAGS="-DLLM_TESTS=ON $(CMAKE_FLAGS)"
	cmake --build $(BUILD)
	@for script in tests/soak/*.py; do python3 $$script --build $(BUILD) --kills $(or $(KILLS),200) || exit 1; done

bench: deps-test ## measure, one JSON line a figure
	@$(MAKE) --no-print-directory configure CMAKE_FLAGS="-DLLM_TESTS=ON $(CMAKE_FLAGS)"
	cmake --build $(BUILD)
	cmake --build $(BUILD) --target bench_programs
	@python3 tests/bench/run.py $(BUILD) $(ARGS)

install: build ## install below PREFIX (DESTDIR is honoured)
	cmake --install $(BUILD)
uninstall: ## remove what install wrote
	cmake --build $(BUILD) --target uninstall

deb: build ## a Debian package
	cd $(BUILD) && cpack -G DEB

lint: deps-lint ## storeys and doors, shell scripts, and each file alone through a second compiler that warns of nothing
	python3 tests/house/layers.py
	@for script in examples/*.sh cmake/deps.sh; do sh -n $$script || exit 1; done
	@$(MAKE) --no-print-directory configure BUILD=$(BUILD)-clang TYPE=Debug CMAKE_FLAGS="-DCMAKE_CXX_COMPILER=clang++ -DLLM_TESTS=OFF -DLLM_WERROR=ON -DLLM_UNITY=OFF"
	cmake --build $(BUILD)-clang

tidy: deps-lint ## clang-tidy over the changed files (FILES=… for others)
	@sh cmake/deps.sh clang-tidy
	clang-tidy -p $(BUILD) $(or $(FILES),$(shell git diff --name-only HEAD -- 'lib/*.cpp' 'tools/*.cpp'))

fmt: deps-lint ## format the changed lines against HEAD (git-clang-format)
	git clang-format --extensions cpp,hpp HEAD || true

asan: deps-test ## all tests under the address and undefined behaviour sanitizers
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)-asan TYPE=Debug CMAKE_FLAGS="-DCMAKE_CXX_FLAGS='-fsanitize=address,undefined -fno-omit-frame-pointer -O1'"

fuzz: deps-test ## every fuzzer for SECONDS (60)
	@sh cmake/deps.sh clang libclang-rt-14-dev
	@$(MAKE) --no-print-directory configure BUILD=$(BUILD)-fuzz CMAKE_FLAGS="-DCMAKE_CXX_COMPILER=clang++ -DLLM_FUZZ=ON -DLLM_TESTS=OFF"
	cmake --build $(BUILD)-fuzz --target fuzzers
	@sh tests/fuzz/run.sh $(BUILD)-fuzz $(or $(SECONDS),60)

golden: ## write the golden folders anew; read the diff
	python3 tests/cli/run.py --accept

docs: ## write man pages and completions from the tools themselves
	@$(MAKE) --no-print-directory configure
	cmake --build $(BUILD) --target docs

model: ## train the builtin embedder's table anew
	bash tests/model/train.sh

clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-clang $(BUILD)-fuzz
