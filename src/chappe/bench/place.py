"""The data folder of one benchmark: made, and gone with all that it held."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chappe.config.settings import LogLevel, Settings
from chappe.db.embedded import PostgresServer
from chappe.db.layout import layout_for


@contextmanager
def place() -> Iterator[Settings]:
    """Settings of a new data folder on a free port of this machine, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="chappe-bench-") as folder:
        # As root the embedded server runs as another user, who must be able to enter.
        os.chmod(folder, 0o755)  # noqa: S103 (nothing in it but what the benchmark makes)
        home = Path(folder) / "home"
        try:
            yield Settings(home=home, listen="127.0.0.1:0", log_level=LogLevel.WARNING)
        finally:
            # As root the data lies outside the home, which the home's end would leave behind.
            PostgresServer(layout_for(home)).destroy()
