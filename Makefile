# Two commands matter: `make start` opens the course, `make test` runs every test. Both set up what is missing.

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
  PYTHON := python
  BIN := .venv/Scripts
else
  BIN := .venv/bin
endif
PY := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-site start run lab stage check verify weave site lint format types test sample matrix storm soak stage-soak bench doctor clean

help: ## what each target does
	@$(PYTHON) -c "import re; [print('  make %-10s %s' % m) for m in re.findall(r'(?m)^([a-z-]+):[^#\n]*## (.+)', open('Makefile', encoding='utf-8').read())]"

setup: ## install all that is needed (quick when it is there already)
	@$(PYTHON) chapters/course/setup/bootstrap.py

# The site's packages: of use to whoever publishes the course, and to the tests.
setup-site:
	@$(PYTHON) chapters/course/setup/bootstrap.py --site

start: setup ## set up, then open the course in JupyterLab
	@$(BIN)/course lab

lab: start ## the same as start

run: setup ## serve the finished messenger on SQLite with seeded data
	@$(BIN)/course run finished

stage: setup ## Alice and Bob side by side for a class, with the wire and buttons that break things (N=3: chapter 3)
	@$(BIN)/course stage $(N)

check: setup ## check the chapter you are working on
	@$(BIN)/course check

doctor: setup ## check this machine: show what is missing, and what to do
	@$(BIN)/course doctor

verify: setup ## the quick gates: chapters, notebooks and app agree
	@$(BIN)/course verify

weave: setup ## rebuild notebooks, app/messenger and static from the chapters
	@$(BIN)/course weave

site: setup-site ## the course as web pages in workspace/site, with all outputs and pictures (takes minutes)
	@$(BIN)/course site

format: setup ## format all Python
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format --quiet .

lint: setup ## ruff (lint and format) over all Python, and which folder may import which
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo

# A chapter's folder is no name for a package, and two chapters have files of one name: mypy finds their checks by path.
types: setup ## mypy, strict, over the engine, the app, the tool and the chapters' checks
	@$(BIN)/mypy
	@$(BIN)/mypy $(patsubst chapters/%/checks,-p %.checks,$(wildcard chapters/[0-9]*/checks))

bench: setup ## compare the engine's speed with others, and measure the messenger's own page (BENCH=--quick)
	@$(PY) tests/bench/run.py $(BENCH)

# Several processes share the tests. What grows with the square of the chapters has a target of its own.
SPREAD = --numprocesses auto

test: setup-site verify lint types ## set up, run all gates and the tests of every day (the last lines say what is left out)
	@$(BIN)/pytest $(SPREAD)

sample: setup-site ## what `make test` leaves out: states that are touched, a third of the others, random templates by the thousand
	@$(BIN)/pytest $(SPREAD) --matrix --sample

matrix: setup-site ## every check on every state, all notebooks, exercises and mistakes, and random templates by the thousand
	@$(BIN)/pytest $(SPREAD) --matrix

storm: setup ## random faults while people write; nothing may be lost (FAULTS=200, SEED=7, MINUTES=60, WRITERS=8, READERS=50)
	@$(PY) tests/storm/storm.py $(if $(FAULTS),--faults $(FAULTS)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(WRITERS),--writers $(WRITERS)) $(if $(READERS),--readers $(READERS))

soak: setup ## random operations on the engine; nothing may be left behind (MINUTES=30)
	@$(PY) tests/engine/soak.py --minutes $(or $(MINUTES),30)

stage-soak: setup ## random clicking on the stage; nothing may be left behind (MINUTES=60)
	@$(PY) tests/course/stage/soak.py --minutes $(or $(MINUTES),60)

clean: ## remove what the tests and tools leave behind (never your workspace)
	@$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.mypy_cache', '.pytest_cache', '.ruff_cache', '.import_linter_cache', '.hypothesis')]"
