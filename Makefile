# The front door of Ketuk: `make help` says what there is.
SHELL := bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup stack stop demo test test-compose scale images secrets lint format contract lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: $(VENV)/demo.stamp packages-demo ## tap simulated cards through everything: make demo [TAPS=200] [SEED=7] [KILL=verification,broker]
	@exec $(BIN)/python -m dev.demo $(if $(TAPS),--taps $(TAPS)) $(if $(SEED),--seed $(SEED)) $(if $(KILL),--kill $(KILL))

test: setup ## all tests, on a private broker, databases and pcscd
	$(BIN)/python -m pytest tests/unit
	$(BIN)/python -m pytest tests/integration tests/system

test-compose: setup ## run Ketuk in containers: tap cards while replicas are scaled, killed and upgraded
	@deploy/engine
	$(BIN)/python -m pytest tests/compose

scale: setup ## measure what a tap costs, and write docs/scale.md: what a country of counters needs
	$(BIN)/python -m dev.scale

lint: $(VENV)/dev.stamp ## ruff, mypy, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: packages-test $(VENV)/dev.stamp ## install what is needed to work on it

packages-demo: # Debian packages that the demo needs
	@dev/packages demo

packages-test: # and those that the tests need as well
	@dev/packages test

.PHONY: packages-demo packages-test

stack: $(VENV)/demo.stamp packages-demo ## start a private broker, databases and pcscd in the background; addresses in .run/stack.env
	@$(BIN)/python -m dev.stack start

stop: ## end what `make stack` started
	@$(BIN)/python -m dev.stack stop

images: ## build the container images (and stand-ins for the official ones, where no registry is reached)
	@deploy/images

secrets: ## make the secrets that docker-compose.yml wants, below secrets/
	@deploy/secrets

format: $(VENV)/dev.stamp ## put the code in its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

contract: $(VENV)/dev.stamp ## write schemas, AsyncAPI, examples and the table of outcomes from the types
	$(BIN)/python -m dev.contract

lock: ## write requirements/*.txt anew (needs uv)
	@dev/lock

clean: stop ## remove the virtual environment and all state
	rm -rf $(VENV) .run

# The demo's environment is a part of the developers': whoever has the second needs no other.
$(VENV)/demo.stamp: requirements/build.txt requirements/demo.txt pyproject.toml | packages-demo
	@dev/environment demo

$(VENV)/dev.stamp: requirements/build.txt requirements/dev.txt pyproject.toml | packages-test
	@dev/environment dev
