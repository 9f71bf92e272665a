"""A seed is one run: the same steps, the same writes, whatever the process's hashes and clock are."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_DIGEST = """
import hashlib
from tests.simulation.schedule import draw
from tests.simulation.world import run

digest = hashlib.sha256()
for seed in range(700_000, 700_015):
    outcome = run(draw(seed))
    digest.update(repr((outcome.steps, outcome.seconds, outcome.carrier.log)).encode())
print(digest.hexdigest())
"""


def test_a_seed_is_one_run() -> None:
    digests = set()
    for hashes in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hashes}
        found = subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env=environment, cwd=_ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        digests.add(found.stdout)
    assert len(digests) == 1
