# make chat        set up, index corpus/ and serve the chat at http://127.0.0.1:$(PORT)
# make test        set up with the test extras and run every test, $(WORKERS) at once
# make test-fast   the same without the slow tests

PORT ?= 7860
WORKERS ?= 3
PYTHON ?= python3
BIN := .venv/bin
# The editable install links each file of the package: a new or removed file needs a new one.
FOLDERS := $(shell find app index ingest -type d ! -name __pycache__ ! -path '*/articles*')
PIP := $(BIN)/python -m pip install --constraint constraints.txt
INSTALL := $(PIP) --quiet --config-settings editable_mode=strict --editable
# The tests of a file run in one process: what they share is made once. Files with slow tests come first.
TEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: chat test test-fast

chat: .venv/ready
	@echo "Starting the chat. Its address follows in a few seconds."
	@$(BIN)/rodedraad chat --port $(PORT)

test: .venv/ready-to-test
	$(TEST)

test-fast: .venv/ready-to-test
	$(TEST) -m "not slow"

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Rode Draad needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 2; }
	@echo "Making a Python environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/ready: pyproject.toml constraints.txt $(FOLDERS) | .venv/bin/python
	@echo "Installing Rode Draad and its libraries in .venv: the first time about 2 minutes and 2 GB"
	@$(INSTALL) .
	@touch $@

.venv/ready-to-test: pyproject.toml constraints.txt $(FOLDERS) | .venv/bin/python
	@echo "Installing Rode Draad, its libraries and those of the tests in .venv"
	@$(INSTALL) '.[test]'
	@touch $@ .venv/ready
