"""Who a sender process is: the installation, its data folder, and the boot of the machine it runs on.

A process that starts again in the same folder after a kill is the same owner: its journal tells what was
sent. After an operating-system crash it is another: the journal is not synced to disk, so its end may be
missing.
"""

from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_HOME_ID = "home-id"


class Owner(NamedTuple):
    """`name`: installation, data folder and boot, which a lease names. `sessions`: what its connections that
    write for links are called in pg_stat_activity.
    """

    name: str
    boot: bytes
    sessions: str = "chappe sender"


def this_owner(instance: UUID, journals: Path) -> Owner:
    """The owner that this process is; `journals` is the folder of the data folder that holds them."""
    journals.mkdir(parents=True, exist_ok=True, mode=0o700)
    boot = _boot()
    home = _home(journals / _HOME_ID)
    return Owner(f"{instance}:{home}:{boot}", boot.bytes, f"chappe sender {home}")


def _boot() -> UUID:
    try:
        return UUID(_BOOT_ID.read_text().strip())
    except (OSError, ValueError):
        # No Linux: every start is another owner, and what was leased is left in doubt.
        return uuid4()


def _home(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        try:
            with path.open("x") as file:
                file.write(uuid4().hex)
        except FileExistsError:
            pass  # another process of this folder was first
        return path.read_text().strip()
