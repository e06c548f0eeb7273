# Every target sets up what it needs; a second call finds that done. What they do is in tools/.
PYTHON ?= python3
VENV := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-rasa check fmt bench soak fresh lock wheel clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: ## set up, and start the hub on the embedded store with demo data
	@$(PYTHON) -m tools.setup start $(ARGS)

test: ## set up, and run every test
	@$(PYTHON) -m tools.setup test
	@$(VENV) -m tools.suite $(ARGS)

test-rasa: ## opt-in, minutes: a real Rasa beside our engine; writes docs/rasa-run.md
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m tools.rasa $(ARGS)

check: ## format, lint, types, floors, sizes, manifests, generated files, pull-the-plug
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m tools.check $(ARGS)

fmt: ## format the Python sources and repair what can be repaired
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m ruff check --fix-only --quiet .
	@$(VENV) -m ruff format .

bench: ## print the figures beside their floors, and write them as JSON
	@$(PYTHON) -m tools.setup dev
	@$(VENV) -m bench $(ARGS)

soak: ## the long run: kill the server again and again under load
	@$(PYTHON) -m tools.setup dev
	@YIZHAN_SOAK=full $(VENV) -m pytest -m soak --timeout=0 tests $(ARGS)

fresh: ## clone this commit, take Node away, and follow the README
	@$(PYTHON) -m tools.fresh

lock: ## resolve the requirements again; LOCK=--upgrade takes newer releases
	@$(PYTHON) -m tools.setup dev
	@$(PYTHON) -m tools.lock $(LOCK)

wheel: ## build the wheel, pages included
	@$(PYTHON) -m tools.setup test
	@$(VENV) -m hatchling build -t wheel -d dist

clean: ## remove what set-up and tests made; ./data stays
	@rm -rf .venv .tools .artifacts build dist web/node_modules web/dist
