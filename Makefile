# The front door of Ketuk: `make help` says what there is.
SHELL := bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
CORES := $(shell nproc)
# Hundreds of processes are started: each would compile the code anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup stack stop demo chaos test test-unit test-fuzz test-integration test-long fuzz model mutants test-compose bench bench-card bench-gateway bench-registry bench-effects scale images secrets lint format contract verdicts lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: $(VENV)/demo.stamp packages-demo ## tap simulated cards through everything: make demo [TAPS=200] [SEED=7] [KILL=verification,broker]
	@exec $(BIN)/python -m dev.demo $(if $(TAPS),--taps $(TAPS)) $(if $(SEED),--seed $(SEED)) $(if $(KILL),--kill $(KILL))

chaos: $(VENV)/demo.stamp packages-demo ## taps under fire: kill, restart and cut everything, then a ledger: make chaos [TAPS=10000] [SEED=n]
	@exec $(BIN)/python -m dev.chaos $(if $(TAPS),--taps $(TAPS)) $(if $(SEED),--seed $(SEED))

test: test-unit test-fuzz test-integration ## all tests, on a private broker, databases and pcscd

test-unit: setup
	$(BIN)/python -m pytest $(LONG) -n $(CORES) --dist loadscope tests/unit

test-fuzz: setup
	$(BIN)/python -m pytest $(LONG) -n $(CORES) tests/fuzz

test-integration: setup
	$(BIN)/python -m pytest $(LONG) -n $(shell dev/workers) --dist loadscope --no-loadscope-reorder tests/system tests/integration/registry/test_openapi.py tests/integration

test-long: setup ## the same, with long statistical runs in their full form, and in containers on both of Debian's releases
	@$(MAKE) test LONG=--long
	@deploy/engine
	STAND_INS=bookworm $(BIN)/python -m pytest tests/compose
	$(BIN)/python -m pytest tests/compose

fuzz: $(VENV)/dev.stamp ## fuzz what reads cards, messages, requests and files, each target so long: make fuzz MINUTES=10
	$(BIN)/python -m tests.fuzz --seconds $$(( $(or $(MINUTES),1) * 60 ))

test-compose: setup ## run Ketuk in containers: tap cards while replicas are scaled, killed and upgraded: make test-compose [STAND_INS=bookworm]
	@deploy/engine
	$(BIN)/python -m pytest tests/compose

bench-card: $(VENV)/dev.stamp ## how long reading a card takes over the radio: writes docs/card.md
	$(BIN)/python -m bench.card

bench-gateway: packages-demo $(VENV)/dev.stamp ## from pcscd's report of a card to the gateway's spool: make bench-gateway [TAPS=60]
	$(BIN)/python -m bench.gateway $(if $(TAPS),--taps $(TAPS))

bench-registry: packages-demo $(VENV)/dev.stamp ## import a city's residents beside a bare COPY, ask for reports: writes docs/registry-speed.md
	$(BIN)/python -m bench.registry

model: setup ## a counter in any order of events, other days each time: make model [MINUTES=10]
	KETUK_MODEL_MINUTES=$(or $(MINUTES),10) $(BIN)/python -m pytest tests/integration/counter_model

mutants: $(VENV)/dev.stamp ## put small bugs into what judges and computes: all but 3 % must fail a unit test: make mutants [ONLY=verification]
	$(BIN)/python -m dev.mutants $(ONLY)

bench-effects: packages-demo $(VENV)/dev.stamp ## how soon verification judges by what the office decides
	$(BIN)/python -m bench.registry --look effects

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

bench: packages-demo $(VENV)/bench.stamp ## judge 20,000 readings beside the usual ways, and write docs/speed.md: make bench [LETTERS=20000]
	$(BIN)/python -m bench.verification $(if $(LETTERS),--letters $(LETTERS))

images: ## build the container images (and stand-ins for the official ones, where no registry is reached)
	@deploy/images

secrets: ## make the secrets that docker-compose.yml wants, below secrets/
	@deploy/secrets

format: $(VENV)/dev.stamp ## put the code in its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

contract: $(VENV)/dev.stamp ## write schemas, AsyncAPI, examples and the table of outcomes from the types
	$(BIN)/python -m dev.contract

verdicts: setup ## tap cards for the worked examples of docs/verdicts.md, and write it
	KETUK_WRITE_VERDICTS=1 $(BIN)/python -m pytest tests/system/outcomes/test_examples.py

lock: ## write requirements/*.txt anew (needs uv)
	@dev/lock

clean: stop ## remove the virtual environment and all state
	rm -rf $(VENV) "$$(readlink .run/tests)" .run

# The demo's environment is a part of the developers': whoever has the second needs no other.
$(VENV)/demo.stamp: requirements/build.txt requirements/demo.txt pyproject.toml | packages-demo
	@dev/environment demo

# The peers that verification is compared with, beside whatever else is in the environment.
$(VENV)/bench.stamp: requirements/build.txt requirements/bench.txt pyproject.toml | packages-demo
	@dev/environment bench

$(VENV)/dev.stamp: requirements/build.txt requirements/dev.txt pyproject.toml | packages-test
	@dev/environment dev
