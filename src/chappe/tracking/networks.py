"""Networks from which programs look at links, by address: `data/networks.toml`, with the source of each."""

import tomllib
from bisect import bisect_right
from functools import cache
from importlib.resources import files
from ipaddress import ip_address, ip_network
from typing import final


@final
class Networks:
    """Ranges in order, of IPv4 and IPv6 apart: which of them holds an address."""

    def __init__(self) -> None:
        self._ranges = _ranges()

    def of(self, address: str) -> str | None:
        """Who asks from there; None for everybody else."""
        try:
            found = ip_address(address)
        except ValueError:
            return None
        number = int(found)
        starts, ends, names = self._ranges[found.version]
        at = bisect_right(starts, number) - 1
        return names[at] if at >= 0 and number <= ends[at] else None


@cache
def _ranges() -> dict[int, tuple[list[int], list[int], list[str]]]:
    told = tomllib.loads(files("chappe.tracking").joinpath("data/networks.toml").read_text("utf-8"))
    found: dict[int, list[tuple[int, int, str]]] = {4: [], 6: []}
    for name, each in told.items():
        for written in each["networks"]:
            network = ip_network(written)
            found[network.version].append(
                (int(network.network_address), int(network.broadcast_address), name)
            )
    return {
        version: (
            [start for start, _, _ in sorted(ranges)],
            [end for _, end, _ in sorted(ranges)],
            [name for _, _, name in sorted(ranges)],
        )
        for version, ranges in found.items()
    }
