# One command for each habit. On Windows, see the README: the same commands without make.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# the demonstration, except for a site that has an address
BASE ?= $(if $(ADRESSE),data/rqds.duckdb,data/demonstration.duckdb)
PORT ?= 8501
# where the publications of the base are, and where the static site is written
PUBLICATION ?= $(if $(filter %rqds.duckdb,$(BASE)),data/publication,data/publication/$(basename $(notdir $(BASE))))
SITE ?= data/site
PORT_PUBLIC ?= 8502

.PHONY: run public site test check bench pin clean

$(VENV)/.app: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Il faut Python 3.11 ou plus récent.")'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.browser: $(VENV)/.dev tests/browser/install.py
	$(PY) tests/browser/install.py
	@touch $@

data/demonstration.duckdb: | $(VENV)/.app
	$(PY) -m etl demo --base $@
	$(PY) -m rqds_metrics publier --base $@

## run: environment, installation, and the app on demonstration data (BASE=data/rqds.duckdb for the real ones)
run: $(VENV)/.app $(filter data/demonstration.duckdb,$(BASE))
	@$(PY) -m rqds_metrics.diffusion.site $(SITE) --instantanes $(PUBLICATION) && echo "Le site public : $(SITE)/index.html (make public pour l'autre façon)" || true
	RQDS_BASE=$(BASE) $(PY) -m streamlit run app.py --server.port $(PORT)

## public: the public process, on what is published (beside the app, on a port of its own)
public: $(VENV)/.app
	RQDS_PUBLICATION=$(abspath $(PUBLICATION)) $(PY) -m streamlit run publique/app.py --server.port $(PORT_PUBLIC)

## site: the static site of what is published, in SITE=data/site (ADRESSE=https://… for canonical addresses)
site: $(VENV)/.app
	$(PY) -m rqds_metrics.diffusion.site $(SITE) --instantanes $(PUBLICATION) $(if $(ADRESSE),--adresse $(ADRESSE))

## test: environment, installation with a browser, and every test
test: $(VENV)/.browser
	$(PY) -m pytest -q -n auto --dist worksteal

## check: format, lint, types, import contract, tests
check: $(VENV)/.browser
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m rqds_metrics verifier
	$(PY) -m pytest -q -n auto --dist worksteal

## bench: ratios taken side by side in one run
bench: $(VENV)/.browser
	$(PY) -m tests.bench

## pin: write the pinned requirements from the .in files (needs uv)
pin:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache data/demonstration.duckdb data/publication/demonstration
