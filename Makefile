# Everything runs from .venv, which is made from the lock files and from nothing else.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
CODE := lineage streams tests $(wildcard bench)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LOCKED := --require-hashes --no-deps -r

# What the caller's shell has set up for another project must not reach this one. Without kept
# bytecode each of the hundreds of commands and workers of a run would compile all it imports.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV CONDA_PREFIX

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help sync demo check test faults mutants bench cov fmt schemas docs lock clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Two stamps, so that a first `make demo` fetches only what the product needs, and each lock is
# installed again only when it has changed.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "lineage needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.lock requirements-build.lock pyproject.toml
	@echo "setting up $(VENV)"
	@$(PIP) $(LOCKED) requirements.lock -r requirements-build.lock
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "adding the tools of the gate to $(VENV)"
	@$(PIP) $(LOCKED) requirements-dev.lock
	@touch $@

sync: $(VENV)/.dev ## Make .venv from the lock files: product, tests and tools

demo: $(VENV)/.run ## A year of real orders: who holds what, who is told, who has answered
	@$(BIN)/lineage demo $(ARGS)

check: sync ## The static gate: format, lint, types, layers, generated files fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m lineage.events.publish --check
	$(BIN)/python -m lineage.policy.publish --check
	$(BIN)/python -m lineage.scenarios.page --check
	$(BIN)/python -m lineage.cli.reference --check
	$(BIN)/python -m lineage.render.states --check
	$(BIN)/python -m lineage.scenarios.publish --check

test: sync ## All tests but the long runs; ARGS="-k graph" passes options to pytest
	@HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n 3 --dist worksteal $(ARGS)

faults: sync ## The long runs: kill -9, full disk, many rounds, every case; ARGS="-n 2" runs two at a time
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -v -m slow --dist worksteal --timeout 1800 $(ARGS) tests

mutants: sync ## Switch each rule of the policies off, move each number by one: a scenario must fail
	@$(BIN)/python -m lineage.scenarios.publish

bench: sync ## Measure; see bench/ for what and how
	@$(BIN)/python -m bench $(ARGS)

cov: sync ## Branch coverage: 100 % of events, policy and domain, 95 % of all
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --include='lineage/events/*,lineage/policy/*,lineage/domain/*' --fail-under=100
	@$(BIN)/coverage report --fail-under=95

fmt: sync ## Format, and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

schemas: sync ## Write schemas/ from the models of events, policies and recipients
	@$(BIN)/python -m lineage.events.publish
	@$(BIN)/python -m lineage.policy.publish

docs: sync ## Write the generated pages of docs/
	@$(BIN)/python -m lineage.cli.reference
	@$(BIN)/python -m lineage.policy.publish
	@$(BIN)/python -m lineage.scenarios.page

UV := $(BIN)/uv pip compile --quiet --no-config --system-certs --universal --python-version 3.11 \
  --generate-hashes --custom-compile-command "make lock"

lock: sync ## Resolve the lock files anew within pyproject.toml; ARGS=--upgrade takes newer versions
	@$(UV) $(ARGS) pyproject.toml --output-file requirements.lock
	@$(UV) $(ARGS) --group build --constraints requirements.lock --output-file requirements-build.lock
	@$(UV) $(ARGS) pyproject.toml --group dev --constraints requirements.lock \
	  --constraints requirements-build.lock --output-file requirements-dev.lock

clean: ## Remove .venv and every cache; stores and keys stay
	rm -rf $(VENV) dist htmlcov .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
