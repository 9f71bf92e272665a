"""What other rooms ask of the rules: the zones of a number, the rulebook, and the hours it allows."""

from functools import cache

from chappe.rules.book import Cap, Rulebook
from chappe.rules.hours import window
from chappe.rules.loading import packaged
from chappe.rules.pack import Profile
from chappe.rules.places import Places
from chappe.rules.requirements import Requirements
from chappe.rules.zones import zones_of

__all__ = ["Cap", "Places", "Profile", "Requirements", "Rulebook", "book", "window", "zones_of"]


@cache
def book() -> Rulebook:
    """Every pack that comes with the program. BrokenPack when one is not sound."""
    return Rulebook(packaged())
