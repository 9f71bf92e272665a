"""Texts from people: recorded and honoured in one transaction, then answered to the carrier."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import structlog

from chappe.carriers.settings import SmppSettings
from chappe.db.errors import ServerGone
from chappe.db.pool import Database
from chappe.engine.inbound_record import Recorder
from chappe.engine.inbound_texts import read_text
from chappe.engine.link import Link
from chappe.engine.wakes import woken
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.sending.service import Door
from chappe.smpp.pdu import Message

log = structlog.get_logger()
_MOST = 500
_AGAIN_AFTER = 0.5


class InboundFlusher:
    """Of one link. A batch is one transaction; the next is taken when it has committed."""

    def __init__(self, link: Link, door: Door, db: Database, clock: Clock) -> None:
        self._link = link
        self._db = db
        settings = link.settings
        self._recorder = Recorder(settings.number, settings.workspace_id, door, clock)
        self._options: SmppSettings = settings.settings

    async def run(self) -> None:
        """Until cancelled."""
        receipts = self._link.receipts
        while True:
            await woken(self._link.wakes.inbound, 1.0)
            while receipts.inbound:
                batch, receipts.inbound = receipts.inbound[:_MOST], receipts.inbound[_MOST:]
                await self._commit(batch)

    async def _commit(self, batch: Sequence[tuple[Message, int]]) -> None:
        link, again = self._link, False
        texts = [
            read_text(message, charset=self._options.charset, country=None, carrier=link.settings.number)
            for message, _ in batch
        ]
        # A redelivery comes in another session; within one, two equal texts are two messages.
        session = link.lease.session.token << 20 | batch[0][1]
        while True:
            try:
                async with self._db.engine_transaction() as conn:
                    await self._recorder.record(conn, texts, session=session, again=again)
                break
            except ServerGone as error:
                log.warning("inbound_waits", link=link.settings.name, detail=error.detail)
                again = True
                await asyncio.sleep(_AGAIN_AFTER)
            except Problem as error:
                # An answer that cannot be sent must not cost the STOP that asked for it.
                if self._recorder.silent:
                    raise
                log.error("inbound_answer_failed", link=link.settings.name, detail=error.detail)
                self._recorder.silent = True
        self._recorder.silent = False
        link.inbound_taken += len(batch)
        by_epoch: dict[int, list[int]] = defaultdict(list)
        for message, epoch in batch:
            by_epoch[epoch].append(message.sequence)
        for epoch, sequences in by_epoch.items():
            link.transport.acknowledge(sequences, epoch=epoch)
