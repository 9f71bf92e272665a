"""One PostgreSQL server on one data folder: made, started, watched, stopped.

The caller holds the home's lock (`chappe.db.home`), so a server found running here is an orphan of a
program that was killed: it is stopped and started again, which also ends every session the dead program
left behind. The calls block (the longest is crash recovery); a running event loop puts them in a thread.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from chappe.db.errors import ServerFailed
from chappe.db.layout import Layout, make_folders
from chappe.db.server_conf import HBA, ServerSizing, machine_memory, render_conf

SUPERUSER = "postgres"
_POLL = 0.02
_START_TIMEOUT = 600.0  # recovery replays up to max_wal_size
_STOP_TIMEOUT = 60.0
_WORDS_TIMEOUT = 1.0
_SHARED_MEMORY_BUSY = "pre-existing shared memory block"


class PostgresServer:
    """A server of ours. `start` and `stop` may be called again."""

    def __init__(self, layout: Layout, *, memory: int | None = None) -> None:
        self.layout = layout
        self._sizing = ServerSizing(memory or machine_memory())
        self._process: subprocess.Popen[bytes] | None = None
        # Root steps down; anyone else stays who they are.
        uid, gid = layout.owner()
        self._user: int | None = uid if layout.run_as else None
        self._group: int | None = gid if layout.run_as else None
        self._groups: list[int] | None = [] if layout.run_as else None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def dsn(self, database: str, user: str) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.layout.socket_dir), safe='')}"

    def start(self) -> None:
        """Return when the server accepts connections. ServerFailed tells why it does not, with its last
        words.
        """
        make_folders(self.layout)
        if not (self.layout.data / "PG_VERSION").exists():
            self._initdb()
        self._refuse_other_version()
        self._write_configuration()
        self._stop_orphan()
        self._forget_socket()
        deadline = time.monotonic() + _START_TIMEOUT
        while True:
            self._process = self._spawn()
            reason = self._wait_until_ready(deadline)
            if reason is None:
                return
            self._process = None
            # After kill -9 of the server its backends need a moment to notice and go.
            if _SHARED_MEMORY_BUSY not in reason or time.monotonic() > deadline - _START_TIMEOUT + 20:
                raise ServerFailed(f"The embedded database server does not start: {reason}")
            time.sleep(0.5)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything is on disk, the next start needs no recovery."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)  # the next start recovers from the WAL
            process.wait()

    def exit_status(self) -> int | None:
        """None while the server runs; its status once it is gone without `stop`."""
        return self._process.poll() if self._process else None

    def wait(self) -> None:
        """Return when the server has ended."""
        if self._process:
            self._process.wait()

    def destroy(self) -> None:
        """Stop and delete everything. For tests and for `chappe demo`, whose home is its own."""
        self.stop()
        for folder in (self.layout.base, self.layout.socket_dir):
            shutil.rmtree(folder, ignore_errors=True)

    def _initdb(self) -> None:
        # Made aside and renamed: a folder half made by a killed initdb is never taken for a database.
        draft = self.layout.base / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        # The builtin provider does not depend on the C library: an index made here is right on another
        # machine.
        if self.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        else:
            locale = ["--locale=C.UTF-8"]
        command = [str(self.layout.binaries / "initdb"), "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8"]
        command += ["--data-checksums", "--auth=trust", "--no-instructions", *locale]
        done = subprocess.run(  # noqa: S603 - our own binary, our own arguments
            command,
            capture_output=True,
            text=True,
            cwd=self.layout.base,
            env=_environment(),
            user=self._user,
            group=self._group,
            extra_groups=self._groups,
        )
        if done.returncode != 0:
            raise ServerFailed(f"The database folder could not be made: {_last_lines(done.stderr)}")
        draft.rename(self.layout.data)

    @property
    def major(self) -> int:
        """The major version of the binaries."""
        command = [str(self.layout.binaries / "postgres"), "--version"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        return int(told.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))

    def _refuse_other_version(self) -> None:
        found = (self.layout.data / "PG_VERSION").read_text().strip()
        if found != str(self.major):
            raise ServerFailed(
                f"The data folder was made by PostgreSQL {found}, this program carries {self.major}. "
                "Back up with the program that made it (chappe backup FILE), then restore into a new home."
            )

    def _write_configuration(self) -> None:
        for name, text in (
            ("postgresql.conf", render_conf(self.layout.socket_dir, self._sizing)),
            ("pg_hba.conf", HBA),
        ):
            path = self.layout.data / name
            path.write_text(text, encoding="utf-8")
            os.chown(path, *self.layout.owner())

    def _spawn(self) -> subprocess.Popen[bytes]:
        with open(self.layout.log, "wb") as log:
            os.chown(self.layout.log, *self.layout.owner())
            return subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
                [str(self.layout.binaries / "postgres"), "-D", str(self.layout.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal reaches the program alone, which drains and then stops the server.
                start_new_session=True,
                cwd=self.layout.base,
                env=_environment(),
                user=self._user,
                group=self._group,
                extra_groups=self._groups,
            )

    def _wait_until_ready(self, deadline: float) -> str | None:
        """None when ready, else why the server ended."""
        assert self._process is not None
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return self._last_words()
            if _is_ready(self.layout.data, self._process.pid):
                return None
            time.sleep(_POLL)
        self.stop()
        return f"it was not ready after {_START_TIMEOUT:.0f} s: {self._last_words()}"

    def _last_words(self) -> str:
        """What it said before it ended; its log collector writes that a moment later."""
        deadline = time.monotonic() + _WORDS_TIMEOUT
        while "FATAL" not in (words := self._words()) and time.monotonic() < deadline:
            time.sleep(_POLL)
        return _last_lines(words)

    def _words(self) -> str:
        """Of its standard error while it reads its settings, of its own log from then on."""
        text = self.layout.log.read_text(encoding="utf-8", errors="replace")
        logs = sorted((self.layout.base / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        if "FATAL" in text or not logs or self._process is None:
            return text
        # The same file holds what its predecessors said.
        lines = logs[-1].read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(line for line in lines if f"[{self._process.pid}]" in line) or text

    def _stop_orphan(self) -> None:
        pid = _pid_in_lock_file(self.layout.data)
        if pid is None or not _alive(pid):
            return  # PostgreSQL itself removes the lock file of a dead process, after its own checks
        if _serves(pid, self.layout.data):
            os.kill(pid, signal.SIGINT)
            _wait_gone(pid, self.layout.data)
            return
        # The number was given to another process since. PostgreSQL takes its own parent's for a stale one and
        # still checks the shared memory that the file names, which deleting the file would skip.
        lock = self.layout.data / "postmaster.pid"
        _, _, rest = lock.read_text().partition("\n")
        lock.write_text(f"{os.getpid()}\n{rest}")

    def _forget_socket(self) -> None:
        """After a kill -9 the socket's lock file stays, and PostgreSQL refuses to start for as long as any
        process has the number in it, be it an unreaped child or another program. The folder is this server's
        alone and its last one is gone; the data is guarded by a lock file and shared memory of its own.
        """
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.layout.socket_dir / name).unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _is_ready(data: Path, pid: int) -> bool:
    """The server writes its state in the eighth line of postmaster.pid (miscadmin.h,
    LOCK_FILE_LINE_PM_STATUS).
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _pid_in_lock_file(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a server on this folder: PostgreSQL makes its data folder its working folder."""
    proc = Path(f"/proc/{pid}/cwd")
    try:
        return proc.exists() and os.path.samefile(proc, data)
    except OSError:
        return False


def _wait_gone(pid: int, data: Path) -> None:
    """Wait for the server to remove its lock file, the last thing it does: where nobody reaps it, as in a
    container without an init, its process stays visible for ever.
    """
    deadline = time.monotonic() + _STOP_TIMEOUT
    while _alive(pid) and _pid_in_lock_file(data) == pid:
        if time.monotonic() > deadline:
            raise ServerFailed(f"A database server left by an earlier program (process {pid}) does not stop.")
        time.sleep(_POLL)


def _last_lines(text: str, count: int = 4) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-count:]) or "it said nothing"
