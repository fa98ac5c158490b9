# What one does here, one word each. Every target sets up what it needs.

BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate

# A process that starts, as thousands do in tests, finds compiled what another has read before.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types imports unit integration architecture faults chaos mutants soak images e2e \
	audit sbom docs release bench keep lock screenshots clean formatted parts unsaid

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## a hub and three partners on this machine, until Ctrl-C (ARGS="--detach --json FILE")
	@$(BIN)/throughline demo up $(ARGS)

test: unsaid parts ## everything a change must pass
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check architecture integration faults e2e
	@cat build/figures.txt
	@echo "Passed: format, lint, types, import contracts, unit, architecture, integration, fault and browser tests."

check: formatted lint types imports unit ## format, lint, types, import contracts, unit tests

format: $(DEV) ## rewrite the code in the house's format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix --select I

formatted: $(DEV)
	$(BIN)/ruff format --check

lint: $(DEV) ## look for what ruff knows to be wrong, and count what its security rules let pass
	$(BIN)/ruff check
	@echo "Let pass by name, with a reason (ruff's security rules; S603 is off: no shell is ever used):"
	@$(BIN)/ruff check --select S --ignore-noqa --statistics --exit-zero --quiet

types: $(DEV) ## check the types
	$(BIN)/mypy

imports: $(DEV) ## check who may import whom
	$(BIN)/lint-imports

unit: $(DEV) ## tests beside the code
	$(BIN)/pytest services shared deploy

architecture: $(DEV) parts ## the house rules, as tests
	$(BIN)/pytest tests/architecture

integration: $(DEV) parts ## journeys over real brokers and databases; what released versions wrote; what is deployed
	$(BIN)/pytest --timeout=300 tests/integration tests/compatibility tests/packaging bench

faults: $(DEV) parts ## break things on purpose
	$(BIN)/pytest --timeout=300 tests/faults

chaos: $(DEV) parts ## 10,000 referrals through real parts under 200 faults (ten minutes)
	$(BIN)/python -m tests.faults.chaos.storm 10000 200

mutants: $(DEV) parts ## break the messaging core in every listed way: each must be caught
	$(BIN)/python -m tests.faults.mutants

soak: $(DEV) ## 100,000 simulated histories, 10,000 power cuts, 1,000,000 changed envelopes, 20,000 API requests (two hours)
	$(BIN)/python -m tests.faults.power.cuts 10000
	$(BIN)/python -m tests.faults.simulation.many 100000
	$(BIN)/python -m tests.faults.mutations.many 1000000
	$(BIN)/python -m tests.integration.described.many 20000

e2e: $(DEV) parts ## a real browser drives the pages
	$(BIN)/pytest --timeout=400 tests/e2e

bench: $(DEV) parts ## measure against seven peers, and what else is wanted (ARGS=..., MEASURES=...)
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.measures $(MEASURES)

keep: $(DEV) parts ## at a release: keep its events, contract and databases for the tests of later versions
	$(BIN)/python -m tests.compatibility.keep

audit: $(DEV) ## ask whether any version in the locks is known to be broken
	$(BIN)/python -m tests.supply_chain.audit

sbom: $(DEV) ## list what we are made of, in build/sbom.json (CycloneDX)
	@mkdir -p build
	PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --validate --output-file build/sbom.json

docs: $(DEV) ## build the documentation as a site, in build/docs; a link that leads nowhere fails
	$(BIN)/mkdocs build --strict

images: ## make what tests in Docker need from Debian's packages, where an engine answers and no registry does
	@tests/packaging/images/make

release: $(DEV) ## put wheel, image recipe, SBOM and their sums into dist; the same bit by bit each time
	@deploy/setup/release $(BIN) dist

screenshots: $(DEV) parts ## take the pictures of the README and the tutorials anew
	$(BIN)/python -m docs.screenshots $(ARGS)

lock: $(DEV) ## write the locks anew from pyproject.toml (ARGS=--upgrade)
	$(LOCK) $(ARGS) --group build --output-file requirements.lock
	$(LOCK) $(ARGS) --group build --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove caches and what was built (.venv stays)
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# Figures of an earlier run.
unsaid:
	@rm -f build/figures.txt

# The servers, the browser and the fonts that tests need from the distribution.
parts:
	@deploy/setup/system-packages tests

$(RUNTIME): requirements.lock pyproject.toml
	@deploy/setup/environment requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml
	@deploy/setup/environment requirements-dev.lock
	@touch $(RUNTIME) $@
