# Two commands: `make demo` and `make test`; each makes .venv first. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := numeric/scale.py --out out/scale

# One thread a process: the arrays are small, and pytest runs two processes.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export MPLBACKEND ?= Agg

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint types layers bench trials trials-fast docs clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

venv: $(VENV)/.dev ## .venv with symlag and everything for its development

# $(VENV)/.trials and $(VENV)/.dev mark the extras that are installed.
$(VENV)/.%: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "symlag needs Python 3.11: make PYTHON=python3.11")'
	@echo "Installing symlag[$*] into $(VENV), once; this takes a minute or two"
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$*]"
	@touch $(VENV)/.trials $@

demo: $(VENV)/.trials ## The main job: from numeric/scale.py to out/scale
	$(BIN)/symlag run $(DEMO)

test: $(VENV)/.dev ## All tests; ARGS="-k jet" picks some
	$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/.dev ## Style
	$(BIN)/ruff check

types: $(VENV)/.dev ## Types
	$(BIN)/basedpyright

layers: $(VENV)/.dev ## Who imports whom
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev ## Each backend's time beside that of SymPy's lambdify
	$(BIN)/python numeric/bench/kernels.py

trials: $(VENV)/.trials ## Every theorem against its runs; ARGS="--only scale" picks some
	$(BIN)/symlag trials $(ARGS)

trials-fast: $(VENV)/.trials ## The trials for every change
	$(BIN)/symlag trials --fast $(ARGS)

docs: $(VENV)/.docs ## The documentation, all of its code run: docs/_build/html/index.html
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

clean: ## Remove what was made, except .venv
	rm -rf build dist out docs/_build docs/gallery .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -r {} +
