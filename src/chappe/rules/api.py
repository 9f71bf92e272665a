"""REST: /v1/rules."""

from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, GateClock
from chappe.rules import service, shapes
from chappe.rules.catalogue import groups, states
from chappe.rules.shapes import JurisdictionView, PlaceRulesView, RulesView


@get("/rules", guards=[needs(Scope.CONTACTS_READ)], summary="Places that have rules", tags=["Rules"])
async def list_rules(caller: Asking, conn: Conn, gate_clock: GateClock) -> RulesView:
    """Countries first, then the parts of each. A country that is not listed has the rules of DEFAULT."""
    rules = await service.rules_of(conn, caller.workspace_id)
    lines = [line for group in groups(rules, gate_clock.now().date()) for line in group.lines]
    return RulesView(
        profile=rules.profile,
        data=[
            JurisdictionView(
                jurisdiction=line.pack.jurisdiction, name=line.pack.name.en, blocks=line.waiting > 0
            )
            for line in lines
        ],
    )


@get(
    "/rules/{jurisdiction:str}",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="The rules of a place",
    tags=["Rules"],
)
async def read_rules(
    jurisdiction: FromPath[str], caller: Asking, conn: Conn, gate_clock: GateClock
) -> PlaceRulesView:
    """With their sources, and what this workspace acknowledged or put in their place."""
    pack = service.pack(jurisdiction)
    rules = await service.rules_of(conn, caller.workspace_id)
    overrides = await service.overrides(conn, caller.workspace_id)
    acknowledged = await service.acknowledgements(conn, caller.workspace_id)
    found = states(pack, rules, overrides, acknowledged, gate_clock.now().date())
    return shapes.place_view(pack, rules.profile, found)


routes: list[ControllerRouterHandler] = [list_rules, read_rules]
