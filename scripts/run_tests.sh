#!/bin/bash
# All tests: first those that compute, then those that start whole programs and watch them. All wait for a server
# or a program half of their time, so there are three processes for two cores. Arguments are pytest's and go to all.
set -u -o pipefail
cd "$(dirname "$0")/.."

# 5: nothing was selected (make test ARGS='-k …'), which a part may well say.
status=5
run() {
  local code=0
  .venv/bin/pytest "$@" || code=$?
  [ "$code" -eq 5 ] && return
  [ "$status" -eq 5 ] && status=0
  [ "$code" -eq 0 ] || status=$code
}

# Files with few and long tests first: a core that comes to them last works on alone.
apart=(-n "$((($(nproc) * 3 + 1) / 2))" --dist loadfile --no-loadscope-reorder)
run "${apart[@]}" tests/fuzz tests/simulation tests/http tests/interop tests/db tests/unit "$@"
run "${apart[@]}" tests/faults tests/engine "$@"
# Browsers for themselves: Playwright keeps a loop running in its process, in which no asynchronous test can start another.
# What takes longest begins.
run "${apart[@]}" tests/e2e/test_every_page_[123].py tests/e2e/test_studio.py tests/e2e "$@"
exit "$status"
