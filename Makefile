# Two commands matter: `make serve` and `make test`. Both set up what they need; a second run starts in seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .jushi
HOST ?= 127.0.0.1
PORT ?= 8000
LLM ?=
STAMP := $(VENV)/.ready-$(shell cat pyproject.toml constraints.txt Makefile | cksum | cut -d' ' -f1)

.PHONY: help setup serve test lint format docs check clean

help:            ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	rm -f $(VENV)/.ready-*
	touch $@

setup: $(STAMP)  ## create .venv and install what is needed

# LLM=none: answers are quotes, no model is fetched or asked.
ifeq ($(LLM),none)
serve: export JUSHI_ANSWERER := quotes
endif
serve: $(STAMP)  ## index the starter articles and fetch a language model (both once), serve on http://127.0.0.1:8000
	@$(BIN)/jushi model fetch --if-used || echo 'Answers will be quotes. A model for later: $(BIN)/jushi model fetch, or set JUSHI_LLM_BASE_URL to an OpenAI-compatible server.'
	$(BIN)/jushi serve --data $(DATA) --host $(HOST) --port $(PORT) --seeds

test: $(STAMP)   ## run all tests
	$(BIN)/python -m pytest -q

lint: $(STAMP)   ## format check, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP)   ## make the generated pages of docs/ anew, and the site in build/site
	$(BIN)/python docs/_scripts/write.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

check: lint test ## what CI runs, but for the packaged wheel

clean:           ## forget the environment and the local index
	rm -rf $(VENV) $(DATA) build dist *.egg-info
