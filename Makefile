# Everything here needs Python 3.11 or newer and a package index, nothing else.
# PYTHON=python3.12 make install   chooses the interpreter.
# make test ARGS="-k optout"       passes arguments on (demo, test, bench).

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=

BIN := .venv/bin
READY := .venv/.installed
JS := $(wildcard tests/*/js tests/connectors/*/js)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DELETE_ON_ERROR:
.PHONY: help install demo test lint bench clean node-packages

help:
	@echo "make install   the hub and its tools into .venv (PYTHON names the interpreter)"
	@echo "make demo      the hub with its sandboxes; ARGS=--once checks every step and ends"
	@echo "make test      all tests; ARGS goes to pytest"
	@echo "make lint      ruff, mypy, import-linter"
	@echo "make bench     the benchmarks; ARGS names some of them"
	@echo "make clean     remove .venv, caches and node_modules; var/ with your data stays"

install: $(READY)

# The stamp is the last thing made, so an installation that broke off is begun again.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The hub needs Python 3.11 or newer. Name one: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	  exit 1; }
	@echo "Installing into .venv, once; this takes a minute or two."
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e ".[zendesk]"
	@touch $@

demo: $(READY)
	@$(BIN)/hub demo $(ARGS)

test: $(READY) node-packages
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(ARGS)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python bench/run.py $(ARGS)

# The platforms' own JavaScript clients try our sandboxes, and split-sms our counting of segments.
# Where they cannot be had, those tests are left out and the last line of the run says so; in CI that is a failure.
node-packages:
	@if ! command -v npm >/dev/null; then \
	  echo "No npm here: the tests with the platforms' JavaScript clients are left out."; \
	  test "$$CI" != true; \
	  exit; \
	fi; \
	for folder in $(JS); do \
	  if test $$folder/node_modules/.package-lock.json -nt $$folder/package-lock.json; then \
	    continue; \
	  fi; \
	  npm ci --prefix $$folder --no-audit --no-fund --loglevel=error \
	    && touch $$folder/node_modules/.package-lock.json \
	    || { echo "npm ci failed in $$folder: its tests are left out."; test "$$CI" != true; } \
	    || exit 1; \
	done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf build dist *.egg-info $(addsuffix /node_modules,$(JS))
	find hub connectors tests bench -name __pycache__ -prune -exec rm -rf {} +
	@echo "var/ is left as it is."
