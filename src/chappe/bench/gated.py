"""What the gate costs a campaign from end to end: the same campaign with it and without, in alternation."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

from chappe.bench import campaign

PEOPLE: Final = 200_000
ROUNDS: Final = 3
_PROGRAMS: Final[Mapping[str, str]] = {"gated": "chappe", "ungated": "chappe.bench.ungated"}


def run(people: int = PEOPLE, rounds: int = ROUNDS) -> dict[str, Any]:
    """Messages a second, with the gate and its stored decisions and without; each campaign on a database of
    its own.
    """
    figures: dict[str, list[dict[str, Any]]] = {name: [] for name in _PROGRAMS}
    for _ in range(rounds):
        for name, program in _PROGRAMS.items():
            figures[name].append(campaign.run(people, worker=program))
    return {"people": people, "rounds": rounds} | {name: _told(each) for name, each in figures.items()}


def _told(figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    speeds = [each["messages_per_second"] for each in figures]
    return {
        "messages_per_second": round(median(speeds)),
        "each": speeds,
        "lost": sum(each["lost"] for each in figures),
        "twice": sum(each["twice"] for each in figures),
        "worker_microseconds_per_message": median(
            each["microseconds_per_message"]["worker"] for each in figures
        ),
        "database_microseconds_per_message": median(
            each["microseconds_per_message"]["database"] for each in figures
        ),
    }
