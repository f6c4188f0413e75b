# One command each. `make help` lists them; deploy/install.sh says how .venv/ is made.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install run test check bench torture soak fuzz screenshots wheel deb rpm man lock audit sbom licences clean again

# Each stamp holds the folder that the environment was made for: a moved or broken one is made again.
ifneq ($(shell test -x .venv/bin/python && cat .venv/.run 2>/dev/null),$(CURDIR))
.venv/.run: again
endif

bin := .venv/bin

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

install: .venv/.test  ## make .venv/ with all that running and testing need

run: .venv/.run  ## show Hatchway on real messages, then stay up to be tried (ONCE=1: end instead)
	@$(bin)/hatchway demo $(if $(ONCE),--once)

test: check  ## check, run the tests of the policies that ship, then every test (ARGS="-k hold" to choose some)
	@$(bin)/hatchway policy test policies/tests/*.yaml --policies policies --roster policies/roster
	@$(bin)/python -m pytest -n 3 --dist worksteal --cov --cov-report=term --cov-fail-under=88 $(ARGS)

check: .venv/.test  ## lint, format, types, the direction of every import, licences, and known holes where the registry tells of them
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/mypy
	@$(bin)/lint-imports --no-logo
	@$(bin)/python deploy/sbom.py --check
	@$(bin)/python deploy/audit.py --where-allowed

bench: .venv/.test  ## measure what a message costs
	@$(bin)/python tests/bench/run.py

torture: .venv/.test  ## kill the gateway at every step of its work, again and again, and look for lost mail (LIVES=1000 SEED=1 STORE=postgresql)
	@$(bin)/python tests/torture/run.py $(if $(LIVES),--lives $(LIVES)) $(if $(SEED),--seed $(SEED)) $(if $(STORE),--store $(STORE))

soak: .venv/.test  ## keep the gateway under traffic of all kinds, and say what grew that should not (MINUTES=60 RATE=2)
	@$(bin)/python tests/torture/soak.py $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RATE),--rate $(RATE))

fuzz: .venv/.test  ## throw ever new octets at every parser, led by the code they reach (MINUTES=10)
	@$(bin)/python -m pip install --quiet uv
	@$(bin)/uv pip install --quiet --group fuzz
	@$(bin)/python tests/fuzz/run.py $(if $(MINUTES),--minutes $(MINUTES))

screenshots: .venv/.test  ## take the README's pictures of the console anew (needs chromium)
	@$(bin)/python tests/screenshots/run.py

build = $(bin)/python deploy/packages/build.py

wheel: .venv/.run  ## build wheel and sdist in dist/
	@$(build) wheel

deb: .venv/.package  ## build the Debian package in dist/, for the distribution that this is
	@$(build) tree deb

rpm: .venv/.package  ## build the RPM package in dist/
	@$(build) tree rpm

man: .venv/.run  ## write the manual pages to dist/man/
	@$(bin)/python deploy/packages/manual.py --to dist/man

compile = $(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

lock: .venv/.run  ## write deploy/lock/ from pyproject.toml (UPGRADE=1: with the newest releases)
	@$(bin)/python -m pip install --quiet uv
	@printf '%s\n' 'hatchling>=1.27' 'editables>=0.5' 'setuptools>=77' | $(compile) -o deploy/lock/build.txt -
	@$(compile) -c deploy/lock/build.txt -o deploy/lock/run.txt pyproject.toml
	@$(compile) -c deploy/lock/build.txt -c deploy/lock/run.txt --group test -o deploy/lock/test.txt pyproject.toml
	@$(compile) --group package -o deploy/lock/package.txt
	@$(compile) --group audit -o deploy/lock/audit.txt

audit: .venv/.run  ## look up known holes in what the run lock names (asks a registry)
	@$(bin)/python deploy/audit.py

sbom: .venv/.run  ## print a bill of materials (CycloneDX) of what the run lock names
	@$(bin)/python deploy/sbom.py

licences: .venv/.run  ## list the licences of what the run lock names
	@$(bin)/python deploy/sbom.py --licences

clean:  ## remove what make made
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz .import_linter_cache .coverage .coverage.*

.venv/.run: pyproject.toml gateway/__init__.py deploy/install.sh deploy/lock/build.txt deploy/lock/run.txt
	@deploy/install.sh run

.venv/.test: .venv/.run deploy/lock/test.txt
	@deploy/install.sh test

.venv/.package: .venv/.run deploy/lock/package.txt
	@deploy/install.sh package
