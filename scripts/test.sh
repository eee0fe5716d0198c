#!/bin/sh
# Runs the tests: those beside the code, then the whole-system ones under test/. Arguments name files instead.
# Prints `N passed, N failed` last; ends with 1 when a test failed or none ran.
set -eu
cd "$(dirname -- "$0")/.."
node_dir=$(CDPATH= cd -- .rampart/node-26.10.0/bin && pwd)
PATH="$node_dir:$PATH"
export PATH
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ $# -eq 0 ]; then set -- "src/**/*.test.ts" "test/api/**/*.test.ts" "test/tidy/**/*.test.ts" "test/cluster/**/*.test.ts"; fi
code=0
node --disable-proto=delete --test --test-concurrency="${TEST_CONCURRENCY:-2}" --test-timeout=600000 --test-reporter=./scripts/reporter.ts --test-reporter-destination=stdout "$@" >"$log" 2>&1 & pid=$!
tail -f --pid=$pid "$log" & show=$!
wait $pid || code=$?
wait $show 2>/dev/null || true
tail -n 1 "$log" | grep -qE '^[1-9][0-9]* passed, 0 failed' || code=1
exit "$code"
