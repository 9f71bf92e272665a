"""What a new workspace of test data begins with: the senders of the live one, and its simulated carriers."""

from collections.abc import Sequence

import msgspec

from chappe.carriers import repo, service
from chappe.carriers.model import Carrier
from chappe.carriers.settings import SmppSettings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection

_PAGE = 1_000
_SYSTEM_ID = 15  # SMPP 3.4 section 5.2.1: 16 octets with the NUL
_SUFFIX = "-test"


async def prepare(conn: Connection, keys: InstanceKeys, workspace_id: int, *, like: int) -> None:
    """Copy what test keys need from the workspace `like`. Real carriers are left where they are.

    Messages of a workspace without a simulated carrier end as `skipped`, for the reason `simulated`.
    """
    for carrier in await service.carriers(conn, like, limit=_PAGE):
        if carrier.simulated and carrier.enabled:
            await service.create_carrier(
                conn,
                keys,
                workspace_id,
                name=carrier.name,
                settings=_account_of_its_own(carrier.settings),
                password=_password(keys, carrier, await repo.links(conn)),
                prices=carrier.prices,
                simulated=True,
            )
    for sender in await service.senders(conn, like, limit=_PAGE):
        await service.create_sender(conn, workspace_id, address=sender.address, kind=sender.kind)


def _account_of_its_own(settings: SmppSettings) -> SmppSettings:
    """The lab keeps what waits for each account apart: a reply to a live message must not come here."""
    system_id = settings.system_id[: _SYSTEM_ID - len(_SUFFIX)] + _SUFFIX
    return msgspec.structs.replace(settings, system_id=system_id)


def _password(keys: InstanceKeys, carrier: Carrier, links: Sequence[repo.StoredLink]) -> str:
    [stored] = [link for link in links if link.carrier_id == carrier.id]
    return service.opened(keys, stored)
