# Two commands matter: `make run` and `make test`. `make setup` installs the programs that the tests
# need; the rest serves these three.
PYTHON ?= python3
BIN = .venv/bin
UV = VIRTUAL_ENV=.venv $(BIN)/uv

# `make run PORT=8001 HOST='*' DATA=/srv/kinoteka`. What is not given comes from the settings.
SERVE_OPTIONS = $(if $(HOST),--host '$(HOST)') $(if $(PORT),--port '$(PORT)') $(if $(DATA),--data '$(DATA)')

# Fails with one sentence unless $(PYTHON) exists and is new enough.
define check_python
@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Kinoteka needs Python 3.11 or newer; on Debian 12, Ubuntu 24.04 and newer: sudo apt-get install python3 python3-venv" >&2; exit 1; }
@$(PYTHON) tools/check_python.py $(firstword $(MAKECMDGOALS))
endef

# Whatever the environment says, modules are compiled once: tests start hundreds of servers.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run setup test test-fast check bench lighthouse screenshots messages vendor look-alikes common-passwords lock newest clean FORCE

run: .venv/runtime
	$(BIN)/kinoteka serve $(SERVE_OPTIONS)

setup:
	$(check_python)
	$(PYTHON) tools/prerequisites.py install

# First of all, so that a missing program ends it at once.
test:
	$(check_python)
	$(PYTHON) tools/prerequisites.py check
	$(MAKE) check node_modules/.package-lock.json
	$(BIN)/python -m tools.test_lanes

# After each change: without PostgreSQL, browsers, faults and what starts other programs.
test-fast: check
	$(BIN)/python -m tools.test_lanes --fast

check: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.wording

bench: .venv/development
	$(BIN)/python -m benchmarks

# The site's sentences and their translations.
messages: .venv/development
	$(BIN)/python -m tools.messages

# What Lighthouse says of the site's pages; it brings 200 packages, which nothing else needs.
lighthouse: .venv/development tools/lighthouse/node_modules/.package-lock.json
	$(BIN)/python -m tools.lighthouse

# Pictures of the site for its documents.
screenshots: .venv/development
	$(BIN)/python -m tools.screenshots

# htmx and icons, which are kept in the repository, from the packages that package.json names.
vendor:
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(PYTHON) -m tools.vendor

# Confusable characters and scripts, by which usernames are compared, of the Unicode version of ICU.
look-alikes: .venv/development
	$(UV) run -q --no-project --with icukit-pyicu==78.3.1 python tools/look_alikes.py

# The list of passwords that no account may have, from two published lists.
common-passwords: .venv/development
	$(BIN)/python -m tools.common_passwords

lock: .venv/development
	$(UV) pip compile -q --upgrade --generate-hashes --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	$(UV) pip compile -q --upgrade --generate-hashes --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock
	echo uv | $(UV) pip compile -q --upgrade --generate-hashes --python-version 3.11 - -o requirements-uv.lock

# The tests with the newest versions that pyproject.toml allows, in an environment of their own. The
# list at its beginning names what pyproject.toml holds back.
newest: node_modules/.package-lock.json
	$(check_python)
	$(PYTHON) -m venv --clear .venv-newest
	.venv-newest/bin/pip install -q --upgrade pip setuptools
	.venv-newest/bin/pip install -q -e ".[dev]"
	.venv-newest/bin/pip list --outdated
	.venv-newest/bin/mypy
	.venv-newest/bin/python -m tools.test_lanes

clean:
	rm -rf .venv .venv-newest node_modules tools/lighthouse/node_modules build dist *.egg-info src/*.egg-info .mypy_cache .ruff_cache .pytest_cache

# Always checked, but only touched when the environment was created, so that the rest stays as it is.
.venv/python: FORCE
	$(check_python)
	@$(PYTHON) tools/prerequisites.py environment

.venv/runtime: .venv/python requirements.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# uv takes a tenth of pip's processor time. It does not read pip's settings, so where only those name
# a mirror, pip does it. Much of what only tests need is never imported: it is compiled when it is.
define install
$(UV) pip install -q $(1) || $(BIN)/pip install -q --disable-pip-version-check --no-compile $(1)
endef

.venv/development: .venv/python requirements-uv.lock requirements-dev.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --no-compile --require-hashes -r requirements-uv.lock
	$(call install,--require-hashes -r requirements-dev.lock)
	$(call install,--no-deps --no-build-isolation -e .)
	touch $@ .venv/runtime

# axe-core, which looks over the site's pages, and what tells that vendored files are what they were.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

tools/lighthouse/node_modules/.package-lock.json: tools/lighthouse/package.json tools/lighthouse/package-lock.json
	cd tools/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@
