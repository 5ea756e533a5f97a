# The workflow, executable. Every target that needs the environment makes it; a second call does no work twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SHARED ?= ../shared

.DEFAULT_GOAL := help
.PHONY: help install demo test check format eval bench lock docs clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(READY) ## make .venv with everything that the lock names

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python 3.11 or newer is needed, this is {v.major}.{v.minor}: make PYTHON=python3.12 install")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

demo: $(READY) ## the main job on loopback: two editions of a newsroom, a ledger, mails
	$(BIN)/keling-monitor demo

test: $(READY) ## the test suite, offline, in random order, on all cores
	$(BIN)/pytest -n auto

check: $(READY) ## formatting, lint, types and the layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(READY) ## extraction and verdicts scored on the annotated cases, against the committed floors
	$(BIN)/python -m tests.eval

bench: $(READY) ## ratios measured side by side
	$(BIN)/python -m benchmarks

docs: $(READY) ## write the generated parts of the documentation anew
	$(BIN)/python docs/generate.py

lock: $(READY) ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
