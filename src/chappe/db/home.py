"""The data folder as a place that one program holds: its lock, and where to find the program that holds it.

lock      held (flock) by the program that runs the embedded server; the kernel frees it however that
one ends run.json  written by the holder once the database answers: process, database address, address
of the pages users     held shared by every other program on the holder's server, so that it is not
stopped under them
"""

import asyncio
import fcntl
import os
import time
from pathlib import Path

import msgspec

from chappe.db.errors import HomeInUse

_POLL = 0.1


class Run(msgspec.Struct, frozen=True):
    """The running program: `dsn` of its database as the engine, `url` of its pages once they are served."""

    pid: int
    dsn: str
    url: str | None = None


class FileLock:
    """An advisory lock on a file; freed by `release` or by the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Take it now, or say False."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Home:
    """One data folder. Each object takes the locks for itself; two objects of one process exclude each
    other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / "lock")
        self._users = FileLock(path / "users")

    def running(self) -> Run | None:
        """The program that holds the home and has announced itself, or None."""
        if not self.path.is_dir():
            return None
        if self._lock.take():
            self._lock.release()
            return None
        return self._read_run()

    async def claim(self, *, patience: float = 1.0) -> bool:
        """Become the holder. False when another program is.

        `running` of another program takes the lock for an instant: a program that starts must not be put
        off by it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + patience
        while not self._lock.take():
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_POLL)
        self._run_file.unlink(missing_ok=True)  # of a program that was killed
        return True

    def announce(self, *, dsn: str | None = None, url: str | None = None) -> None:
        """Tell other programs where the database, and later the pages, are. For the holder alone."""
        known = self._read_run() or Run(pid=os.getpid(), dsn="")
        run = Run(pid=os.getpid(), dsn=dsn or known.dsn, url=url or known.url)
        draft = self._run_file.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(run))
        draft.replace(self._run_file)

    async def leave(self, *, patience: float | None) -> None:
        """Before the server stops: no newcomers, and wait for the programs on it (None: as long as they
        take).
        """
        self._run_file.unlink(missing_ok=True)
        deadline = None if patience is None else time.monotonic() + patience
        while not self._users.take():
            if deadline is not None and time.monotonic() > deadline:
                return
            await asyncio.sleep(_POLL)

    def release(self) -> None:
        self._users.release()
        self._lock.release()

    def join(self) -> Run | None:
        """Use the holder's server until `release`; None when it has not announced itself, or is leaving."""
        # Shared lock first, then the file: the holder removes the file first, then waits for the lock.
        if not self._users.take(shared=True):
            return None
        run = self._read_run()
        if run is None:
            self._users.release()
        return run

    def in_use(self) -> HomeInUse:
        """The error for a program that finds the home held."""
        run = self._read_run()
        who = f"process {run.pid}" + (f", {run.url}" if run.url else "") if run else "another program"
        return HomeInUse(
            f"The data folder {self.path} is in use by {who}. Stop that program, or give this one a folder "
            "of its own with --home."
        )

    @property
    def _run_file(self) -> Path:
        return self.path / "run.json"

    def _read_run(self) -> Run | None:
        try:
            return msgspec.json.decode(self._run_file.read_bytes(), type=Run)
        except (OSError, msgspec.DecodeError):
            return None
