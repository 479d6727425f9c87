.PHONY: setup demo test lint types bench clean
PY := .venv/bin/python
EXTRAS := ray,test,dev,bench

setup: .venv/ready

.venv/ready: pyproject.toml
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(PY) -m uv pip install --quiet --python $(PY) --editable ".[$(EXTRAS)]"
	touch $@

demo: setup

test: setup
	$(PY) -m pytest

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports

types: setup
	$(PY) -m mypy
