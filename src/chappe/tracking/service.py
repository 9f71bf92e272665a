"""What other rooms ask of links. Nothing here commits."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chappe.db.pool import Connection
from chappe.tracking import repo
from chappe.tracking.destinations import UTM_NAMES, written_faults
from chappe.tracking.model import BadUtm, Domain, Linking, UnknownLinkDomain
from chappe.tracking.prefixes import has_own, prefix_of

_LONGEST_VALUE = 100


async def linking(
    conn: Connection, workspace_id: int, base: str, domain_id: UUID | None, utm: Mapping[str, str]
) -> Linking:
    """What stands before codes: the domain that is named, else the chosen one, else the main host."""
    return await prefix_of(conn, workspace_id, base, domain_id, utm)


async def has_own_domain(conn: Connection, workspace_id: int) -> bool:
    """Whether it has chosen a link domain of its own, which leads here."""
    return await has_own(conn, workspace_id)


async def domain_of(conn: Connection, workspace_id: int, domain_id: UUID) -> Domain:
    """Raises UnknownLinkDomain."""
    found = await repo.domain(conn, workspace_id, domain_id)
    if found is None:
        raise UnknownLinkDomain("There is no such link domain. See GET /v1/link-domains.", field="domain_id")
    return found


async def faults_of(conn: Connection, workspace_id: int, base: str, urls: Sequence[str]) -> dict[str, str]:
    """What is wrong with these destinations, by address: with its text (`destinations.Fault`), else with what
    was found at the last look there. `base`: the address that people open this installation at.
    """
    rows = await conn.fetch(repo.SQL.faults_known, workspace_id, urls)
    found = {row["url"]: row["fault"] for row in rows if row["fault"] is not None}
    by_text = written_faults(urls, base, await repo.own_hosts(conn, workspace_id))
    return found | {url: fault.value for url, fault in by_text.items()}


async def usual_utm(conn: Connection, workspace_id: int) -> dict[str, str]:
    """The parameters of the workspace's links where nothing else is said."""
    return await repo.utm(conn, workspace_id)


async def keep_utm(conn: Connection, workspace_id: int, utm: Mapping[str, str]) -> None:
    """Raises BadUtm."""
    check_utm(utm)
    await repo.keep_utm(conn, workspace_id, dict(utm))


def check_utm(utm: Mapping[str, str]) -> None:
    """Raises BadUtm."""
    for name, value in utm.items():
        if name not in UTM_NAMES:
            raise BadUtm(f"“{name}” is no parameter. Use {', '.join(UTM_NAMES)}.", field="utm")
        if len(value) > _LONGEST_VALUE or any(character < " " for character in value):
            raise BadUtm(f"Write at most {_LONGEST_VALUE} characters on one line.", field=f"utm.{name}")
