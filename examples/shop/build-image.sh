#!/bin/sh
# Builds the one image of the shop's three tiers from Debian's packages, as an archive for `rampart image load`.
#   examples/shop/build-image.sh OUT.tar      (root, on Debian 12; needs its package mirror)
set -eu
out=${1:?usage: build-image.sh OUT.tar}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
command -v mmdebstrap >/dev/null 2>&1 || { echo "installing Debian's mmdebstrap" >&2; apt-get update -qq && apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null; }
chmod 755 "$work"

echo "unpacking nginx, redis and python from Debian's packages" >&2
mmdebstrap --quiet --variant=extract --include=nginx-light,redis-server,python3-minimal,libpython3-stdlib,busybox,libc-bin \
  --dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/locale/* bookworm "$work/root" >&2
rm -rf "$work"/root/var/lib/apt "$work"/root/var/cache/apt
# No package's script has run, so what they would have made is made here: accounts, and the shell and curl-like tools by their names.
mkdir -p "$work/root/app" "$work/root/tmp" "$work/root/data"
cp "$here/api.py" "$work/root/app/"
printf 'root:x:0:0:root:/:/bin/sh\nshop:x:1000:1000:shop:/tmp:/bin/sh\n' >"$work/root/etc/passwd"
printf 'root:x:0:\nshop:x:1000:\n' >"$work/root/etc/group"
for tool in sh wget nc ls cat id ps; do [ -e "$work/root/bin/$tool" ] || ln -s busybox "$work/root/bin/$tool"; done

echo "writing $out" >&2
tar -C "$work/root" --sort=name --numeric-owner --owner=0 --group=0 -cf "$work/layer.tar" .
diff_id=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=amd64 ;; esac
cat >"$work/config.json" <<JSON
{"architecture":"$arch","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"User":"1000","WorkingDir":"/tmp"},"rootfs":{"type":"layers","diff_ids":["sha256:$diff_id"]}}
JSON
printf '[{"Config":"config.json","RepoTags":["rampart.local/shop:1"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
tar -C "$work" -cf "$out" manifest.json config.json layer.tar
echo "built rampart.local/shop:1: ./rampart image load $out" >&2
