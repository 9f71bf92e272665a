"""The program's log during a run: errors are kept, the rest is not even formatted."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

# What the program means to survive says so at a lower level; these tell of a carrier's or a disk's doing.
EXPECTED = frozenset({"bind_refused", "journal_unavailable"})


@contextmanager
def kept(level: int = logging.ERROR) -> Iterator[list[dict[str, Any]]]:
    """The entries of this level and above, in order."""
    entries: list[dict[str, Any]] = []

    def keep(_logger: object, method: str, entry: dict[str, Any]) -> dict[str, Any]:
        entries.append({"level": method, **entry})
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[keep],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield entries
    finally:
        structlog.configure(**before)
