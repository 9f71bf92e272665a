"""What other rooms ask of the rules: the zones of a number, and the hours those zones allow."""

from chappe.rules.hours import window
from chappe.rules.zones import zones_of, zones_of_many

__all__ = ["window", "zones_of", "zones_of_many"]
