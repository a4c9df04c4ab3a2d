# fangpin: every target sets up what it needs and keeps what is there.  Needs Python 3.11 or newer, and make.
#   make setup          .venv/ with the package, all extras and the development tools
#   make demo           the main job on survey data and on a generated county, then the web application; PORT DEMO_DIR HOUSEHOLDS FANGPIN_REAL_DATA
#   make test           lint, then all tests; FULL=1 runs every trial, SEED=n repeats a run
#   make lint           ruff, mypy --strict, the map (import-linter), the size of rooms
#   make bench          the figures of docs/performance.md: identification (ARGS), checking, measures; NATION=1 for 190 million households
#   make recall         docs/recall.md: a county damaged on purpose, and how much of it is found
#   make docs           the generated pages under docs/reference/
#   make format         ruff's formatter and safe fixes
#   make clean          what was built or generated; .venv stays

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench recall docs wheel tools clean env-demo env-test

BIN := .venv/bin
PY := $(BIN)/python
CODE := src tests tools $(wildcard benchmarks)
WORKERS ?= 2
export PYTHONUTF8 := 1

ifdef FULL
export FANGPIN_FULL := $(FULL)
endif
ifdef SEED
export FANGPIN_SEED := $(SEED)
endif

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@tools/setup.sh all
	@echo "$(BIN)/fangpin"

env-demo:
	@tools/setup.sh survey web paper
	@$(PY) tools/assets.py

env-test:
	@tools/setup.sh survey web paper spark test dev

tools: env-test
	@tools/browser.sh
	@tools/postgres.sh
	@tools/java.sh
	@$(PY) tools/assets.py

demo: env-demo
	@exec $(BIN)/fangpin demo --web

lint: env-test
	@$(BIN)/ruff check --output-format concise $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(PY) -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(PY) tools/rooms.py src

test: lint tools
	@$(PY) -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

format: env-test
	@$(BIN)/ruff check --fix-only --quiet $(CODE)
	@$(BIN)/ruff format --quiet $(CODE)

bench: env-test
	@$(PY) benchmarks/$(if $(NATION),nation,run).py $(ARGS)
	@$(if $(NATION),,$(PY) benchmarks/check.py)
	@$(if $(NATION),,$(PY) benchmarks/measures.py)

recall: env-test
	@$(PY) tools/recall.py --write $(ARGS)

docs: env-test
	@$(PY) tools/docs.py $(ARGS)

wheel: env-test
	@$(PY) -m build --wheel --no-isolation

clean:
	rm -rf build dist fangpin-out fangpin-demo benchmarks/work .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
