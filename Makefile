# Needs Python >= 3.11, make and a package index, nothing else.
#   make run     the whole product, in the foreground; PORT=8080 DATA=.threadline make run
#   make test    all tests
#   make long    the chat of 10,000 messages, on PostgreSQL at full length too
#   make check   format, lint, types, import rules
#   make bench   what it costs and how quick it is; BENCH="costs --database sqlite" make bench
#   make soak    an hour's traffic in minutes, with faults; CHATS=400 MINUTES=15 make soak
#   make audit   known vulnerabilities in the dependencies
#   make pictures  take the pictures of docs/images anew, from the running product
#   make lock    pin the newest versions that pyproject.toml allows

SHELL := /bin/sh
.DEFAULT_GOAL := setup
UV_VERSION := 0.13.9
DATA ?= .threadline
VENV := .venv
BIN := $(VENV)/bin

# The newest Python that is here and new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# uv does not read pip's configuration: hand on its index and certificates.
PIP_SAYS = $(BIN)/python -m pip config get global.$(1) 2>/dev/null
UV = export VIRTUAL_ENV="$(CURDIR)/$(VENV)" UV_PYTHON_DOWNLOADS=never \
	UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(call PIP_SAYS,index-url) \
		|| echo https://pypi.org/simple)}}"; \
	certificates="$${SSL_CERT_FILE:-$${PIP_CERT:-$$($(call PIP_SAYS,cert))}}"; \
	[ -z "$$certificates" ] || export SSL_CERT_FILE="$$certificates"; $(BIN)/uv

.PHONY: setup setup-tests run test long temporal browser postgres check bench soak audit pictures lock

setup: $(VENV)/.installed

run: setup
	@$(BIN)/threadline dev --data-dir "$(DATA)" $(if $(PORT),--port "$(PORT)")

setup-tests: $(VENV)/.tests-installed temporal browser postgres

# Three processes, each with servers of its own; who is done takes over from the others.
test: setup-tests
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations=10 $(PYTEST_ARGS)

long: setup-tests
	FULL_LENGTH=1 $(BIN)/python -m pytest --timeout=0 tests/workflows/test_long_chats.py $(PYTEST_ARGS)

# Outside pytest, where its progress is seen and no test's time limit runs.
temporal: setup
	@$(BIN)/threadline temporal-binary

browser: $(VENV)/.tests-installed
	@.ci/browser $(BIN)/playwright

postgres:
	@.ci/postgres

check: $(VENV)/.tests-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

bench: setup-tests
	$(BIN)/python -m benchmarks $(BENCH)

soak: setup temporal
	$(BIN)/python -m benchmarks.soak $(if $(CHATS),--chats "$(CHATS)") \
		$(if $(MINUTES),--minutes "$(MINUTES)") $(SOAK_ARGS)

audit: $(VENV)/.tests-installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python .ci/audit.py

pictures: $(VENV)/.tests-installed temporal browser
	$(BIN)/python -m tests.console.pictures

COMPILE = pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--custom-compile-command "make lock" pyproject.toml
lock: $(VENV)/.uv
	$(UV) $(COMPILE) --group build -o requirements.lock
	$(UV) $(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

# One sentence for a package that could not be had; what the installers say follows it.
define CANNOT
echo "Cannot install $(1): no package index answers, or it lacks a pinned package." >&2; \
	echo "Set PIP_INDEX_URL (and PIP_CERT), or UV_DEFAULT_INDEX, to one that this machine reaches." >&2; \
	tail -n 1 "$(VENV)/install.log" >&2; exit 1
endef
QUIETLY = >$(VENV)/install.log 2>&1

# An environment without pip is what an interrupted start leaves behind: it is made anew.
$(VENV)/.uv: Makefile
	@test -n "$(PYTHON)" || { echo "Threadline needs Python 3.11 or newer on PATH." >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) …"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } \
		|| { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make virtual environments: install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 0 \
		"uv==$(UV_VERSION)" $(QUIETLY) || { $(call CANNOT,uv); }
	@touch $@

# What the tests need stays, once it is there. Compiled once: where Python may not write bytecode
# beside the packages, each of the product's processes would compile a thousand modules anew.
$(VENV)/.installed: $(VENV)/.uv requirements.lock requirements-dev.lock pyproject.toml
	@echo "Installing Threadline …"
	@lock=requirements.lock; [ ! -e $(VENV)/.tests-installed ] || lock=requirements-dev.lock; \
		{ $(UV) pip sync --quiet --compile-bytecode --require-hashes $$lock; } $(QUIETLY) || { $(call CANNOT,Threadline); }
	@{ $(UV) pip install --quiet --no-deps --no-build-isolation -e .; } $(QUIETLY) \
		|| { $(call CANNOT,Threadline); }
	@touch $@

$(VENV)/.tests-installed: $(VENV)/.installed
	@echo "Installing what the tests need …"
	@{ $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements-dev.lock; } $(QUIETLY) \
		|| { $(call CANNOT,what the tests need); }
	@{ $(UV) pip install --quiet --no-deps --no-build-isolation -e .; } $(QUIETLY) \
		|| { $(call CANNOT,what the tests need); }
	@touch $@
