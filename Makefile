# Two commands matter: `make demo` shows the exchange at work, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench docs lock vendor system clean

help:  ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "openmsix needs Python 3.11 or newer; name one with: make demo PYTHON=python3.11")'
	@echo "Setting up $(VENV) from requirements.lock; this takes a few minutes the first time."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/development: requirements-dev.lock $(VENV)/runtime
	@echo "Setting up what checks and tests need besides, from requirements-dev.lock."
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/runtime  ## Set up .venv/bin/openmsix, for a server of your own

demo: $(VENV)/runtime  ## Set up, make up a nation, link it and serve it at http://localhost:8000 (or PORT=8010)
	$(BIN)/openmsix demo $(if $(PORT),--port $(PORT))

test: $(VENV)/development system  ## Set up and run every check and test
	bash tests/run

check: $(VENV)/development  ## Style, types, import contracts, generated docs
	bash tests/check

bench: $(VENV)/development  ## Measure the hot paths, as ratios to a limit of the same run
	$(BIN)/python -m tests.benchmarks

system:
	bash tests/system-packages

docs: $(VENV)/development  ## Write the generated pages under docs/generated
	$(BIN)/python -m tests.generated_docs --write

lock: $(VENV)/development  ## Pin the dependencies anew (hashes, no addresses)
	$(BIN)/pip-compile -q --extra build --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --extra build --extra dev --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header -c requirements.lock -o requirements-dev.lock pyproject.toml

vendor: $(VENV)/development  ## Fetch the pinned parts of the pages anew (needs npm) and write their hashes
	$(BIN)/python -m openmsix.web.vendor

clean:  ## Remove the environment and the demo's data
	rm -rf $(VENV) var
