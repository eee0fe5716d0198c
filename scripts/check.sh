#!/bin/sh
# Format, lint, types, dead code and the tidy tests (layers, forbidden calls). `--fix` formats and repairs what it can.
set -eu
cd "$(dirname -- "$0")/.."
bin=node_modules/.bin
node_dir=$(CDPATH= cd -- .rampart/node-26.10.0/bin && pwd)
PATH="$node_dir:$PATH"
export PATH
step() { printf '\n── %s\n' "$1"; shift; "$@"; }
if [ "${1:-}" = --fix ]; then
  step "format and lint (fixing)" $bin/biome check --write --error-on-warnings
else
  step "format and lint" $bin/biome check --error-on-warnings
fi
step "types" $bin/tsc -p .
step "dead code" $bin/knip --no-progress
step "layers and tidiness" node --test --test-reporter=dot "test/tidy/*.test.ts"
echo "check: all good"
