# make chat   set up, index corpus/ and open the chat on 127.0.0.1:$(PORT)
# make test   set up with the test extras and run every test

PORT ?= 7860
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat test

chat: .venv/ready
	$(BIN)/rodedraad chat --port $(PORT)

test: .venv/ready-to-test
	$(BIN)/python -m pytest

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Rode Draad needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/ready: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/ready-to-test: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@ .venv/ready
