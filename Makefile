# make run    install what the app needs, open it on http://localhost:8501
# make demo   open the app on a database made to show it with
# make test   install everything, check style and types, run the tests
.DEFAULT_GOAL := help
PORT ?= 8501
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A portable llama.cpp: no instruction of this very processor, no image models.
export CMAKE_ARGS ?= -DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF

.PHONY: help run demo desktop local test check bench clean

help:
	@echo "make run      open the app on http://localhost:$(PORT)   (PORT=... for another port)"
	@echo "make demo     the same on a database of its own: samples analysed, three people, requests in every state"
	@echo "make desktop  the same, in a window of its own"
	@echo "make local    add local models: llama.cpp and sentence-transformers (compiles for some minutes)"
	@echo "make test     install everything, check style and types, run the tests"
	@echo "make bench    measure the budgets and print them as a table"
	@echo "make clean    remove .venv and caches; your documents in data/var stay"

.venv/created:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Install it, or run: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	@echo "Creating .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/core: .venv/created requirements-core.txt
	@echo "Installing what the app needs (about two minutes the first time)"
	@$(PIP) -r requirements-core.txt
	@touch $@

# Compiling waits for the processor and installing for the network: make -j2 does the two beside each other.
.venv/llama: .venv/created requirements.txt
	@echo "Compiling llama.cpp, which takes 4 to 8 minutes the first time"
	@$(PIP:install=wheel) --no-deps --wheel-dir .venv/wheels $$(grep '^llama-cpp-python' requirements.txt)
	@touch $@

.venv/local: .venv/core .venv/llama requirements.txt
	@echo "Installing local models"
	@$(PIP) torch==2.13.0
	@$(PIP) --find-links .venv/wheels -r requirements.txt
	@touch $@

.venv/dev: .venv/local requirements-dev.txt
	@echo "Installing the test tools"
	@$(PIP) -r requirements-dev.txt
	@touch $@

run: .venv/core
	@echo "Compliance Copilot: http://localhost:$(PORT)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

demo: export COPILOT_DATA_DIR = data/demo
demo: export COPILOT_DEMO = 1
demo: .venv/core
	@$(BIN)/python -m core demo
	@echo "Compliance Copilot, demo: http://localhost:$(PORT)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

desktop: .venv/core
	@$(BIN)/python -m core desktop --port $(PORT)

local: .venv/local

check: .venv/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Many tests wait for a process, a browser or a clock: half as many again as there are cores keep these busy.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores + cores / 2)))
# Thousands of small databases: in memory, where there is room, no write of theirs waits for a disk.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 6000000 {print "/dev/shm"}')
# Threads of llama.cpp and torch that wait for each other sleep: spinning, they keep their core from other tests.
test: export OMP_WAIT_POLICY ?= PASSIVE

test: check
	@$(if $(MEMORY),TMPDIR=$${TMPDIR:-$(MEMORY)}) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

# Without it, as where there is no network, the bench says so and goes on.
.venv/beside/made: .venv/dev requirements-bench.txt
	@echo "Installing what the bench measures ours beside"
	@$(BIN)/python -m venv .venv/beside
	@.venv/beside/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt && touch $@ \
		|| { rm -rf .venv/beside; echo "langextract could not be installed; its rows are left out"; }

bench: .venv/dev .venv/beside/made
	@$(BIN)/python -m tests.benchmarks

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
