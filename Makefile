# One place for every command: people, hooks and CI call these targets. Make, because it is on
# every machine that can compile, and because it knows what is newer than the last build.
# `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DATABASES ?= sqlite postgres mysql
TOX := $(BIN)/tox run --colored no
# One pytest process per core; WORKERS= runs the tests in one, for a debugger.
WORKERS ?= -n auto --dist worksteal
SOURCES := $(shell find django_rustaccel rust/src -type f ! -name '*.so' ! -path '*/__pycache__/*') \
	rust/Cargo.toml rust/Cargo.lock rust/build.rs pyproject.toml README.md LICENSE
# Every interpreter has its release wheel, built once: the tests and all of tox install it.
WHEEL = build/wheels/$(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("SOABI"))')
INTERPRETERS ?= python3.11 python3.12 python3.13
DIST ?= dist

# Tests must see the installed package: Python may not put the checkout on sys.path by itself.
test leaks bench: export PYTHONSAFEPATH = 1

say = @printf '\n==> %s\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help demo browser screenshots test develop wheel wheels sdist lint style format docs links rust corners conformance leaks coverage bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.package ## set up and run the example project (CHECK=1: check it and exit)
	$(if $(CHECK),$(call say,Testing the example project))
	$(if $(CHECK),@$(BIN)/python example_project/manage.py test shop showcase --exclude-tag browser)
	$(if $(CHECK),@$(BIN)/pytest -q -c example_project/pytest.ini example_project/shop)
	$(call say,Running the example project on SQLite)
	@$(BIN)/python example_project/manage.py demo $(if $(CHECK),--check)

browser: $(VENV)/.browser ## test the page of the example project in Chromium
	$(call say,Testing the page in Chromium)
	@[ -e build/axe/node_modules ] \
		|| npm install --silent --no-save --no-audit --no-fund --prefix build/axe axe-core@4 \
		|| echo "No npm, or no network: axe-core does not look at the page."
	@$(BIN)/python example_project/manage.py test showcase --tag browser --exclude-tag screenshots

screenshots: $(VENV)/.browser ## take the pictures of docs/showcase.md anew
	$(call say,Measuring and taking pictures)
	@$(BIN)/python example_project/manage.py test showcase --tag screenshots

# What no database can change runs on the first one only.
test: $(VENV)/.package ## set up and run the tests (ARGS=... goes to pytest)
	@$(MAKE) --no-print-directory $(VENV)/.mysql
	@failed=; for database in $(DATABASES); do \
		printf '\n==> Running the tests of the installed package on %s\n' $$database; \
		[ $$database = $(firstword $(DATABASES)) ] && which= || which='-m database'; \
		RUSTACCEL_TEST_DB=$$database $(BIN)/pytest $(WORKERS) $$which $(ARGS) || failed="$$failed $$database"; \
	done; \
	[ -z "$$failed" ] || { printf '\n==> Tests FAILED on:%s\n' "$$failed"; exit 1; }
	$(call say,All tests passed on: $(DATABASES))

develop: $(VENV)/.tools ## editable install, quick build: for the edit-build-run loop
	$(call say,Building the extension into the source tree)
	@$(BIN)/python -m pip install --quiet 'maturin>=1.10,<2'
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop --profile quick
	@touch $(VENV)/.package

wheel: ## build the release wheel of $(PYTHON) into dist/
	@$(MAKE) --no-print-directory $(WHEEL)/.built
	@mkdir -p $(DIST) && cp $(WHEEL)/*.whl $(DIST)

wheels: ## the release wheel of every supported interpreter there is
	@for python in $(INTERPRETERS); do \
		! command -v $$python >/dev/null || $(MAKE) --no-print-directory wheel PYTHON=$$python || exit; \
	done

# Panics would tell where the builder's crates lie.
sdist: export RUSTFLAGS = --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src=crates
sdist: export CARGO_TARGET_DIR = $(CURDIR)/rust/target
sdist: $(VENV)/.release ## the source distribution, and of it, offline, a manylinux wheel; both checked
	$(call say,Building the source distribution)
	@rm -rf build/sdist && mkdir -p build/sdist/unpacked
	@$(BIN)/maturin sdist --out build/sdist
	@tar -xzf build/sdist/*.tar.gz -C build/sdist/unpacked --strip-components 1
	$(call say,Building a wheel of it without a network)
	@cargo fetch --quiet --locked --manifest-path build/sdist/unpacked/rust/Cargo.toml
	@cd build/sdist/unpacked && PATH=$(CURDIR)/$(BIN):$$PATH CARGO_NET_OFFLINE=true \
		maturin build --release --frozen --zig --compatibility manylinux_2_17 \
		--interpreter python --out ..
	@rm -rf build/sdist/unpacked
	$(call say,Looking into what was built)
	@$(BIN)/twine check --strict build/sdist/*.*
	@$(BIN)/auditwheel show build/sdist/*.whl
	@$(BIN)/python tests/packaging/contents.py build/sdist/*.*
	@$(PYTHON) -m venv build/sdist/venv
	@build/sdist/venv/bin/pip install --quiet --disable-pip-version-check build/sdist/*.whl
	@build/sdist/venv/bin/python -P tests/packaging/smoke.py
	@mkdir -p $(DIST) && cp build/sdist/*.tar.gz build/sdist/*.whl $(DIST)

lint: $(VENV)/.tools ## ruff, mypy, stubtest, import-linter, clippy, rustfmt
	@$(TOX) -e lint

style: $(VENV)/.tools ## the quick part of lint: ruff and rustfmt
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@cargo fmt --manifest-path rust/Cargo.toml --check

format: $(VENV)/.tools ## let ruff and rustfmt rewrite the sources
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@cargo fmt --manifest-path rust/Cargo.toml

rust: $(VENV)/.tools ## the unit tests of the crate
	@$(TOX) -e rust

corners: $(VENV)/.tools ## the tests on every supported Python, Django, DRF corner
	@$(TOX) -e py311-django52-drf316,py312-django60-drf317,py313-django61-drf318

conformance: $(VENV)/.tools ## upstream's own test suites with acceleration on
	@$(TOX) -e conformance-django52-drf316,conformance-django61-drf318

leaks: $(VENV)/.package ## the main operations 100,000 times each: nothing may stay
	@$(BIN)/pytest $(WORKERS) --timeout 1800 tests/leaks $(ARGS)

docs: $(VENV)/.tools ## the documentation as a site, in build/docs
	@$(TOX) -e docs

links: $(VENV)/.tools ## whether the links of the documentation to other sites lead somewhere
	@$(TOX) -e links

coverage: ## which lines of Python and Rust the tests run (ARGS=... goes to pytest)
	@PYTHON=$(PYTHON) .ci/coverage $(ARGS)

bench: $(VENV)/.tools ## the benchmarks, and the table in docs/benchmarks.md
	@$(TOX) -e bench

clean: ## forget the environments and builds
	rm -rf $(VENV) .tox dist build rust/target

$(VENV)/.python:
	$(call say,Creating $(VENV) with $(PYTHON))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@command -v cargo >/dev/null || { echo "cargo is needed: https://rustup.rs"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --quiet --upgrade 'pip>=25.1' # the first pip that knows --group
	@touch $@

$(VENV)/.tools: $(VENV)/.python pyproject.toml
	$(call say,Installing the tools into $(VENV))
	@$(PIP) install --quiet --upgrade --group test --group demo --group tools
	@touch $@

$(VENV)/.release: $(VENV)/.tools
	$(call say,Installing what builds and checks releases)
	@$(PIP) install --quiet --group release
	@touch $@

$(VENV)/.package: $(VENV)/.tools $(SOURCES)
	@rm -rf $(VENV)/wheel
	@$(MAKE) --no-print-directory wheel PYTHON=$(BIN)/python DIST=$(VENV)/wheel
	@$(PIP) uninstall --quiet --yes django-rustaccel # pip keeps what has the same version
	@$(PIP) install --quiet "$$(echo $(VENV)/wheel/*.whl)[drf,postgres]"
	@touch $@

build/wheels/%/.built: $(SOURCES)
	$(call say,Building the release wheel for $* (minutes the first time))
	@rm -rf $(@D)
	@$(PYTHON) -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir $(@D) .
	@touch $@

$(VENV)/.browser: $(VENV)/.package
	@$(PIP) install --quiet --group browser
	@touch $@

# mysqlclient has no wheels for Linux; without the client headers its tests skip with a message.
$(VENV)/.mysql: $(VENV)/.tools
	@if pkg-config --exists libmariadb || pkg-config --exists mysqlclient; then \
		printf '\n==> Building mysqlclient\n'; \
		$(PIP) install --quiet --group mysql && touch $@; \
	else \
		echo "No MariaDB client headers (libmariadb-dev, pkg-config): no MariaDB tests."; \
	fi
