# Every command of the project. `make help` lists them; CI calls the same ones.
SHELL := /bin/bash
PYTHON_BIN := .venv/bin/python
RUN := $(PYTHON_BIN) -m
export PYTHONPATH := $(CURDIR)
export FIRSTBELL_CODE_VERSION ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

.DEFAULT_GOAL := help
.PHONY: help install demo night switch url psql status down clean test lint format bench lock docs up

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:  ## create or renew the environment from the hash-pinned lock
	@./install.sh

demo: install  ## start everything, run the first nights, show what came out
	@$(RUN) demo up --district "$(DISTRICT)"

up: demo

night: install  ## run another night: make night [DISTRICT=maple_valley] [AS_OF=2026-11-24]
	@$(RUN) demo night --district "$(DISTRICT)" --as-of "$(AS_OF)"

switch: install  ## change the SIS of the demo's district from Ed-Fi to PowerSchool, and compare
	@$(RUN) demo switch --district "$(DISTRICT)"

url: install  ## print the warehouse's connection string: make url DISTRICT=maple_valley
	@$(RUN) demo url --district "$(DISTRICT)"

psql: install  ## open the warehouse: make psql DISTRICT=maple_valley
	@$(RUN) demo psql --district "$(DISTRICT)"

status: install  ## what runs, and where
	@$(RUN) demo status

down: install  ## stop everything; the data stays
	@$(RUN) demo down

clean: install  ## stop everything and delete the demo's data
	@$(RUN) demo clean

test: install  ## all tests, against a real Postgres that they start themselves
	@$(RUN) pytest $(ARGS)

DEPTRY := .venv/bin/deptry --config .ci/deptry.toml -rfd requirements-bootstrap.txt
lint: install  ## style, types, SQL, import rules, dependencies
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@.venv/bin/lint-imports
	@$(DEPTRY) -rf requirements.in include ml dags plugins
	@$(DEPTRY) -rf requirements-dev.in .
	@$(PYTHON_BIN) .ci/audit.py requirements-dev.txt
	@.venv/bin/sqruff lint --parsing-errors dbt_project

format: install  ## let the formatters have their way
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

bench: install  ## speed and memory, as ratios to the bare machine
	@$(RUN) bench

LOCK := pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url
lock: install  ## renew the locks after a change of requirements*.in
	@UV=$$(command -v .venv-tools/bin/uv || command -v uv) && \
	$$UV $(LOCK) requirements-dev.in -o requirements-dev.txt && \
	$$UV $(LOCK) requirements.in -c requirements-dev.txt -o requirements.txt

docs: install  ## the data dictionary of a district, from its warehouse: .runtime/work/dictionary
	@$(RUN) demo docs --district "$(DISTRICT)"
