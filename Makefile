# Every target sets up what it needs. `make demo` opens the demo office, `make test` runs everything quick.
PYTHON := .venv/bin/python
# The tests start many programs; compiling the office anew in each takes longer than some of them.
unexport PYTHONDONTWRITEBYTECODE
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

.PHONY: help demo test soak bench lint messages setup setup-test catalogues clean

help:
	@echo 'make demo      the demo office at http://127.0.0.1:8000 (PORT changes it), until Ctrl+C'
	@echo 'make test      lint, types, checks, tests and browser journeys'
	@echo 'make soak      the long tests: kills, a million rows, long random runs'
	@echo 'make bench     the measurements'
	@echo 'make lint      lint and types only'
	@echo 'make messages  collect and compile the translations'
	@echo 'make clean     remove what can be made again; the data in var/ stay'

demo: setup
	@$(MAKE) --no-print-directory catalogues
	@exec $(PYTHON) manage.py serve --demo

# Types are checked beside the tests; the tests' closing line is the last unless something is wrong. Three at once on two
# cores: one of them is mostly waiting for a browser, a server or a clock.
test: setup-test
	@$(MAKE) --no-print-directory catalogues
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy office >.mypy.log 2>&1 & types=$$!; \
	trap 'kill $$types 2>/dev/null' INT TERM; \
	$(PYTHON) manage.py check --fail-level WARNING || { kill $$types; exit 1; }; \
	$(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder; tested=$$?; \
	wait $$types || { cat .mypy.log; exit 1; }; \
	exit $$tested

soak: setup-test
	@$(MAKE) --no-print-directory catalogues
	@exec $(PYTHON) -m pytest -m soak -n 2 --dist loadfile --no-loadscope-reorder --timeout 3600

bench: setup
	@exec $(PYTHON) manage.py bench

lint: setup-test
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy office

messages: setup
	@$(PYTHON) manage.py makemessages --locale en --no-wrap --no-obsolete --add-location file --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	@sed -i '/^"POT-Creation-Date:/d' locale/*/LC_MESSAGES/django.po
	@$(MAKE) --no-print-directory catalogues

catalogues: $(CATALOGUES)
	@:

%.mo: %.po
	@msgfmt --check-format --output-file=$@ $<

setup:
	@./setup.sh

setup-test:
	@./setup.sh test

clean:
	rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .mypy.log .setup.log $(CATALOGUES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
