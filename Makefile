# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OLDEST ?= .venv-oldest
PIP_FLAGS := --quiet --disable-pip-version-check
BROWSER := command -v chromium || command -v chromium-browser || command -v google-chrome
# Rooms whose imports need an extra, and tests that need a browser.
NOT_CORE := $(foreach room,rendering video features baselines figures,--ignore=tests/$(room) --ignore=mebench/$(room)) --ignore-glob='*_browser.py'

.PHONY: demo leaderboard test lint types unit oldest bench clean

demo: $(VENV)/.demo  ## install, score a submission, train and score DynGeoNet on a synthetic twin, render the leaderboard
	$(BIN)/mebench score submissions/casme-sq-twin/sample.csv --dataset casme-sq-twin --json build/demo/sample.json
	@echo
	$(BIN)/mebench baseline run dyngeonet
	@echo
	@rm -rf build/demo/leaderboard
	$(BIN)/mebench leaderboard add build/demo/sample.json $$(ls -t runs/dyngeonet-*/report.json | head -1) --folder build/demo/leaderboard
	$(BIN)/mebench leaderboard render --folder build/demo/leaderboard --folder leaderboard --out build/demo/leaderboard.html

leaderboard: $(VENV)/.demo  ## run every baseline on the small twins, and make submissions/ and leaderboard/ from nothing
	$(BIN)/python tools/rebuild_leaderboard.py

test: lint types unit oldest  ## everything that must hold before a change lands

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

oldest: $(OLDEST)/.core  ## the tests of the core, without any extra, on the oldest dependencies that pyproject.toml admits
	$(OLDEST)/bin/python -m pytest -n 2 -q -W default -p no:cacheprovider $(NOT_CORE)

# Tests of the pages run in Chromium; where there is none and it cannot be installed, they say so and are left out.
unit: $(VENV)/.dev
	@{ $(BROWSER); } >/dev/null || tools/install_chromium
	if { $(BROWSER); } >/dev/null; then export MEBENCH_BROWSER=required; fi; $(BIN)/python -m pytest -n 2

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/resampling.py
	$(BIN)/python benchmarks/features.py
	$(BIN)/python benchmarks/rendering.py
	$(BIN)/python benchmarks/leaderboard.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install $(PIP_FLAGS) -c constraints.txt -e .
	@touch $@

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install $(PIP_FLAGS) -c constraints.txt -e ".[baselines,faces]"
	@touch $@ $(VENV)/.core

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install $(PIP_FLAGS) -c constraints.txt -e ".[dev,baselines,faces,plots,dask,slurm]"
	@touch $@ $(VENV)/.core $(VENV)/.demo

$(OLDEST)/.core: pyproject.toml constraints-oldest.txt
	test -x $(OLDEST)/bin/python || $(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install $(PIP_FLAGS) -c constraints-oldest.txt -e . pytest pytest-xdist hypothesis openpyxl scikit-learn
	@touch $@

clean:
	rm -rf $(VENV) $(OLDEST) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
