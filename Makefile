# `make book` needs Python 3.11 or newer and make. `make help` lists the targets.
VENV ?= .venv
BIN := $(VENV)/bin
# What a reader needs, and what checks it besides.
READY := $(VENV)/.ready
TESTED := $(VENV)/.ready-dev
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
STEP := $(or $(PYTHON),python3) tools/step.py
CHAPTER = $(firstword $(wildcard chapters/*$(N)*.ipynb chapters/*$(N)*.md))
BUILD := $(BIN)/jupyter-book build . -W --keep-going -n
# What tests the book, its exercises and tools; the other files in tests/ test mtjlib and need no built book.
BESIDES := bibliography book diagnosis_data exercises exercises_seeds explorers first_look hand index ledger \
	ledger_equations nbgrader notebooks page tools
LIBRARY = $(filter-out $(BESIDES:%=tests/test_%.py),$(wildcard tests/test_*.py))

# Each run of make times its own steps.
$(shell rm -f _build/steps.txt)

# Byte code makes every kernel start two to three times faster.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help book chapter serve lab test library bench lint format notebooks exercises oldest dist lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(STEP) "Create the environment in $(VENV)" $(PYTHON) -m venv $(VENV)
	@$(STEP) "Install the locked packages" $(BIN)/python -m pip install --progress-bar off -r requirements.txt
	@$(STEP) "Install mtjlib" $(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(TESTED): requirements-dev.txt $(READY)
	@$(STEP) "Install what tests it" $(BIN)/python -m pip install --progress-bar off -r requirements-dev.txt
	@touch $@

book: $(READY) ## execute every notebook, build the book strictly, say where it is
	@$(STEP) "Fetch the browser libraries" $(BIN)/python tools/vendor.py
	@$(STEP) "Execute the notebooks and build the book" $(BUILD)
	@$(STEP) --report

chapter: $(READY) ## rebuild one page fast: make chapter N=julliere
	@test -n "$(N)" -a -n "$(CHAPTER)" || { echo "Which one? make chapter N=part-of-a-file-name, of:"; ls chapters; exit 1; }
	@touch $(CHAPTER)
	@MTJ_ONE_PAGE=1 $(STEP) "Rebuild $(CHAPTER)" $(BUILD)
	@$(STEP) --report

serve: ## serve the built book on http://127.0.0.1:8000
	$(PYTHON) -m http.server 8000 --bind 127.0.0.1 --directory _build/html

lab: $(READY) ## open the notebooks that readers download in JupyterLab, as copies to work in
	@test -d _build/html/_sources || $(MAKE) book
	@mkdir -p lab
	@for file in _build/html/_sources/chapters/*.ipynb _build/html/hands-on/*.ipynb; do \
		kind=$$(basename $$(dirname $$file)); mkdir -p lab/$$kind; \
		test -e lab/$$kind/$$(basename $$file) || cp $$file lab/$$kind/; done
	$(BIN)/jupyter lab lab

test: book $(TESTED) ## build the book, then run every test: package, notebooks, exercises, pages
	@OMP_NUM_THREADS=1 $(STEP) "Run the tests" $(BIN)/python -m pytest -n 2 --dist loadscope \
		--nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout 120 \
		mtjlib tests $(wildcard chapters exercises/source)

library: $(TESTED) ## test mtjlib alone: a minute or two
	@OMP_NUM_THREADS=1 $(STEP) "Test the library" $(BIN)/python -m pytest -q -n 2 -p no:nbval --dist loadscope mtjlib $(LIBRARY)

bench: $(TESTED) ## measure speed and accuracy against other ways to compute the same
	$(BIN)/python -m pytest tests/benchmarks -m bench -s

lint: $(TESTED) ## check style and spelling, notebooks included
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell

format: $(TESTED) ## put code and notebooks into the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

notebooks: $(READY) ## execute the chapters and normalise them for a commit
	$(BIN)/python tools/normalise_notebooks.py --execute

exercises: $(TESTED) ## make the student copies from exercises/source
	$(BIN)/python tools/build_exercises.py

oldest: ## test the library with the oldest NumPy and SciPy that pyproject.toml allows (needs uv)
	uv venv --quiet --clear --python 3.11 _build/oldest
	uv pip install --quiet --python _build/oldest --resolution lowest-direct -e .
	uv pip install --quiet --python _build/oldest pytest hypothesis
	OMP_NUM_THREADS=1 _build/oldest/bin/python tools/oldest.py

dist: ## build the source distribution and the wheel into _build/dist, and try the wheel (needs uv)
	rm -rf _build/dist && uv build --quiet --out-dir _build/dist
	uv run --quiet --isolated --no-project --with _build/dist/*.whl python -c \
		"import mtjlib; print('mtjlib', mtjlib.__version__, mtjlib.transport.tmr(mtjlib.materials.FE_MGO_FE))"

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--custom-compile-command "make lock" -q

lock: ## resolve requirements.txt (a reader's) and requirements-dev.txt (all of it) anew (needs uv)
	$(LOCK) --all-extras --upgrade -o requirements-dev.txt
	cp requirements-dev.txt requirements.txt # the versions that uv prefers: one package, one version
	$(LOCK) --extra notebooks --extra book -o requirements.txt

clean: ## remove everything that was built; the environment stays
	rm -rf _build node_modules
