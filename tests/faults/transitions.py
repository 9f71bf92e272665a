"""Which states a message went through: a trigger of the test's database notes every change."""

from collections import Counter

from chappe.db.pool import Database
from chappe.messages.model import MessageState

_NOTE = """
create table noted (id bigint not null, old smallint not null, new smallint not null);
create function note_state() returns trigger language plpgsql as $$
begin
    insert into noted values (new.id, old.state, new.state);
    return null;
end $$;
create trigger noted after update on message_state for each row
    when (old.state is distinct from new.state) execute function note_state();
"""
# What is in doubt may become known; what is with the carrier may end; a late success corrects a failure.
_FORWARD = {
    MessageState.UNKNOWN: frozenset(
        {MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.EXPIRED}
        | {MessageState.REJECTED}
    ),
    MessageState.SENT: frozenset(
        {MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.EXPIRED, MessageState.REJECTED}
    ),
    MessageState.UNDELIVERED: frozenset({MessageState.DELIVERED}),
}

Change = tuple[MessageState, MessageState]


async def note_transitions(db: Database) -> None:
    """From now on, until the database is dropped."""
    await db.engine.execute(_NOTE)


async def transitions(db: Database) -> Counter[Change]:
    """(from, to) → how often."""
    rows = await db.engine.fetch("select old, new, count(*) as n from noted group by 1, 2")
    return Counter({(MessageState(row["old"]), MessageState(row["new"])): row["n"] for row in rows})


def backwards(found: Counter[Change]) -> list[Change]:
    """The changes that no message may make."""
    return [(old, new) for old, new in found if new not in _FORWARD.get(old, frozenset())]
