# hc4: two commands do everything on a fresh machine, `make demo` and `make test`.
.PHONY: setup train lock demo test test-all lint types bench bench-peers clean

PYTHON ?= python3
BIN := .venv/bin
EXTRAS := ray web pdf ner sign cards test dev bench

setup: .venv/ready  ## a virtual environment with everything installed, and the pinned models

.venv/ready: pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	$(BIN)/hc4 assets pull models
	touch $@

train: .venv/train  ## PyTorch and what trains and evaluates with it; tests of these are skipped without

.venv/train: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[train]"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "litdata>=0.2.76,<0.3"
	$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --group olmo --target .venv/olmo
	touch $@

lock: setup  ## resolve pyproject.toml again: versions and hashes, no addresses
	$(BIN)/python -m uv pip compile --quiet pyproject.toml $(EXTRAS:%=--extra %) --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock

demo: setup  ## build a real snapshot under demo/, verify it, say where to look
	$(BIN)/hc4 assets pull demo
	$(BIN)/hc4 build pipelines/recipes/demo.yaml --output demo
	$(BIN)/hc4 verify demo
	@echo
	@echo "Look at  demo/report/index.html  demo/README.md  demo/manifest.json"
	@echo "Ask      $(BIN)/hc4 explain medline:34094013 demo   $(BIN)/hc4 inspect demo --dropped"

PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 30

test: setup  ## every area, in minutes
	$(BIN)/hc4 assets pull demo
	$(PYTEST) -m "not slow"

test-all: setup  ## the whole suite, slow tests included: what CI runs
	$(BIN)/hc4 assets pull demo
	$(PYTEST)

lint: setup  ## style, formatting, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup  ## strict types
	$(BIN)/mypy

bench: setup  ## side by side with peers
	$(BIN)/hc4 assets pull demo
	$(BIN)/python -m benchmarks

bench-peers: setup  ## quality filters beside those that need environments of their own, which pip makes first
	$(BIN)/hc4 assets pull demo
	$(BIN)/python -m benchmarks.quality --peers

clean:  ## everything that was made here
	rm -rf .venv .hc4 demo
