"""A campaign with everything on: the gate and its decisions, three variants, a holdout, short links."""

from typing import Any, Final

from chappe.bench import campaign

PEOPLE: Final = 200_000
ROUNDS: Final = 3


def run(people: int = PEOPLE, rounds: int = ROUNDS) -> dict[str, Any]:
    """The figures of the median round; each campaign on a database of its own."""
    found = [campaign.run(people, studio=True) for _ in range(rounds)]
    middle = sorted(found, key=lambda each: each["messages_per_second"])[rounds // 2]
    speeds = [each["messages_per_second"] for each in found]
    return {**middle, "rounds": rounds, "each": speeds}
