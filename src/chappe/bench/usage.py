"""CPU time and memory of processes with their children, from /proc."""

import os
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Usage(NamedTuple):
    """CPU seconds so far, resident bytes now. A child that has ended counts through its parent."""

    cpu: float
    resident: int


def usage_of(**processes: int) -> dict[str, Usage]:
    """Of the named processes (by id), each with its children."""
    return {name: _tree(pid) for name, pid in processes.items() if pid}


def peak_of(pid: int) -> int:
    """Bytes: the most that was ever resident of this process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def parent_of(pid: int) -> int:
    """0 when the process is not of this machine."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def _tree(pid: int) -> Usage:
    cpu, resident = _one(pid)
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            more = _tree(int(child))
            cpu, resident = cpu + more.cpu, resident + more.resident
    return Usage(cpu, resident)


def _one(pid: int) -> Usage:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return Usage(0.0, 0)
    # proc(5): utime, stime, cutime, cstime are fields 14 to 17, rss 24; the first here is field 3.
    user, system, child_user, child_system = (int(one) for one in fields[11:15])
    return Usage((user + system + child_user + child_system) / _TICKS, int(fields[21]) * _PAGE)
