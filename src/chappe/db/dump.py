"""pg_dump, pg_restore and psql of our own version: they read and write every server that we accept.

The calls block, for as long as the database is large; a running event loop puts them in a thread.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from chappe.db.errors import BackupRefused
from chappe.db.layout import wheel_binaries

_HEAD, _BLOCK = 16 * 1024, 1024 * 1024


def write_dump(dsn: str, file: Path) -> None:
    """One consistent view of the whole database, compressed. BackupRefused with pg_dump's reason."""
    options = ("--format=custom", "--no-owner", f"--file={file}")
    with _running("pg_dump", options, dsn=dsn) as dumper:
        if dumper.process.wait() != 0:
            raise dumper.failed()


def load_dump(dsn: str, file: Path) -> None:
    """Load a dump into an empty database in one transaction. BackupRefused, and nothing loaded, when it
    fails.
    """
    script = ("--no-owner", "--file=-", str(file))
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    with _running("pg_restore", script) as reader, _running("psql", options, dsn=dsn) as loader:
        try:
            _pump(reader.process, loader.process)
        except BrokenPipeError:
            raise loader.failed() from None
        if reader.process.wait() != 0:
            loader.process.kill()  # at the end of its input it would commit half a dump
            raise reader.failed()
        assert loader.process.stdin is not None
        loader.process.stdin.close()
        if loader.process.wait() != 0:
            raise loader.failed()


class _Client:
    def __init__(self, program: str, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        self.process = process
        self._program = program
        self._said = said

    def failed(self) -> BackupRefused:
        """The error with the program's first complaint."""
        self.process.wait()
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        complaints = [line for line in lines if "error" in line.lower()] or lines or ["it said nothing"]
        return BackupRefused(f"{self._program} failed: {complaints[0]}")


@contextmanager
def _running(program: str, arguments: Sequence[str], *, dsn: str | None = None) -> Iterator[_Client]:
    """The program at work; it does not outlive the block."""
    address, environment = _without_password(dsn) if dsn else (None, _environment())
    command = [str(wheel_binaries() / program), *([f"--dbname={address}"] if address else []), *arguments]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
            command,
            stdin=subprocess.PIPE if program == "psql" else subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "pg_restore" else subprocess.DEVNULL,
            stderr=said,
            bufsize=0,
            env=environment,
        ) as process,
    ):
        try:
            yield _Client(program, process, said)
        finally:
            process.kill()


def _pump(reader: subprocess.Popen[bytes], loader: subprocess.Popen[bytes]) -> None:
    assert reader.stdout is not None
    assert loader.stdin is not None
    # pg_restore 18 sets transaction_timeout, which servers before 17 do not know and refuse. It stands in the
    # head of the script, before any data.
    head = b""
    while len(head) < _HEAD and (block := reader.stdout.read(_HEAD)):
        head += block
    block = head.replace(b"SET transaction_timeout = 0;\n", b"", 1)
    while block:
        view = memoryview(block)
        while view:
            view = view[loader.stdin.write(view) :]
        block = reader.stdout.read(_BLOCK)


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """The address as others may see it in the process list, and the environment that carries the password."""
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn, _environment()
    login, _, host = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    address = urlunsplit(parts._replace(netloc=f"{user}@{host}"))
    return address, _environment() | {"PGPASSWORD": unquote(parts.password)}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGTZ": "UTC"}
