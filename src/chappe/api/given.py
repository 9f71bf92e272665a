"""What the shell hands to a handler, by the argument's name: `caller`, `conn`, `db`, `ids`, `keys`, `clock`
and `gate_clock`.

The values come from the application, not from the request, so Litestar must not validate them.
"""

from typing import Annotated

from litestar.params import Dependency

from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.ids import IdCipher

_GIVEN = Dependency(skip_validation=True)

# The request's one transaction, in the web role: see `chappe.api.transaction`.
Conn = Annotated[Connection, _GIVEN]
Db = Annotated[Database, _GIVEN]
Ids = Annotated[IdCipher, _GIVEN]
Keys = Annotated[InstanceKeys, _GIVEN]
WallClock = Annotated[Clock, _GIVEN]
# In the demo this one is moved, so that the allowed hours are open.
GateClock = Annotated[Clock, _GIVEN]
