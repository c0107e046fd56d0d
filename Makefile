# Every command that a person needs; `make help` lists them.
SHELL := bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := venv
PY := $(VENV)/bin/python
UV_VERSION := 0.13.9
IN_SANDBOX := . .sandbox/env &&
FLEET_HOME := .sandbox/fleet

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.complete: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed; name one with `make PYTHON=python3.12 ...`")'
	@$(PYTHON) -m sandbox.packages $(VENV)
	@touch $@

.PHONY: setup
setup: $(VENV)/.complete ## Set up: virtual environment, Pulumi engine, sandbox plugins
	@$(PY) -m compileall -q components operate fleet sandbox
	@$(PY) -m sandbox.pulumi.toolchain

.PHONY: demo
demo: setup ## Start the sandbox, run the real `pulumi up` in it, show what stands then; ROUTE=visionOne takes that route
	@$(PY) -m sandbox start
ifeq ($(ROUTE),visionOne)
	@cp examples/vision-one-direct/Pulumi.vision-one-direct.yaml Pulumi.vision-one.yaml
	@$(IN_SANDBOX) pulumi stack select vision-one --create --non-interactive
endif
	@$(IN_SANDBOX) pulumi up --yes --refresh
	@$(PY) -m sandbox show

# Anew each time, in a sandbox of its own: deployed once, nothing of it would be left to show.
.PHONY: demo-fleet
demo-fleet: setup fleet-down ## Link an organization of twelve accounts by `python -m fleet`: waves, failures, retry, status
	@$(PY) -m sandbox start --home $(FLEET_HOME) --accounts 12 --aws-port 4612 --trend-port 4613
	@. $(FLEET_HOME)/env && $(PY) -m sandbox.fleet_demo

.PHONY: demo-down fleet-down
demo-down: setup fleet-down ## Destroy the demo's stack, stop both demos' sandboxes
	@if [ -f Pulumi.vision-one.yaml ]; then $(IN_SANDBOX) pulumi destroy --stack vision-one --yes --refresh --remove; fi
	@if [ -f .sandbox/env ]; then $(IN_SANDBOX) pulumi destroy --stack dev --yes --refresh; fi
	@$(PY) -m sandbox stop

fleet-down: setup
	@if [ -d $(FLEET_HOME) ]; then $(PY) -m sandbox stop --home $(FLEET_HOME) && rm -rf $(FLEET_HOME); fi

# What takes longest comes first, and is not put behind files that have more tests.
.PHONY: test
test: setup ## Run the tests, of those on the real engine the first life alone: under five minutes
	@$(PY) -m pytest --no-loadscope-reorder tests/e2e/test_life.py tests/lifecycle tests/program tests/unit

# The floor of all is in pyproject.toml; components/ has one of its own, which nothing else makes up for.
.PHONY: coverage
coverage: setup ## Run the tests of `make test`, and hold the floors of their coverage
	@PYTEST_ADDOPTS=--cov $(MAKE) --no-print-directory test
	@$(VENV)/bin/coverage report --include 'components/*' --skip-covered --fail-under 92

.PHONY: test-engine
test-engine: setup ## Run all tests on the real engine but the long ones: a quarter of an hour
	@$(PY) -m pytest tests/e2e

.PHONY: test-full
test-full: setup ## Run the tests that take long, too: several hours; PART=1/8 runs an eighth of all
	@FULL=1 $(PY) -m pytest -m "full or not full"

.PHONY: official
official: $(VENV)/.complete ## Deploy, preview and destroy once with Pulumi's official plugins, against moto's proxy: needs `pulumi`
	@$(PY) -m tests.official

.PHONY: format
format: $(VENV)/.complete ## Format the code, and mend what the linter can
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format .

.PHONY: check check-python check-workflows check-secrets
check: check-python check-workflows check-secrets ## Format, lint, types, imports, workflows, secrets; rewrites nothing

check-python: $(VENV)/.complete
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

# actionlint has no wheel that holds it, so Go builds it, within a minute and once a machine.
check-workflows: $(VENV)/.complete
	@$(VENV)/bin/zizmor --offline --quiet --no-progress .github examples/fleet-on-github
	@if command -v go >/dev/null; then go -C .github/actionlint tool actionlint $(CURDIR)/.github/workflows/*.yml $(CURDIR)/examples/fleet-on-github/*.yml; \
	else echo "actionlint left out: it takes Go to build it"; fi

.PHONY: lock
lock: $(VENV)/.complete ## Write requirements*.txt anew from requirements*.in; UPGRADE=1 takes newer versions of what these need
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@for lock in requirements requirements-fleet requirements-dev; do \
	  $(VENV)/bin/uv pip compile --quiet $(if $(UPGRADE),--upgrade) $$lock.in --output-file $$lock.txt || exit 1; done

# .secrets.baseline holds, by its digest, what looks like a secret and is none: those of tests are made up.
# The hook writes into its baseline what is there no more, so it is given a copy.
check-secrets: $(VENV)/.complete
	@copy=$$(mktemp) && trap 'rm -f "$$copy"' EXIT && cp .secrets.baseline "$$copy" && \
	  git ls-files -z ':!.secrets.baseline' | xargs -0 $(VENV)/bin/detect-secrets-hook --baseline "$$copy" || \
	  { echo "error: a secret that .secrets.baseline does not list, or one that is listed and gone: take it out, or run \`make baseline\`"; exit 1; }

.PHONY: baseline
baseline: $(VENV)/.complete ## Take what now looks like a secret for none; look at the difference before you commit it
	@$(VENV)/bin/detect-secrets scan --baseline .secrets.baseline
	@sed -i.old -e '/"line_number"/d' -e 's/\("is_verified": false\),/\1/' .secrets.baseline && rm .secrets.baseline.old

.PHONY: docs
docs: $(VENV)/.complete ## Write Pulumi.yaml's settings and the tables of them from their declarations
	@$(PY) -m tests.settings_page

.PHONY: record
record: setup ## Write the state of this version, tests/states/<version>.json, anew: once, before its release
	@$(PY) -m tests.recorded_states

.PHONY: pictures
pictures: demo ## Take the pictures of docs/report.md anew, with an installed browser
	@$(IN_SANDBOX) $(PY) -m operate report --html .sandbox/report.html
	@$(PY) -m tests.report_pictures .sandbox/report.html

.PHONY: bench
bench: setup ## Measure time, CPU, memory and calls to Trend against limits, the floor beside; for a quiet machine
	@$(PY) -m bench

.PHONY: bench-fleet
bench-fleet: setup ## Measure what many accounts cost: the queue's part, and twenty real ones in the sandbox
	@$(PY) -m bench.fleet

.PHONY: live
live: $(VENV)/.complete ## Live it once on real accounts, and compare with the sandbox: docs/live.md. Off without LIVE_AWS_ACCOUNT
	@$(PY) -m live
