"""What a restored installation does not know: what left after its backup was made.

Sent again, it would reach people twice. So a campaign that was under way is paused, a single message that
waited is unknown, and ids given since then are not given again. Releasing the hold then repeats nothing;
a person who resumes a paused campaign takes the risk knowingly.
"""

from chappe.campaigns import runs
from chappe.db.demo import gate_clock
from chappe.db.pool import Connection
from chappe.db.restore import Unsure
from chappe.kit.clock import SystemClock
from chappe.messages import upkeep

_WHY = (
    "Restored from a backup: messages sent after it was made are not known here. Resume to send to everyone "
    "who has none here, some of them for the second time, or cancel."
)


async def settle_restored(conn: Connection) -> Unsure:
    """In the transaction that holds the installation."""
    clock = SystemClock()
    paused = await runs.pause_unsure(conn, (await gate_clock(conn, clock)).now(), _WHY)
    singles = 0
    while ended := await upkeep.doubt_singles(conn, clock.now()):
        singles += ended
    await upkeep.skip_ids(conn)
    return Unsure(len(paused), singles)
