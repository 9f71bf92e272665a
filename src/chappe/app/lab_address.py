"""Where the lab of this data folder is: the lab role writes it, the pages and the demo read it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chappe.db.home import FileLock
from chappe.kit.errors import Problem
from chappe.lab.ready import Ready

_FILE = "lab.json"
_LOCK = "lab.lock"
# `find_lab` holds the lock for an instant; the lab of a killed program leaves within a moment.
_PATIENCE = 5.0


class LabRunsAlready(Problem):
    """Another lab has announced itself in this data folder."""

    code = "lab_runs_already"
    status = 409
    title = "A carrier lab runs already in this data folder"


@contextmanager
def announced_lab(home: Path, ready: Ready) -> Iterator[None]:
    """The lab can be found in this folder for as long as the block lasts, and no longer however the process
    ends: the address counts only while the lock beside it is held. Raises LabRunsAlready.
    """
    lock = FileLock(home / _LOCK)
    deadline = time.monotonic() + _PATIENCE
    while not lock.take():
        if time.monotonic() > deadline:
            raise LabRunsAlready(
                f"A carrier lab runs already in {home}. Stop it, or give this one a folder of its own with "
                "--home."
            )
        time.sleep(0.05)
    try:
        draft = home / f"{_FILE}.new"
        draft.write_bytes(msgspec.json.encode(ready))
        draft.replace(home / _FILE)
        yield
    finally:
        (home / _FILE).unlink(missing_ok=True)
        lock.release()


def find_lab(home: Path) -> Ready | None:
    """None when no lab runs in this folder."""
    try:
        ready = msgspec.json.decode((home / _FILE).read_bytes(), type=Ready)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    lock = FileLock(home / _LOCK)
    if lock.take(shared=True):
        lock.release()
        return None  # what a killed lab left behind
    return ready
