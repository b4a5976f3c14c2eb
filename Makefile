# Each command makes the virtual environment when it is missing or older than the
# lock. Nothing asks a question; once installed, everything works offline.

SHELL := /bin/sh
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2
PYTEST_ARGS ?=
APT_INSTALL := DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends

.PHONY: help demo shell test bench lint format lock chromium clean

help:  ## Show this list
	@echo "Usage: make <command>"
	@echo
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

demo: $(STAMP)  ## Start a MongoDB with demo data and serve the admin over it
	@exec $(BIN)/python -m config.demo

shell: $(STAMP)  ## Open a Python shell with the Documents imported
	@DEBUG=$${DEBUG:-1} exec $(BIN)/python manage.py shell

test: lint chromium  ## Run lint and all tests (PYTEST_ARGS="-k name")
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS) </dev/null

bench: $(STAMP)  ## Measure pages against Django on SQLite (BENCH_SIZES="10000")
	@exec $(BIN)/python -m tests.benchmarks.pages

lint: $(STAMP)  ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)  ## Format the code and sort its imports
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: $(STAMP)  ## Compile requirements.txt from .requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --override .overrides.txt .requirements.in -o requirements.txt

clean:  ## Remove the virtual environment and caches (never .data, the demo's data)
	rm -rf .venv .pytest_cache .ruff_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock is installed without its dependencies' own bounds: .overrides.txt says why.
$(STAMP): requirements.txt
	@set -e; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  new='import sys; sys.exit(sys.version_info < (3, 11))'; \
	  for name in $$PYTHON python3 python3.14 python3.13 python3.12 python3.11; do \
	    if command -v $$name >/dev/null && $$name -c "$$new"; then \
	      python=$$name; break; \
	    fi; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "make: Python 3.11 or newer is needed; install it, or name it with PYTHON=…" >&2; \
	    exit 1; \
	  fi; \
	  if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	    package=$$($$python -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	      echo "Installing $$package."; \
	      apt-get update -q >/dev/null </dev/null && \
	      $(APT_INSTALL) $$package >/dev/null </dev/null; \
	    else \
	      echo "make: Python's venv module is missing; run \`apt-get install $$package\` as root." >&2; \
	      exit 1; \
	    fi; \
	  fi; \
	  echo "Making .venv with $$($$python --version)."; \
	  $$python -m venv --clear .venv; \
	fi; \
	echo "Installing requirements.txt into .venv."; \
	$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check \
	  --no-deps -r requirements.txt </dev/null; \
	touch $@

# Any Chromium will do; Debian's is installed where that needs no question.
chromium: $(STAMP)
	@if ! $(BIN)/python -m tests.browser.chromium 2>/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && grep -q '^ID=debian' /etc/os-release 2>/dev/null; then \
	    echo "Installing Debian's chromium for the browser tests."; \
	    apt-get update -q >/dev/null </dev/null; \
	    $(APT_INSTALL) chromium >/dev/null </dev/null; \
	  fi; \
	  $(BIN)/python -m tests.browser.chromium; \
	fi
