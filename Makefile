# Everything a developer types. `make run` and `make test` need only: git, make, Python 3.11 with venv.
PORT ?= 8000
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PYTHON_FOUND := $(shell command -v $(PYTHON) || command -v python3)

.DEFAULT_GOAL := help
.PHONY: help run test endurance check format lock bench bench-irt bench-bulk bench-risk rehearsal screenshots translations css clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON_FOUND) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; found: $$($(PYTHON_FOUND) --version 2>&1)"; exit 1; }
	@$(PYTHON_FOUND) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv is missing. On Debian: sudo apt-get install -y python3-venv"; exit 1; }

$(VENV)/.run: requirements.lock setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing what the service needs (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	@echo "Installing what the tests need (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

run: $(VENV)/.run ## start the service with the homecare bank and sample data on http://127.0.0.1:8000
	@$(BIN)/python -m service --port $(PORT)

test: $(VENV)/.test ## run the tests (minutes)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not endurance"

endurance: $(VENV)/.test ## kill the service at any moment, play at length, walk every page (minutes)
	@$(BIN)/python -m pytest -m endurance tests

check: $(VENV)/.test ## formatting, lint, types, import contracts, docstrings
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config setup.cfg
	@$(BIN)/python -m numpydoc lint $$(git ls-files 'vbr_engine/*.py')

format: $(VENV)/.test ## put the code in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.test ## measure speed and memory against named peers
	@$(BIN)/python -m benchmarks

bench-irt: $(VENV)/.test ## measure item response models against the programs that are installed
	@$(BIN)/python -m benchmarks irt

bench-bulk: $(VENV)/.test ## calibrate ten million simulated sittings from disk (minutes)
	@$(BIN)/python -m benchmarks.bulk

bench-risk: $(VENV)/.test ## find drop-out risks beside other programs, and time a million (minutes)
	@$(BIN)/python -m benchmarks risk

rehearsal: $(VENV)/.test ## play the whole pilot in a real browser, from an empty folder (minutes; needs chromium)
	@$(BIN)/python -m rehearsal

translations: $(VENV)/.test ## bring the words of the pages up to date in each catalogue, and compile them
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext --no-location -o build/messages.pot .
	@$(BIN)/pybabel -q update -i build/messages.pot -d service/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 100
	@$(BIN)/pybabel compile -d service/translations

screenshots: $(VENV)/.test ## render every page at 390 and 1280 px into docs/screenshots
	@$(BIN)/python docs/screenshots.py

css: ## compile the style sheets anew (needs npm)
	@docs/build-css.sh

lock: ## write the hashed lock files anew (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra service --extra pdf --extra build setup.cfg -o requirements.lock
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra service --extra pdf --extra build --extra test -c requirements.lock setup.cfg -o requirements-test.lock

clean: ## remove what was built, keep the data in var/
	rm -rf $(VENV) build dist *.egg-info
