#!/bin/bash
# All tests: those that mind no company on as many processes as there are cores, then, one after the other, those
# that watch real processes and their timing. Arguments are pytest's and go to both.
set -u -o pipefail
cd "$(dirname "$0")/.."

# 5: nothing was selected (make test ARGS='-k …'), which one half may well say.
status=5
run() {
  local code=0
  .venv/bin/pytest "$@" || code=$?
  [ "$code" -eq 5 ] && return
  [ "$status" -eq 5 ] && status=0
  [ "$code" -eq 0 ] || status=$code
}

run -n "$(nproc)" --dist loadfile tests/unit tests/simulation tests/db tests/http tests/interop tests/fuzz "$@"
run tests/engine tests/faults tests/e2e "$@"
exit "$status"
