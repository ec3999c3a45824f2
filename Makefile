# Each target works alone from a clean clone.
PYTHON ?= python3.11
NOCTULE_HOME ?= $(CURDIR)/.noctule
export NOCTULE_HOME
BIN := .venv/bin

.PHONY: help setup lock data demo dev test slow check bench clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: .venv/ready ## make .venv from the lock

# The lock holds hashes of everything but torch, whose CPU and CUDA builds differ.
.venv/ready: requirements/lock.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock: ## resolve requirements/lock.txt anew (needs pip-tools)
	pip-compile --quiet --generate-hashes --extra dev --unsafe-package torch --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements/lock.txt pyproject.toml

data: data/patients.csv ## write the example's raw file

data/patients.csv: | setup
	$(BIN)/python -m noctule.example.patients data/patients.csv

demo: setup data ## refresh the example, from raw file to published release
	$(BIN)/noctule run patients

dev: setup data ## the Dagster UI on 127.0.0.1:3000
	install -d -m 700 $(NOCTULE_HOME)/dagster && cp dagster.yaml $(NOCTULE_HOME)/dagster/
	cd $(NOCTULE_HOME) && DAGSTER_HOME=$(NOCTULE_HOME)/dagster $(CURDIR)/$(BIN)/dagster dev \
	  --workspace $(CURDIR)/workspace.yaml --host 127.0.0.1 --port 3000

test: setup ## the fast tests
	$(BIN)/pytest -n 2 --dist loadfile

slow: setup ## the slow tests: real tables, fidelity
	$(BIN)/pytest -n 2 --dist loadfile -m slow

check: setup ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

bench: setup ## ours against the rivals; more with BENCH="--tables adult,nist,made --epsilons .1,1,10 --seeds 5"
	$(BIN)/python -m bench $(BENCH)

clean: ## remove the environment and the example's state
	rm -rf .venv .noctule data
