#!/bin/sh
# For maintainers: writes src/api/tables/ and src/api/resources.ts anew from the Kubernetes modules that scripts/import-kinds/go.mod pins.
# REFERENCE is a folder of what a kube-apiserver of that release serves: discovery.json and openapi/*.json (v3). Needs Go.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 REFERENCE" >&2; exit 2; }
reference=$(CDPATH= cd -- "$1" && pwd)
cd "$(dirname -- "$0")/.."
out=$(pwd)/src/api/tables
rm -f "$out"/*-v[0-9]*.ts "$out/index.ts" "$out/resources.ts"
go -C scripts/import-kinds run . "$reference" "$out"
node_modules/.bin/biome check --write "$out" "$out/../resources.ts"
