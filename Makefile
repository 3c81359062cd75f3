# `make run` shows Frontdesk, `make test` tests it. Every target first sets up what it needs: scripts/prepare.py.

PORT ?= 8080
DATA ?= data/demo
JOBS ?= 4
ARGS ?=

BIN := $(CURDIR)/.venv/bin
# Last, so that the machine's own Node comes before the one of `.venv`.
WITH_NODE := PATH="$$PATH:$(BIN)"
# Some machines forbid this; then each of the hundreds of processes of the tests compiles everything for itself.
KEPT := PYTHONDONTWRITEBYTECODE=

.DEFAULT_GOAL := help
.PHONY: help run test check bench docs lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## start the demo: PORT=8080, DATA=data/demo
	@scripts/prepare.sh run
	@exec $(BIN)/frontdesk demo --port $(PORT) --data $(DATA)

# In the order of their names: by their number of tests, as xdist would have it, the longest files come last.
test: ## run the tests: JOBS=4, ARGS="tests/wire -k form"
	@scripts/prepare.sh test
	@$(WITH_NODE) $(KEPT) $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: ## lint, format, types, layers, dependencies and house rules
	@scripts/prepare.sh check
	@$(BIN)/python -m scripts.check

bench: ## measure against the budgets: ARGS="--help"
	@scripts/prepare.sh bench
	@$(WITH_NODE) $(BIN)/python -m bench $(ARGS)

docs: ## build the documentation into build/docs
	@scripts/prepare.sh docs
	@$(BIN)/python -m scripts.reference
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs build/docs
	@echo "· build/docs/index.html"

lock: ## lock the dependencies into requirements/: ARGS=--upgrade
	@scripts/prepare.sh lock
	@$(BIN)/python -m scripts.lock $(ARGS)

clean: ## remove everything that was built or installed here, except data/
	rm -rf .venv build dist web/node_modules src/frontdesk/edges/built .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
