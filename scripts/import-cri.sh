#!/bin/sh
# For maintainers: writes src/node/runtime/cri/ from the published definition of CRI v1. Needs Go (to fetch the module) and a network.
set -eu
cd "$(dirname -- "$0")/.."
module=k8s.io/cri-api@v0.37.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$(cd "$work" && go mod init import >/dev/null 2>&1 && go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
.rampart/node-26.10.0/bin/node scripts/import-cri.ts "$folder/pkg/apis/runtime/v1/api.proto" "$module"
node_modules/.bin/biome check --write src/node/runtime/cri
