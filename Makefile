# `make` lists what can be done. The work is in tools/setup.py, which also runs where there is no make.

PYTHON = python3
HOST ?= 127.0.0.1
PORT ?= 8050
ARGS =
IMAGE = hotspots

help: ## Show this list
	@echo "Violence hotspots. The two that matter: make run, make test."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Put everything in place (run and test do it themselves)
	@$(PYTHON) tools/setup.py

run: ## Serve the dashboard on http://127.0.0.1:8050 (another port: make run PORT=8060)
	@$(PYTHON) tools/setup.py run --host $(HOST) --port $(PORT) $(ARGS)

test: ## Check style and types and run every test (some of them: make test ARGS="-k rates")
	@$(PYTHON) tools/setup.py test $(ARGS)

bench: ## Measure how fast it is (without the longest: make bench ARGS=--quick)
	@$(PYTHON) tools/setup.py bench $(ARGS)

wheel: ## Build the installable file into dist/
	@$(PYTHON) tools/setup.py wheel

wheelhouse: ## Put all that a machine without internet needs into dist/
	@$(PYTHON) tools/setup.py wheelhouse $(ARGS)

audit: ## List what it is made of (dist/hotspots.cdx.json), and what of that is known to be unsafe
	@$(PYTHON) tools/setup.py audit $(ARGS)

docker: ## Build the container image (another base: make docker ARGS="--build-arg BASE=python:3.12-slim")
	docker build --tag $(IMAGE) $(ARGS) .

lock: ## Write the lock files anew (newer versions too: make lock ARGS=--upgrade)
	@$(PYTHON) tools/setup.py lock $(ARGS)

clean: ## Remove all that set-up and tests made; the data folder stays
	rm -rf .venv node_modules build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup run test bench wheel wheelhouse audit docker lock clean
