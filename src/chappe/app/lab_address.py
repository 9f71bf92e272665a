"""Where the lab of this data folder is: the lab role writes it, the pages and the demo read it."""

from pathlib import Path

import msgspec

from chappe.lab.server import Ready

_FILE = "lab.json"


def announce_lab(home: Path, ready: Ready) -> None:
    draft = home / f"{_FILE}.new"
    draft.write_bytes(msgspec.json.encode(ready))
    draft.replace(home / _FILE)


def forget_lab(home: Path) -> None:
    (home / _FILE).unlink(missing_ok=True)


def find_lab(home: Path) -> Ready | None:
    """None when no lab has announced itself since the last one left."""
    try:
        return msgspec.json.decode((home / _FILE).read_bytes(), type=Ready)
    except FileNotFoundError:
        return None
