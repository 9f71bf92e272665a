#!/bin/bash
# need_system.sh PURPOSE: sees that what no registry of Python or Node carries is on the machine. Installs it when
# root on a Debian, else prints the one command that does and exits 2. Purposes: venv, test, fresh.
set -eu -o pipefail

missing=()

# need PACKAGE COMMAND…: the package is missing unless the command succeeds.
need() {
  local package=$1
  shift
  if ! "$@" >/dev/null 2>&1; then missing+=("$package"); fi
}

need_python() {
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed; python3 here is: $(python3 --version 2>&1 || true)" >&2
    exit 2
  fi
  # Debian's python3 has the module venv, and leaves out what it needs to put pip inside.
  need python3-venv python3 -c 'import ensurepip, venv'
}

# All at once: a person is told one line, not one line after the other.
need_for_tests() {
  need_python
  need chromium which chromium
  # The node that Playwright brings along is linked to it; a bare Debian lacks it.
  need libatomic1 sh -c 'ls /usr/lib/*/libatomic.so.1'
  need kannel test -x /usr/sbin/bearerbox
  # The independent oracle of GSM 03.38; Debian's perl-base does not carry Encode's tables.
  need perl perl -MEncode -e 'exit !Encode::find_encoding("gsm0338")'
  # The wall clock that tests/faults set.
  need libfaketime sh -c 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'
  need postgresql sh -c 'ls /usr/lib/postgresql/*/bin/postgres'
}

case "${1:-}" in
  venv) need_python ;;
  test) need_for_tests ;;
  fresh) need debootstrap which debootstrap; need git which git ;;
  *) echo "usage: $0 venv|test|fresh" >&2; exit 64 ;;
esac

[ ${#missing[@]} -eq 0 ] && exit 0

command="apt-get install --yes --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || ! which apt-get >/dev/null 2>&1; then
  echo "Missing on this machine: ${missing[*]}. Install with:" >&2
  echo "  sudo $command" >&2
  exit 2
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
log=$(mktemp)
trap 'rm -f "$log"' EXIT
$command >"$log" 2>&1 || { cat "$log" >&2; exit 2; }
