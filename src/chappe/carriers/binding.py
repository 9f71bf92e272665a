"""A carrier's settings as the SMPP client takes them, and one bind to see what the carrier answers."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from chappe.carriers.settings import SmppSettings
from chappe.smpp.client import SmppClient
from chappe.smpp.events import LostReason
from chappe.smpp.link import IgnoringHandler
from chappe.smpp.settings import LinkSettings, TlsSettings
from chappe.smpp.status import StatusClass, status_name

_BIND_WITHIN = 12.0


def overrides_of(settings: SmppSettings) -> Mapping[int, StatusClass]:
    """The carrier's own meaning of statuses."""
    return {int(code, 16): StatusClass(action.value) for code, action in settings.statuses.items()}


def bind_settings(settings: SmppSettings, password: str) -> LinkSettings:
    tls = settings.tls
    return LinkSettings(
        host=settings.host,
        port=settings.port,
        system_id=settings.system_id,
        password=password,
        bind=settings.bind,
        system_type=settings.system_type,
        address_ton=settings.address.ton,
        address_npi=settings.address.npi,
        address_range=settings.address_range,
        window=settings.window,
        parts_per_second=settings.parts_per_second,
        tls=TlsSettings(tls.ca_file, tls.certificate_file, tls.key_file, tls.server_name, tls.verify)
        if tls is not None
        else None,
        connect_timeout=settings.connect_seconds,
        bind_timeout=settings.bind_seconds,
        enquire_interval=settings.enquire_seconds,
        # A person who asks often wants to know soon; below five seconds a busy carrier would pass for dead.
        enquire_timeout=min(15.0, max(5.0, settings.enquire_seconds)),
        response_timeout=settings.response_seconds,
        status_overrides=dict(overrides_of(settings)),
    )


class Outcome(StrEnum):
    """How a bind that was tried ended."""

    BOUND = "bound"
    REFUSED = "refused"
    UNREACHED = "unreached"
    SILENT = "silent"


class Trial(msgspec.Struct, frozen=True):
    """`said`: the carrier's name when it accepted, its status when it refused, else what the network said."""

    outcome: Outcome
    said: str

    @property
    def bound(self) -> bool:
        return self.outcome is Outcome.BOUND


async def try_bind(settings: SmppSettings, password: str) -> Trial:
    """Binds as a sender would, and leaves. Takes 12 s at most."""
    first: asyncio.Future[Trial] = asyncio.get_running_loop().create_future()
    client = SmppClient(bind_settings(settings, password), _FirstAnswer(first))
    client.start()
    try:
        return await asyncio.wait_for(first, _BIND_WITHIN)
    except TimeoutError:
        return Trial(Outcome.SILENT, "no answer")
    finally:
        await client.stop(drain=1.0)


class _FirstAnswer(IgnoringHandler):
    def __init__(self, first: asyncio.Future[Trial]) -> None:
        self._first = first

    def bound(self, system_id: bytes) -> None:
        self._settle(Outcome.BOUND, system_id.decode("ascii", "replace"))

    def refused(self, status: int, retry_in: float) -> None:
        self._settle(Outcome.REFUSED, status_name(status))

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self._settle(Outcome.UNREACHED, detail or str(reason))

    def _settle(self, outcome: Outcome, said: str) -> None:
        if not self._first.done():
            self._first.set_result(Trial(outcome, said))
