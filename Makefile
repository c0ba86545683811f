# Each of `make demo` and `make test` does all its own set-up, in a virtual environment of its own under .venv/.
PYTHON ?= python3
TORCH ?= torch==2.13.0

DEMO := .venv/demo
TEST := .venv/test
MUTANTS := .venv/mutants
INSTALL := -m pip install -qq --disable-pip-version-check --progress-bar off
# Half as many again as processors: many tests wait for another process, or for a clock.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(3 * os.cpu_count() // 2)")
# A test file is one worker's, so that what its tests share is made once.
PYTEST := $(TEST)/bin/python -m pytest -m "not slow and not shared" -n $(WORKERS) --dist loadfile $(if $(SHUFFLE),--random-order-seed=$(SHUFFLE))
# The tests that hold generated documents to the code also write them.
PAGES := tests/test_docs.py tests/test_public_face.py tests/audit/test_columns.py tests/importers/test_compare.py

# Torch's waiting threads go to sleep. Spinning, they would slow each other tenfold where other programs run too.
export OMP_WAIT_POLICY := PASSIVE

# What a test run does is the same every time; the order of sets too. `make test SHUFFLE=7` is another order of the tests.
export PYTHONHASHSEED := 0

.PHONY: help demo test check lint docs mutants clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(DEMO)/installed ## fine-tune a small model and see its README get the figure
	@$(DEMO)/bin/python demo/train.py

test: $(TEST)/installed ## run the tests
	@$(PYTEST)

check: lint ## lint, types, and the tests with branch coverage
	@$(PYTEST) --cov --cov-branch --cov-report=term

lint: $(TEST)/installed ## lint and types alone
	@$(TEST)/bin/ruff check .
	@$(TEST)/bin/ruff format --check .
	@$(TEST)/bin/mypy
	@$(TEST)/bin/zizmor --offline --quiet .github/workflows action.yml

docs: $(TEST)/installed ## write the generated documents anew
	@for page in $(PAGES); do PYTHONPATH="tests:$$PYTHONPATH" $(TEST)/bin/python $$page || exit 1; done

mutants: $(TEST)/installed $(MUTANTS)/installed ## change the code in small ways, and count what the tests notice: hours
	@$(MUTANTS)/bin/python benchmarks/mutants.py $(OF) --most $(or $(MOST),150) --seed $(or $(SEED),0)

clean: ## remove the virtual environments and everything that was made
	rm -rf .venv .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache build dist demo/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Torch is named in the same call as the rest, so that no other build of it is taken.
$(DEMO)/installed: pyproject.toml
	@echo "Installing what the demo needs into $(DEMO): one to five minutes, once."
	@$(PYTHON) -m venv $(DEMO)
	@$(DEMO)/bin/python $(INSTALL) $(TORCH) -e '.[train,demo]'
	@touch $@

$(MUTANTS)/installed:
	@$(PYTHON) -m venv $(MUTANTS)
	@$(MUTANTS)/bin/python $(INSTALL) cosmic-ray==8.7.0
	@touch $@

$(TEST)/installed: pyproject.toml
	@echo "Installing what the tests need into $(TEST): one to five minutes, once."
	@$(PYTHON) -m venv $(TEST)
	@$(TEST)/bin/python $(INSTALL) $(TORCH) -e '.[train,demo,test,lint]'
	@touch $@
