"""What other rooms ask of the rules: the zones of a number, and the hours those zones allow."""

from chappe.rules.hours import window
from chappe.rules.zones import zones_of

__all__ = ["window", "zones_of"]
