"""Faults to plant, each a small change of a class of the product, or of a statement that it relies on: the
simulation must find every one of them.
"""

from dataclasses import replace

import pytest
from tests.simulation import recording
from tests.simulation.planning import MemoryPlanStore
from tests.simulation.schedule import CLOSING, Event, Person, Schedule
from tests.simulation.store import MemoryStore
from tests.simulation.tables import Tables

from chappe.engine import runner
from chappe.engine.lease import Lease
from chappe.engine.link import Link
from chappe.engine.provider_map import ProviderMap
from chappe.engine.receipt_flusher import ReceiptFlusher
from chappe.engine.receipts import Matched, Receipts
from chappe.engine.replay import replay
from chappe.engine.submit_flusher import SubmitFlusher
from chappe.engine.tokens import index_of
from chappe.smpp.client import SmppClient

Patch = pytest.MonkeyPatch


def receipts_before_their_submit(patch: Patch) -> None:
    """Ids enter the map before the commit, and nobody counts the rows that an UPDATE changed."""
    commit, apply = SubmitFlusher._commit, MemoryStore.apply_receipts

    async def early(self, results):
        self._link.receipts.committed(results)
        await commit(self, results)

    async def unchecked(self, *arguments):
        await apply(self, *arguments)
        return []

    patch.setattr(SubmitFlusher, "_commit", early)
    patch.setattr(MemoryStore, "apply_receipts", unchecked)


def acknowledged_before_commit(patch: Patch) -> None:
    apply = ReceiptFlusher._apply

    async def hasty(self, batch):
        self._answer(batch.deliveries())
        await apply(self, batch)

    patch.setattr(ReceiptFlusher, "_apply", hasty)


def a_lease_that_outlives_its_owner(patch: Patch) -> None:
    """Trusted until somebody says that it is lost, however long ago it was renewed."""
    patch.setattr(Lease, "holds", lambda self: not self.lost)


def a_state_that_goes_back(patch: Patch) -> None:
    """Every receipt is applied as the last word: by memory, and by the statement."""
    every: dict[str, int] = {}
    sent, sent_all = ProviderMap.sent, ProviderMap.sent_all

    def remember(self, provider_id, token):
        every[provider_id] = token
        sent(self, provider_id, token)

    def remember_all(self, provider_ids, tokens):
        tokens = list(tokens)
        every.update(zip(provider_ids, tokens, strict=True))
        sent_all(self, provider_ids, tokens)

    def match(self, receipt, before):
        token = self.map.settle(receipt.provider_id, delivered=False) or every.get(receipt.provider_id)
        if token is None:
            return original(self, receipt, before)
        return self.matched.append(Matched(token, receipt))

    def last_word(tables: Tables, receipt, at):
        row = tables.states[receipt.id]
        tables.change(row._replace(state=receipt.state, done_mask=row.done_mask | receipt.done))
        return recording.Change(row.id, row.state, receipt.state)

    original = Receipts._match
    patch.setattr(ProviderMap, "sent", remember)
    patch.setattr(ProviderMap, "sent_all", remember_all)
    patch.setattr(Receipts, "_match", match)
    patch.setattr(recording, "_apply", last_word)


def a_cursor_moved_at_fetch(patch: Patch) -> None:
    """A row of the audience is gone when it is claimed, not when its messages are written."""
    lock, commit = MemoryPlanStore._lock, MemoryPlanStore._commit

    def forget(self, tables, now, transaction):
        found = lock(self, tables, now, transaction)
        if found:
            del self._snapshot.rows[transaction.first]
        return found

    def tolerate(self, tables, now, transaction):
        self._snapshot.rows.setdefault(transaction.first, ())
        commit(self, tables, now, transaction)

    patch.setattr(MemoryPlanStore, "_lock", forget)
    patch.setattr(MemoryPlanStore, "_commit", tolerate)


def a_limit_in_messages(patch: Patch) -> None:
    """The pace counts the first part of each text."""
    submit = SmppClient.submit_all

    def generous(self, tokens, bodies):
        submit(self, tokens, bodies)
        self._pacer.take(-sum(index_of(token) > 0 for token in tokens), self._clock.monotonic())

    patch.setattr(SmppClient, "submit_all", generous)


def no_look_at_suppressions(patch: Patch) -> None:
    patch.setattr(Link, "suppress", lambda self, workspace, scopes: None)


def no_look_at_the_hour(patch: Patch) -> None:
    patch.setattr(Link, "_open", lambda self, held, wall, gate: held.pending)


def a_journal_that_is_not_read(patch: Patch) -> None:
    """What was in the window at the kill is taken for unwritten."""

    def forgetful(segments, **of):
        found = replay(segments, **of)
        found.written.clear()
        return found

    patch.setattr(runner, "replay", forgetful)


# What makes a fault likely to show; the rest is drawn.


def as_drawn(schedule: Schedule) -> Schedule:
    return schedule


def two_senders_one_cut_off(schedule: Schedule) -> Schedule:
    """Enough to send for longer than a lease lasts, and one whose renewals are lost, nothing else."""
    people = tuple(Person(33_600_000_000 + n, 1) for n in range(45))
    events = (Event(0.3, "mute", 0, 13.0),)
    return replace(schedule, people=people, senders=2, link_rate=4, chunk=8, events=events)


def many_contradictions(schedule: Schedule) -> Schedule:
    return replace(schedule, mood=replace(schedule.mood, contradictory=0.8, failed=0.3))


def being_planned(schedule: Schedule) -> Schedule:
    return replace(schedule, planned=True)


def long_texts_at_a_pace(schedule: Schedule) -> Schedule:
    people = tuple(Person(one.phone, 4) for one in schedule.people)
    return replace(schedule, people=people, link_rate=20, window=20)


def a_suppression_on_a_slow_link(schedule: Schedule) -> Schedule:
    last = schedule.people[-1].phone
    return replace(schedule, link_rate=4, events=(Event(0.2, "suppress", last, 0, "all"),))


def closing_soon(schedule: Schedule) -> Schedule:
    return replace(schedule, start=CLOSING, link_rate=4, events=())


def a_kill(schedule: Schedule) -> Schedule:
    return replace(schedule, events=(Event(0.0, "trap", 0, 1, "after socket"),))
