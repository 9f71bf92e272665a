"""What the shell hands to a handler, by the argument's name: `caller`, `conn`, `db`, `ids`, `keys`, `clock`
and `gate_clock`.

The values come from the application, not from the request, so Litestar must not validate them.
"""

from typing import TYPE_CHECKING, TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.api.caller import Caller
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.ids import IdCipher

Asking: TypeAlias = NamedDependency[SkipValidation[Caller]]
# The request's one transaction, in the web role: see `chappe.api.transaction`.
if TYPE_CHECKING:
    Conn: TypeAlias = Connection
else:
    # Litestar evaluates annotations, and the driver's generic types exist for checkers only.
    Conn = NamedDependency[SkipValidation[object]]
Db: TypeAlias = NamedDependency[SkipValidation[Database]]
Ids: TypeAlias = NamedDependency[SkipValidation[IdCipher]]
Keys: TypeAlias = NamedDependency[SkipValidation[InstanceKeys]]
WallClock: TypeAlias = NamedDependency[SkipValidation[Clock]]
# In the demo this one is moved, so that the allowed hours are open.
GateClock: TypeAlias = NamedDependency[SkipValidation[Clock]]
