# make help lists what there is. Everything installed goes into .venv and the node_modules beside each package.json.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
NODE := $(CURDIR)/.venv/node
export PIP_DISABLE_PIP_VERSION_CHECK := 1

FRONTEND := $(wildcard frontend/package.json)
INTEROP := $(wildcard tests/interop/package.json)
DIST := src/chappe/web/static/dist/.built
NPM_STAMPS := $(patsubst %/package.json,%/node_modules/.installed,$(FRONTEND) $(INTEROP))

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: .venv/.installed $(NPM_STAMPS) $(if $(FRONTEND),$(DIST)) ## Install what the program and its tests need, build the front end

.venv/.installed: requirements/dev.txt pyproject.toml scripts/make_venv.sh
	@scripts/make_venv.sh
	@touch $@

%/node_modules/.installed: %/package-lock.json .venv/.installed
	@echo "Installing $*/node_modules"
	@cd $* && PATH="$(NODE):$$PATH" npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# Tailwind reads the class names out of the templates: they are sources of the build too.
$(DIST): frontend/node_modules/.installed $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null) \
		$(shell find src/chappe -name '*.html' 2>/dev/null)
	@echo "Building the front end"
	@cd frontend && PATH="$(NODE):$$PATH" npm run --silent build
	@touch $@

.PHONY: demo
demo: venv ## The live demo: a campaign on a simulated carrier (make demo ARGS=--headless)
	@$(BIN)/chappe demo $(ARGS)

.PHONY: test
test: test-system venv ## All tests; ARGS are pytest's
	@scripts/run_tests.sh $(ARGS)

.PHONY: test-system
test-system:
	@scripts/need_system.sh test

TEST_KINDS := unit simulation db http engine e2e interop fuzz
.PHONY: $(TEST_KINDS:%=test-%)
$(TEST_KINDS:%=test-%): test-%: test-system venv
	@$(BIN)/pytest tests/$* $(ARGS)

FIGURES ?= faults.jsonl
.PHONY: test-faults
test-faults: test-system venv ## The long form of tests/faults and tests/simulation, hours; figures go to FIGURES (ARGS='-k kill')
	@$(BIN)/pytest tests/faults tests/simulation --faults=long --figures $(FIGURES) $(ARGS)

.PHONY: lint
lint: .venv/.installed ## ruff, mypy --strict, import layers, table ownership, templates, no host names
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/lint_tables.py
	@$(BIN)/python scripts/lint_hosts.py
	@$(BIN)/python scripts/lint_size.py
	@$(BIN)/djlint --lint --quiet src/chappe

.PHONY: format
format: .venv/.installed ## Let ruff write the code's form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: venv ## Measure everything into docs/performance.md (one, printed: make bench NAME=campaign ARGS=--json)
	@$(if $(NAME),$(BIN)/chappe bench $(NAME) $(ARGS),$(BIN)/python scripts/performance.py)

.PHONY: bench-optout
bench-optout: venv ## Recall and precision of the detector of opt-outs on its corpus (tests/corpus/optout)
	@$(BIN)/python -m chappe.bench.optout $(sort $(wildcard tests/corpus/optout/*.jsonl))

.PHONY: train-optout
train-optout: venv ## Learn the weights of the detector of opt-outs from the development part of its corpus (held out: ARGS='--folds 5')
	@$(BIN)/python -m chappe.bench.optout_training src/chappe/consent/optout/weights.tsv $(addprefix tests/corpus/optout/,dev.jsonl spent.jsonl dev2.jsonl) $(ARGS)

.PHONY: bench-experiments
bench-experiments: venv ## Simulate the statistics of tests: false winners, intervals, power (docs/experiments.md)
	@$(BIN)/python -m chappe.bench.experiments docs $(ARGS)

.PHONY: bench-plans
bench-plans: venv ## Keep the plans of what the lists ask of a large database (docs/plans.md)
	@$(BIN)/python scripts/plans.py $(ARGS)

.PHONY: bench-peers
bench-peers: test-system venv ## Kannel and Chappe one after the other against the same carrier (bench/peers)
	@$(BIN)/python bench/peers/compare.py $(ARGS)

.PHONY: bench-lighthouse
bench-lighthouse: test-system venv bench/lighthouse/node_modules/.installed ## Lighthouse's scores of the pages opened most (bench/lighthouse)
	@$(BIN)/python bench/lighthouse/measure.py $(ARGS)

.PHONY: test-fresh
test-fresh: ## Both README commands in a bare Debian, as root and as a user, timed (needs root and debootstrap)
	@scripts/test_fresh.sh

.PHONY: screenshots
screenshots: test-system venv ## Take docs/screenshots anew, of a demo made for it
	@$(BIN)/python scripts/screenshots.py

.PHONY: requirements
requirements: venv ## Pin the requirements again after a change of requirements/*.in (needs uv)
	@for name in runtime dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    requirements/$$name.in -o requirements/$$name.txt; \
	done

.PHONY: clean
clean: ## Remove what was installed and built
	@rm -rf .venv bench/lighthouse/node_modules frontend/node_modules tests/interop/node_modules src/chappe/web/static/dist
