"""The carrier lab as a carrier: taken in one click, and followed when it listens elsewhere after a start."""

from decimal import Decimal
from typing import Final

from chappe.carriers import repo
from chappe.carriers.model import Carrier, Price
from chappe.carriers.service import create_carrier
from chappe.carriers.settings import SmppSettings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection

NAME: Final = "Carrier lab"
ACCOUNT: Final = "demo"
# Of a part to anywhere, so that costs can be seen.
_PRICES: Final = (Price(prefix="", price=Decimal("0.045"), currency="EUR"),)


async def create(
    conn: Connection, keys: InstanceKeys, workspace_id: int, address: tuple[str, int]
) -> Carrier:
    """The simulated carrier that listens at `address`. NameTaken."""
    host, port = address
    return await create_carrier(
        conn,
        keys,
        workspace_id,
        name=NAME,
        settings=SmppSettings(host=host, port=port, system_id=ACCOUNT, window=100, parts_per_second=250),
        password=ACCOUNT,
        prices=_PRICES,
        simulated=True,
    )


async def any_real(conn: Connection) -> bool:
    """Whether any workspace of this installation has a carrier that is no simulator. As the engine role."""
    return await repo.any_real(conn)


async def follow(conn: Connection, address: tuple[str, int]) -> None:
    """The lab listens here now: its carriers reconnect. As the engine role."""
    for number in await repo.follow_lab(conn, ACCOUNT, *address):
        await repo.tell(conn, str(number))
