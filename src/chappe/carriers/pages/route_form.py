"""A route as a form, and as the audit trail shows it: for each carrier its countries and its purposes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chappe.carriers.filters import EVERYTHING, Filter, filter_of, spelled
from chappe.carriers.model import CARRIER_ID, Route
from chappe.kit.ids import public_id
from chappe.web.forms import Submitted


def read(form: Submitted, carriers: Sequence[UUID]) -> dict[UUID, Filter]:
    """What each of these carriers is to take. BadDestination, for the field of its carrier."""
    found = {}
    for carrier_id in carriers:
        public = public_id(CARRIER_ID, carrier_id)
        countries = form.one(f"countries-{public}").replace(";", ",").split(",")
        found[carrier_id] = filter_of(countries, form.all(f"purposes-{public}"), f"countries-{public}")
    return found


def written(route: Route) -> list[tuple[str, str]]:
    """The form of a route as it is."""
    pairs = [("name", route.name)]
    for carrier_id, takes in route.by_carrier:
        public = public_id(CARRIER_ID, carrier_id)
        pairs.append(("carrier", public))
        pairs.append((f"countries-{public}", ", ".join(map(spelled, takes.prefixes))))
        pairs += [(f"purposes-{public}", word) for word in takes.purposes]
    return pairs


def shown(route: Route) -> dict[str, Any]:
    """For the audit trail."""
    filters = {
        public_id(CARRIER_ID, each): {
            "countries": [spelled(prefix) for prefix in takes.prefixes],
            "purposes": list(takes.purposes),
        }
        for each, takes in route.by_carrier
        if takes != EVERYTHING
    }
    carriers = [public_id(CARRIER_ID, each) for each in route.carriers]
    return {"name": route.name, "carriers": carriers, **({"filters": filters} if filters else {})}
