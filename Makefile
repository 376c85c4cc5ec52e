# Both `make run` and `make test` do everything that is needed first, on a fresh clone too, and
# nothing twice: npm packages follow package-lock.json, the build follows the sources.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# Handed on to the program that a target starts: make run ARGS='--help'
ARGS ?=

bin := node_modules/.bin
folders := $(wildcard kernel captures explain harness fake-servers clients scenarios reports test bench)
# Folders are listed with their files, because deleting a file changes only its folder. (`test/.` is
# the folder, `test` the target.)
sources := $(wildcard index.ts) $(shell find $(addsuffix /.,$(folders)) \
	\( -type d -o -name '*.ts' -o -name '*.tsx' -o -name '*.json' \) -print)

.PHONY: help
help: ## List the targets
	@echo 'usage: make TARGET [ARGS=...]'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r target text; do printf '%-11s %s\n' "$$target" "$$text"; done

.PHONY: run
run: setup build ## Set up, run every scenario, print where the report is
	@node build/harness/cli.js run $(ARGS)

.PHONY: test
test: setup build programs ## Set up, run the tests (ARGS go to tap)
	@node build/test/run.js $(ARGS)

.PHONY: setup
setup: tools node_modules/.package-lock.json ## Check Node, install tcpdump, strace and nftables when allowed, npm packages

.PHONY: tools
tools:
	@sh scripts/setup.sh

# No package may need an install script; npm's hint about unapproved ones does not concern us.
node_modules/.package-lock.json: package-lock.json | tools
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: build
build: build/.stamp ## Compile everything, tests too, to build/

build/.stamp: node_modules/.package-lock.json tsconfig.json package.json $(sources)
	@node scripts/prune-build.mjs
	$(bin)/tsc -p tsconfig.json
	@chmod +x build/harness/cli.js
	@touch $@

.PHONY: check
check: setup build ## Types (by the build), format and lint, import rules, dead code
	@failed=; \
	echo 'types of the scripts of the pages: tsc'; \
	$(bin)/tsc -p reports/html/script/tsconfig.json || failed="$$failed tsc"; \
	echo 'format and lint: biome'; \
	$(bin)/biome check --error-on-warnings . || failed="$$failed biome (make format mends what it can)"; \
	echo 'import rules: dependency-cruiser'; \
	$(bin)/depcruise --config .dependency-cruiser.mjs --output-type err-long . || failed="$$failed dependency-cruiser"; \
	echo 'dead files, exports and dependencies: knip'; \
	$(bin)/knip || failed="$$failed knip"; \
	if [ -n "$$failed" ]; then echo "check failed:$$failed" >&2; exit 1; fi

.PHONY: format
format: setup ## Format, and make the lint fixes that are safe
	$(bin)/biome check --write .

.PHONY: bench
bench: setup build ## Measure the scenarios (ARGS rounds), the proxy beside Toxiproxy, the DNS pool beside dnsperf
	@node build/bench/run.js $(ARGS)
	@node build/bench/proxy.js
	@node build/bench/probe.js
	@node build/bench/dns.js

.PHONY: overhead
overhead: setup build ## Measure what clients in processes of their own cost, and strace (ARGS rounds)
	@node build/bench/clients.js $(ARGS)

.PHONY: storm
storm: setup build ## Use the DNS pool against upstreams that fail in every way (ARGS: seconds, seed)
	@node --expose-gc build/bench/storm.js $(ARGS)

.PHONY: saved
saved: setup build ## Kill connections of the DNS pool, and look for what was not saved (ARGS: seed)
	@node build/bench/saved.js $(ARGS)

.PHONY: before-after
before-after: setup build ## Hold the DNS pool against no pool, and against the pool as the documents wrote it
	@node build/bench/before-after.js

.PHONY: pipes
pipes: setup build ## Load a Gin server with 10, 100 and 1000 connections, count its broken pipes, and plot them
	@node build/bench/broken-pipes.js

.PHONY: receipts
receipts: setup build ## Play every step on every protocol, ARGS times each (100), and look for its receipt
	@node build/bench/receipts.js $(ARGS)

.PHONY: captures
captures: setup build ## Record runs with tcpdump and without (ARGS: 50 runs, parts of paths), and compare the packets
	@node build/bench/captures.js $(ARGS)

.PHONY: pages
pages: setup build ## Measure what a report of 500 scenarios costs, to write and to open (ARGS: scenarios, rounds)
	@node build/bench/report.js $(ARGS)

.PHONY: explain
explain: setup build ## Time `pipewrench explain` beside tshark (ARGS rounds), and look at its memory
	@node build/bench/explain.js $(ARGS)

.PHONY: pairs
pairs: setup build ## Hold each fake server against the real one that is installed
	@node build/bench/pairs.js $(ARGS)

.PHONY: soak
soak: setup build ## Run the scenarios over and over, and look for what flickers or leaks
	@node build/bench/soak.js $(ARGS)

.PHONY: programs
programs: setup build ## Build the clients in Go, Node, Python and Java that this machine can build
	@node scripts/build-programs.mjs

.PHONY: survey
survey: setup build ## Run what clients do about each fault, and write the tables of docs/clients.md
	@node build/harness/cli.js run scenarios/clients/ $(ARGS)
	@node scripts/clients-table.mjs runs/latest

.PHONY: schema
schema: build ## Write the published JSON Schemas from their definitions in the source
	@mkdir -p docs/schema
	@for name in run blob; do \
		node --input-type=module -e "import * as schemas from './build/harness/json-schema.js'; \
			console.log(JSON.stringify(schemas.$${name}JsonSchema(), null, 2));" > docs/schema/$$name.schema.json; \
	done
	@node --input-type=module -e "import { explainJsonSchema } from './build/reports/explain/schema.js'; \
		console.log(JSON.stringify(explainJsonSchema(), null, 2));" > docs/schema/explain.schema.json

.PHONY: reference
reference: build ## Write the table of upstream steps in docs/steps.md from the source
	@node scripts/step-reference.mjs

.PHONY: claims
claims: build ## Write the table of clauses in docs/claims.md from the source
	@node scripts/claims-table.mjs

.PHONY: answers
answers: setup build ## Run the scenarios behind docs/answers.md, and write it and the diagram of TCP states
	@node scripts/answers.mjs

.PHONY: clean
clean: ## Remove what is generated, but keep runs/ and node_modules/
	rm -rf build coverage .tap
