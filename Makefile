# Two commands: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export ORT_DISABLE_TELEMETRY := 1
export NUMBA_CACHE_DIR ?= $(CURDIR)/.cache/numba
SOURCES := setup.cfg pyproject.toml

.PHONY: demo test lint install clean system-packages

demo: $(VENV)/.demo
	@$(BIN)/eqneg demo

test: system-packages $(VENV)/.test lint
	$(BIN)/python -m pytest
	NUMBA_DISABLE_JIT=1 EQNEG_AGREEMENT_INSTANCES=5 $(BIN)/python -m pytest tests/kernels

lint: $(VENV)/.test
	$(BIN)/ruff check .
	@mkdir -p .cache/types/eqnegotiator
	@for package in edge kernels models bench; do ln -sfn ../../../$$package .cache/types/eqnegotiator/$$package; done
	$(BIN)/mypy

# Debian's packages that tests run against; nothing is done where they are installed.
system-packages:
	@sh tests/system-packages.sh

install:
	sh systemd/install.sh

$(VENV)/.demo: $(SOURCES)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(VENV)/.test: $(SOURCES)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[demo,test]'
	@touch $@

clean:
	rm -rf $(VENV) .cache build *.egg-info
