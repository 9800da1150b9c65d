# Everything a person does here. Needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help run test check lint fmt types imports unit browser-test bench lock clean

help:            ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/runtime      ## Start everything at http://127.0.0.1:8000
	@exec $(BIN)/python -m bot run

test: $(VENV)/development ## Lint, types, import rules, and all tests
	@$(MAKE) --no-print-directory lint types imports unit

lint: $(VENV)/development ## Check the style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/development ## Check the types
	$(BIN)/mypy

imports: $(VENV)/development ## Check who may import whom
	$(BIN)/lint-imports

unit: $(VENV)/development ## Run the tests, the browser's too where Chromium is installed
	$(BIN)/pytest -q -n auto --dist loadgroup

browser-test: $(VENV)/development ## Run only the tests in a real Chromium
	$(BIN)/pytest -q -m browser

fmt: $(VENV)/development  ## Put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/development ## Measure
	$(BIN)/python -m benchmarks

lock: $(VENV)/development ## Choose the dependencies' versions anew
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --strip-extras --no-emit-options -o requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --extra dev --strip-extras --no-emit-options -c requirements.txt -o requirements-dev.txt pyproject.toml

clean:           ## Remove what these commands have made, except var/
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# A stamp in the environment says for which locked versions it was made.
$(VENV)/runtime: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Tocsin needs (once) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e . 2>/dev/null || echo "(the command 'tocsin' was not installed; 'python -m bot' does the same)"
	@touch $@

$(VENV)/development: requirements-dev.txt $(VENV)/runtime
	@echo "Installing what its tests need (once) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
