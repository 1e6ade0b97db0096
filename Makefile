# make demo · make test: all that a newcomer needs. Each target first makes .venv from requirements.lock.
.DELETE_ON_ERROR:
SHELL := /bin/bash
CORES ?= 2
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c '$(FITS)' 2>/dev/null && echo $$each && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Snakemake keeps a cache of sources; a home directory that cannot be written must not stop it.
export XDG_CACHE_HOME ?= $(shell test -w "$$HOME" || echo "$(CURDIR)/.snakemake/cache")
ifeq ($(XDG_CACHE_HOME),)
unexport XDG_CACHE_HOME
endif

.PHONY: help demo test lint endure bench gallery clean setup
help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## make .venv from the lock (every other target does it too)

$(READY): requirements.lock
	@$(or $(PYTHON),false) -c '$(FITS)' 2>/dev/null || { echo "ERROR: Python 3.11, 3.12 or 3.13 is needed, found \
	$$({ $(or $(PYTHON),python3) --version || echo none; } 2>/dev/null): install one, or say make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "ERROR: $(PYTHON) has no venv module: \
	install it (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once; a minute or two)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null; \
	then uv pip install --no-config --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@touch $@

demo: $(READY) ## run the workflow on the embedded data; ends with the answers and the path of the report
	@$(BIN)/snakemake report --cores $(CORES) --quiet host reason

test: $(READY) ## run all tests: those of functions beside those of whole runs
	@mkdir -p .pytest_cache
	@echo "Tests of functions run beside those of whole runs; what they say comes last."
	@$(BIN)/python -m pytest tests/unit >.pytest_cache/unit.log 2>&1 & unit=$$!; \
	$(BIN)/python -m pytest tests/integration; failed=$$?; \
	wait $$unit || failed=1; cat .pytest_cache/unit.log; exit $$failed

lint: $(READY) ## check style, formatting, types, the workflow and the gene sets
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy workflow/scripts/resig
	@$(BIN)/snakefmt --check Snakefile workflow
	@$(BIN)/snakemake --lint
	@PYTHONPATH=workflow/scripts $(BIN)/python -m resig.lint

endure: $(READY) ## the long tests: a real Slurm with faults, runs that are interrupted (root, Debian; half an hour)
	@$(BIN)/python tests/cluster/run || test $$? -eq 77
	@$(BIN)/python tests/interruptions/run

bench: $(READY) ## measure speed against peers, whether the statistics keep their word, methods and controls on real data
	@$(BIN)/python benchmarks/run.py --full
	@$(BIN)/python benchmarks/calibration/run.py
	@$(BIN)/python benchmarks/real/run.py

gallery: $(READY) ## make the pictures of docs/gallery.md again, from the demo
	@$(BIN)/snakemake --cores $(CORES) --quiet host rules progress
	@$(BIN)/python docs/gallery.py results

clean: ## remove what runs and set-up have made
	rm -rf $(VENV) .snakemake results logs .pytest_cache .ruff_cache .mypy_cache .hypothesis
