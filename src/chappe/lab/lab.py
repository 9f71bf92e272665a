"""The lab: carriers, the phones behind them and the log, on one event loop.

async with Lab(scenario, log=path) as lab:
    host, port = lab.carrier("alpha").address
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from chappe.kit.errors import Problem
from chappe.lab.agenda import Agenda
from chappe.lab.browser import Browser
from chappe.lab.carrier import Carrier
from chappe.lab.clicks import ClickScript
from chappe.lab.counters import Counters
from chappe.lab.loading import BadScenario, check_scenario
from chappe.lab.log import LogWriter
from chappe.lab.phones import (
    Phones,
    Sender,
    guessed_sender,
    normal,
    refuse_alphanumeric,
    sender_of,
)
from chappe.lab.replies import ReplyScript, reply_bodies
from chappe.lab.scenario import Scenario
from chappe.lab.visits import Visits
from chappe.smpp.submits import Submits

_FLUSH_SECONDS = 0.1
_READ_NOTES_SECONDS = 0.1
_NOTES_AT_A_TIME = 250


class UnknownCarrier(Problem):
    code = "unknown_carrier"
    status = 404
    title = "The lab has no such carrier"


class NoAccount(Problem):
    code = "no_account"
    status = 409
    title = "Nobody can receive this reply"


class BadPhoneNumber(Problem):
    code = "bad_phone_number"
    status = 422
    title = "This is no phone number"


class Lab:
    """Use as an asynchronous context manager, or `start` and `stop`. `log` None keeps no log; one that has
    `log_limit` octets begins again (0: never).
    """

    def __init__(self, scenario: Scenario, *, log: Path | None = None, log_limit: int = 0) -> None:
        self.scenario = check_scenario(scenario)
        self.log = LogWriter(log, log_limit)
        self.phones = Phones(scenario.phones)
        self._agenda = Agenda()
        self._browser = Browser(scenario.phones.links)
        self.visits = Visits(self.phones, self._browser)
        self._script = ReplyScript(scenario.phones.replies, scenario.seed)
        self._clicks = ClickScript(scenario.phones.clicks, scenario.seed)
        self._reference = 0
        self._housekeeping = 0
        self._carriers = {
            carrier.name: Carrier(carrier, scenario.seed, self._agenda, self.log, self._accepted)
            for carrier in scenario.carriers
        }

    async def start(self) -> None:
        """Listen on the ports of all carriers. OSError when one is taken, or the log cannot be written."""
        try:
            self.log.open()
            for carrier in self._carriers.values():
                await carrier.start()
        except OSError:
            await self.stop()
            raise
        self._agenda.every(_FLUSH_SECONDS, self.log.flush)
        self._agenda.every(_READ_NOTES_SECONDS, lambda: self.phones.read_a_little(_NOTES_AT_A_TIME))
        self._housekeeping = len(self._agenda)

    async def stop(self) -> None:
        """Close every link and port, and the log."""
        for carrier in self._carriers.values():
            await carrier.stop()
        self._agenda.clear()
        await self.visits.stop()
        await self._browser.close()
        for carrier in self._carriers.values():
            carrier.close()
        self.log.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def carriers(self) -> Sequence[Carrier]:
        return list(self._carriers.values())

    def carrier(self, name: str) -> Carrier:
        """UnknownCarrier when there is none of that name."""
        if name not in self._carriers:
            known = ", ".join(self._carriers)
            raise UnknownCarrier(f"The lab has no carrier {name!r}. Its carriers are {known}.")
        return self._carriers[name]

    @property
    def idle(self) -> bool:
        """Nothing is due later: no answer, receipt, reply or tap on a link is on its way."""
        return len(self._agenda) <= self._housekeeping and self.visits.idle

    def counters(self, name: str) -> Counters:
        return self.carrier(name).counters

    def apply(self, scenario: Scenario) -> None:
        """Behave like this from now on. BadScenario when carriers would come or go, or change their port."""
        check_scenario(scenario)
        if {carrier.name for carrier in scenario.carriers} != set(self._carriers):
            raise BadScenario(
                "Carriers cannot come or go while the lab runs: restart it with the new scenario.",
                field="carriers",
            )
        for carrier in scenario.carriers:
            if carrier != self._carriers[carrier.name].scenario:
                self._carriers[carrier.name].apply(carrier)
        self.phones.apply(scenario.phones)
        self._browser.apply(scenario.phones.links)
        self._script = ReplyScript(scenario.phones.replies, scenario.seed)
        self._clicks = ClickScript(scenario.phones.clicks, scenario.seed)
        self.scenario = scenario

    def hold_receipts(self, name: str, hold: bool) -> None:
        """Keep the receipts of a carrier back, or let them all go at once."""
        self.carrier(name)
        carriers = [
            replace(c, receipts=replace(c.receipts, hold=hold)) if c.name == name else c
            for c in self.scenario.carriers
        ]
        self.apply(replace(self.scenario, carriers=tuple(carriers)))

    def reset(self) -> None:
        """Forget phones, counters and what waits to be delivered. The log and the links stay."""
        self._script = ReplyScript(self.scenario.phones.replies, self.scenario.seed)
        self._clicks = ClickScript(self.scenario.phones.clicks, self.scenario.seed)
        self.phones.clear()
        for carrier in self._carriers.values():
            carrier.forget()

    def reply(self, phone: str, *, to: str, text: str, carrier: str | None = None) -> int:
        """`phone` sends `text` to the sender `to`; the number of parts. It waits when nobody is bound.

        AlphanumericSender: no phone can answer a name. NoAccount: nobody has sent as `to` nor bound yet.
        """
        if not normal(phone).isdigit() or not 3 <= len(normal(phone)) <= 15:
            raise BadPhoneNumber(f"{phone!r} is no phone number: write digits, for example 33612345678.")
        sender = self._sender(to, carrier)
        refuse_alphanumeric(sender)
        return self._send(phone, sender, text)

    def _send(self, phone: str, sender: Sender, text: str) -> int:
        self._reference = self._reference % 0xFF + 1
        bodies = reply_bodies(phone, sender, text, self._reference)
        account = self.carrier(sender.carrier).outbox(sender.system_id)
        account.send_reply(normal(phone).encode(), sender.address, bodies, text.encode())
        self.phones.sent(phone, sender.address.decode("latin-1"), text, len(bodies), datetime.now(UTC))
        return len(bodies)

    def _sender(self, to: str, carrier: str | None) -> Sender:
        known = self.phones.sender(to)
        if known is None or (carrier is not None and known.carrier != carrier):
            name = carrier or next(iter(self._carriers))
            accounts = self.carrier(name).accounts
            if not accounts:
                raise NoAccount(f"No client has bound to carrier {name} yet: bind first, then reply.")
            known = guessed_sender(name, accounts[-1], to)
        return known

    def _accepted(self, carrier: str, system_id: str, messages: Submits, states: Sequence[int]) -> None:
        self.phones.note(carrier, system_id, messages, states, datetime.now(UTC))
        for reply in self._script.replies_to(messages, states):
            phone = reply.message.destination.decode("latin-1")
            send = partial(self._send, phone, sender_of(carrier, system_id, reply.message), reply.text)
            self._agenda.after(reply.after, send)
        for click in self._clicks.clicks_on(messages, states):
            self._agenda.after(click.after, partial(self.visits.begin, click.number, click.agent))
