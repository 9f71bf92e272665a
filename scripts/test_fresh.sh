#!/bin/bash
# The two commands of the README on a bare Debian (debootstrap minbase with python3, make, ca-certificates), as root
# and as a user, timed. What a user lacks must be named by the one apt line, which root then runs.
#
#   make test-fresh                 both users, both commands
#   scripts/test_fresh.sh root      one of: root, user      (TARGETS="demo" leaves the tests out, KEEP=1 the system)
#
# The bare system is kept in a cache folder. The machine's own configuration of apt, pip and npm is carried in, so
# that packages come from wherever this machine gets them. Mounts and processes live in namespaces of their own.
set -eu -o pipefail
cd "$(dirname "$0")/.."
here=$PWD

cache=${CHAPPE_FRESH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chappe/fresh}
targets=${TARGETS:-"demo test"}
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")

fail() { echo "test-fresh: $*" >&2; exit 2; }

[ "$(id -u)" -eq 0 ] || fail "debootstrap needs root. Run: sudo make test-fresh"
scripts/need_system.sh fresh

make_base() {
  [ -e "$cache/$suite.done" ] && return
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $suite" | head -1)
  mirror=${mirror:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)}
  [ -n "$mirror" ] || fail "apt has no package list. Run: apt-get update"
  echo "Making a bare $suite in $cache"
  mkdir -p "$cache"
  rm -rf "${cache:?}/$suite"
  debootstrap --variant=minbase --include=python3,make,ca-certificates "$suite" "$cache/$suite" "$mirror" \
    >"$cache/debootstrap.log" 2>&1 || { tail -5 "$cache/debootstrap.log" >&2; fail "debootstrap failed"; }
  touch "$cache/$suite.done"
}

# The machine's own way to packages: names of hosts stay in its configuration and out of this repository.
carry_configuration() {
  local root=$1 file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/auth.conf.d \
    /etc/apt/trusted.gpg.d /etc/apt/keyrings /usr/share/keyrings /usr/local/share/ca-certificates \
    /etc/resolv.conf /etc/hosts /etc/pip.conf; do
    [ -e "$file" ] || continue
    mkdir -p "$root$(dirname "$file")"
    rm -rf "${root:?}$file"
    cp -aL "$file" "$root$file"
  done
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  mkdir -p "$root/etc/skel/.config/pip"
  for file in "$HOME/.pip/pip.conf" "$HOME/.config/pip/pip.conf"; do
    [ -e "$file" ] && cp -L "$file" "$root/etc/skel/.config/pip/pip.conf"
  done
  for file in /etc/npmrc /usr/etc/npmrc /usr/local/etc/npmrc "$HOME/.npmrc"; do
    [ -e "$file" ] && cat "$file"
  done >"$root/etc/skel/.npmrc" || true
}

environment() {
  env | grep -E '^(PIP_|NPM_CONFIG_|npm_config_|https?_proxy=|HTTPS?_PROXY=|no_proxy=|NO_PROXY=|SSL_CERT_|NODE_EXTRA_CA_CERTS=|REQUESTS_CA_BUNDLE=)' || true
}

# Folders of packages on this machine that pip is pointed at.
local_packages() {
  { cat /etc/pip.conf "$HOME/.pip/pip.conf" "$HOME/.config/pip/pip.conf" 2>/dev/null || true; env | grep '^PIP_' || true; } |
    grep -oE '(file://)?/(opt|srv|mnt|usr/local)/[^ "=]+' | sed 's#^file://##' | cut -d/ -f1-3 | sort -u
}

# inside ROOT USER COMMAND: run the command there, in namespaces of its own.
inside() {
  local root=$1 user=$2 command=$3
  unshare --mount --pid --fork --kill-child bash -eu -c '
    root=$1 user=$2 command=$3 packages=$4
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/tmp"
    for folder in $packages; do mkdir -p "$root$folder"; mount --bind "$folder" "$root$folder"; done
    home=$(awk -F: -v user="$user" "\$1 == user {print \$6}" "$root/etc/passwd")
    readarray -t carried <<<"$5"
    exec chroot --userspec="$user:$user" "$root" /usr/bin/env -i HOME="$home" USER="$user" LANG=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${carried[@]}" \
      bash -c "cd $home/chappe && $command"
  ' inside "$root" "$user" "$command" "$(local_packages | tr '\n' ' ')" "$(environment)"
}

prepare() {
  local root=$1 user=$2 home=/root
  rm -rf "${root:?}"
  cp -a --reflink=auto "$cache/$suite" "$root"
  carry_configuration "$root"
  if [ "$user" = root ]; then
    cp -aT "$root/etc/skel" "$root/root"
  else
    home=/home/$user
    chroot "$root" useradd --create-home --shell /bin/bash "$user"
  fi
  git clone --quiet --no-hardlinks "$here" "$root$home/chappe"
  chroot "$root" chown -R "$user:$user" "$home/chappe"
}

# run ROOT USER TARGET…: time `make TARGET`. A user who lacks packages must be told the one command; root runs it.
run() {
  local root=$1 user=$2 name=$3 command=$4 log started status apt
  log=$cache/$user-$name.log
  for attempt in 1 2; do
    started=$(date +%s)
    status=0
    inside "$root" "$user" "$command" >"$log" 2>&1 || status=$?
    echo "$user: $command: exit $status after $(($(date +%s) - started)) s"
    [ "$status" -eq 2 ] && [ "$user" != root ] && [ "$attempt" -eq 1 ] || break
    apt=$(sed -n 's/^  sudo \(apt-get install .*\)$/\1/p' "$log" | tail -1)
    [ -n "$apt" ] || break
    echo "$user: is told: sudo $apt"
    local root_log=$cache/root-apt.log
    chroot "$root" mkdir -p /root/chappe
    inside "$root" root "apt-get update -qq && DEBIAN_FRONTEND=noninteractive $apt" >"$root_log" 2>&1 ||
      { tail -5 "$root_log"; return 1; }
  done
  grep -E '(passed|failed|error).* in |every message|delivered' "$log" | tail -3 | sed "s/^/$user:   /" || true
  if [ "$status" -ne 0 ]; then
    tail -25 "$log"
    return 1
  fi
}

make_base
failed=0
for user in ${1:-root user}; do
  name=$user
  [ "$user" = user ] && name=tester
  root=$cache/run-$user
  prepare "$root" "$name"
  for target in $targets; do
    case $target in
      demo) run "$root" "$name" demo "make demo ARGS=--headless" || failed=1 ;;
      test) run "$root" "$name" test "make test" || failed=1 ;;
      *) fail "TARGETS knows demo and test, not $target" ;;
    esac
  done
  [ -n "${KEEP:-}" ] || rm -rf "${root:?}"
done
exit "$failed"
