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
test bench: export PYTHONSAFEPATH = 1

say = @printf '\n==> %s\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help demo test develop wheel wheels lint style format docs links rust corners conformance bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.package ## set up and run the example project (CHECK=1: check it and exit)
	$(if $(CHECK),$(call say,Testing the example project))
	$(if $(CHECK),@$(BIN)/python example_project/manage.py test shop)
	$(call say,Running the example project on SQLite)
	@$(BIN)/python example_project/manage.py demo $(if $(CHECK),--check)

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

docs: $(VENV)/.tools ## the documentation as a site, in build/docs
	@$(TOX) -e docs

links: $(VENV)/.tools ## whether the links of the documentation to other sites lead somewhere
	@$(TOX) -e links

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

# mysqlclient has no wheels for Linux; without the client headers its tests skip with a message.
$(VENV)/.mysql: $(VENV)/.tools
	@if pkg-config --exists libmariadb || pkg-config --exists mysqlclient; then \
		printf '\n==> Building mysqlclient\n'; \
		$(PIP) install --quiet --group mysql && touch $@; \
	else \
		echo "No MariaDB client headers (libmariadb-dev, pkg-config): no MariaDB tests."; \
	fi
