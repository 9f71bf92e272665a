"""Memory of a link at the start of a session, read from the ledger: which messages wait for a receipt.

Bounded in memory by the map, and in time: what was not read is found in the ledger when its receipt comes.
"""

from typing import Final

from chappe.engine.late_receipts import RECEIPTS_FOR, entries
from chappe.engine.model import LinkSession, SentMessage
from chappe.engine.provider_map import ProviderMap
from chappe.engine.runs import Runs
from chappe.engine.store import ResultStore
from chappe.kit.clock import Clock
from chappe.messages.model import first_id_of_day

# A link that comes back must send again within ten seconds, its lease and its bind among them.
MOST_SECONDS: Final = 3.0
_NEVER: Final = 1 << 62


async def remember(
    store: ResultStore, link: LinkSession, known: ProviderMap, runs: Runs, clock: Clock
) -> None:
    """Fill the map, the latest messages first, until it is full or the time is over; and the runs."""
    since = first_id_of_day((clock.now() - RECEIPTS_FOR).date())
    for found in await store.runs_between(since, _NEVER):
        runs.add(found)
    started, below = clock.monotonic(), _NEVER
    while True:
        page = await store.sent_below(link, since, below)
        if not _put(known, page.messages):
            return
        if page.read_from is None:
            return
        below = page.read_from
        if clock.monotonic() - started > MOST_SECONDS:
            known.stop_rebuilding(below)
            return


def _put(known: ProviderMap, messages: list[SentMessage]) -> bool:
    """False: full of messages that wait. Of those that failed there may be more than are remembered."""
    known.rebuild((one for sent in messages if sent.failed for one in entries(sent)), failed=True)
    return known.rebuild(one for sent in messages if not sent.failed for one in entries(sent))
