# The commands of this project. They need Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# A stamp carries the checksum of its lock file: a changed lock installs again, an unchanged one costs nothing.
RUN_STAMP := $(VENV)/.run-$(firstword $(shell cksum requirements/run.txt))
DEV_STAMP := $(VENV)/.dev-$(firstword $(shell cksum requirements/dev.txt))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help install dev run test check bench browser recovery proof mutations lock clean test-sqlite test-postgres

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1  /p' Makefile | expand -t 18

install: $(RUN_STAMP) ## the virtual environment (.venv), from the lock

dev: $(DEV_STAMP) ## the same with the tools of development and test

run: install ## the whole tracker on this machine, until Ctrl-C
	@exec $(BIN)/python manage.py start

test: dev check ## everything: checks, then all tests on SQLite and on PostgreSQL with Redis
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-sqlite test-postgres

# Both engines at once, each with servers of its own; what they say is shown engine by engine.
test-sqlite test-postgres:
	$(BIN)/python -m pytest --engine $(@:test-%=%) $(ARGS)

browser: dev ## only the browser tests; fails where no Chromium is found
	$(BIN)/python -m pytest --require-browser -m browser $(ARGS)

check: dev ## lint, types, import contracts, templates, migrations, system checks, lock, compose file
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint templates --lint --quiet
	$(CHECK_ENV) DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@! grep -nE '(https?:)?//|--(extra-)?index-url' requirements/*.txt || { echo 'a lock names a host'; exit 1; }

recovery: dev ## kill senders, beats and Redis, simulate ten years (N=10000 alerts, an hour); prints what was lost and doubled
	$(LONG) RECOVERY_YEARS=$(or $(YEARS),10) $(BIN)/python -m pytest -q --engine sqlite $(RECOVERY) $(ARGS)
	$(LONG) $(BIN)/python -m pytest -q --engine postgres $(RECOVERY) $(ARGS)

mutations: dev ## break guarded lines one by one in a copy; prints which ones the tests notice
	$(BIN)/python -m tests.mutations $(ARGS)

proof: dev ## figures against a count of each day (N=5000 random histories), on both engines
	PROPERTY_HISTORIES=$(or $(N),5000) $(BIN)/python -m pytest tests/metrics/test_many_histories.py -q --engine sqlite
	PROPERTY_HISTORIES=$(or $(N),5000) $(BIN)/python -m pytest tests/metrics/test_many_histories.py -q --engine postgres

bench: dev ## the benchmarks; each prints its time beside a floor
	$(BIN)/python -m bench $(ARGS)

lock: ## make the locks again from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
		pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
		--group dev pyproject.toml -c requirements/run.txt -o requirements/dev.txt

clean: ## what can be made again; never the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build

# The same tests as in `make test`, with more of everything.
LONG := RECOVERY_ALERTS=$(or $(N),10000)
RECOVERY := $(addprefix tests/recovery/test_,killed_senders.py catch_up.py silent_broker.py random_lives.py simulated_years.py)

# An installation as it should be in production; nothing connects to it.
CHECK_ENV := env DATA_DIR=$(VENV)/check DATABASE_URL=postgresql://tracker@database.example/tracker \
	REDIS_URL=redis://redis.example/0 BASE_URL=https://tracker.example ALLOWED_HOSTS=tracker.example \
	SECRET_KEY=$$(cksum < requirements/dev.txt | tr ' ' -)-only-for-this-check-Vb3xQ9zLw7Kd2Rf8Tn5Yc1Hm6Js4Pg \
	SMTP_URL=smtp://mail.example:25 DEFAULT_FROM_EMAIL=tracker@tracker.example

# Debian may come without ensurepip; pip 22.3 and newer can install into an environment from outside.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, not " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)

define install_from
	@echo "Installing from $(1) (some seconds to a minute, once) ..."
	@if $(BIN)/python -c 'import pip' 2>/dev/null; then pip="$(BIN)/python -m pip"; \
	else pip="$(PYTHON) -m pip --python $(BIN)/python"; fi; \
	$$pip install -qq --require-hashes --requirement $(1)
	@rm -f $(2)-* && touch $@
endef

$(RUN_STAMP): | $(BIN)/python
	$(call install_from,requirements/run.txt,$(VENV)/.run)

# What the site needs is part of this lock too.
$(DEV_STAMP): | $(BIN)/python
	$(call install_from,requirements/dev.txt,$(VENV)/.dev)
	@rm -f $(VENV)/.run-* && touch $(RUN_STAMP)
