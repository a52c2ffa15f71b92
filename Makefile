# Each target works from any folder (make -C) and fetches what it needs.

# make demo PORT=8070   make test TAGS=/crl_retention:TestX   make test ONLY=pytest
ifdef PORT
export CRL_PORT = $(PORT)
endif
ifdef DB
export CRL_DB = $(DB)
endif
export TAGS
export ONLY

.PHONY: help setup demo test lint format bench stop shell doctor

help:
	@echo "make demo     serve Odoo with the addons and demo data (PORT=8069, DB=crl_demo)"
	@echo "make test     run every test (TAGS=/addon:Class, ONLY=odoo|demo|pytest)"
	@echo "make lint     run every linter; make format mends what can be mended"
	@echo "make bench    run the benchmarks"
	@echo "make shell    open a Python shell in the demo database"
	@echo "make stop     stop the demo and the private PostgreSQL"
	@echo "make doctor   tell what was found on this machine and why"
	@echo "make setup    fetch everything, so that later commands need no network"

setup demo test lint format bench stop shell doctor:
	@"$(CURDIR)/bin/run" $@
