"""Somebody signs up by a form: on its page, on another site, by text, or through the API."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chappe.consent.evidence import Evidence
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.ids import public_id
from chappe.kit.origin import Origin
from chappe.kit.phone import country_of
from chappe.signup.forms import repo
from chappe.signup.forms.answers import Answers
from chappe.signup.forms.errors import TooManyTries
from chappe.signup.forms.limits import Limit, Limits
from chappe.signup.forms.model import FORM_ID, Channel, FormVersion
from chappe.signup.joining import Join, Joined, Joining, JoinState, NobodyCanAnswer

# Somebody asked for it themselves, in so many words.
BASIS = "express"
NOT_NOW = (TooManyTries, NobodyCanAnswer)
"""Why a stranger is sent away who did nothing wrong."""


class Came(NamedTuple):
    """How somebody came to a form. `language`: the one they read it in; `page`: the address it stood on."""

    channel: Channel
    source: str
    language: str
    origin: Origin = Origin("", "")
    page: str = ""


class Signing:
    """Whoever comes, by whichever way. Built once per process."""

    def __init__(self, joining: Joining, clock: Clock) -> None:
        self._joining = joining
        self._clock = clock

    async def join(
        self,
        conn: Connection,
        workspace_id: int,
        seen: FormVersion,
        answers: Answers,
        came: Came,
        evidence: Evidence,
        *,
        basis: str = BASIS,
        wording_id: UUID | None = None,
    ) -> Joined:
        """Subscribe them and count them for the form and its source; `wording_id` where the words they agreed
        to were others than the form's.
        """
        wanted = Join(
            phone=answers.phone,
            topics=answers.topics,
            basis=basis,
            source=f"form:{came.source}",
            wording_id=wording_id or seen.wordings[came.language],
            evidence=evidence,
            language=answers.language or came.language,
            country=country_of(answers.phone),
            attributes=answers.attributes,
            form_id=seen.form_id,
        )
        joined = await self._joining.join(conn, workspace_id, wanted)
        if joined.state is not JoinState.SUPPRESSED:
            await repo.note_sign_up(
                conn,
                workspace_id,
                seen,
                joined.contact_id,
                source=came.source,
                channel=came.channel,
                at=self._clock.now(),
            )
        return joined


class Reception:
    """Takes in strangers, who may be programs. Built once per process."""

    def __init__(self, signing: Signing, keys: InstanceKeys, clock: Clock) -> None:
        self._signing = signing
        self._limits = Limits(keys)
        self._clock = clock

    async def sign_up(
        self, conn: Connection, workspace_id: int, seen: FormVersion, answers: Answers, came: Came
    ) -> None:
        """Whether the number was known, or has been typed too often today, is told to nobody: it ends as it
        does for the others. Raises TooManyTries by address or country.
        """
        await self._within_limits(conn, workspace_id, answers, came)
        if await self._allows(conn, workspace_id, Limit.NUMBER, str(answers.phone)):
            await self._signing.join(conn, workspace_id, seen, answers, came, _evidence(seen, came))

    async def _within_limits(self, conn: Connection, workspace_id: int, answers: Answers, came: Came) -> None:
        country = country_of(answers.phone) or "?"
        home = (await repo.brand(conn, workspace_id)).country
        asked: Sequence[tuple[Limit, str]] = (
            (Limit.ADDRESS, came.origin.address),
            (Limit.COUNTRY if country == home else Limit.ABROAD, country),
        )
        for limit, what in asked:
            if not await self._allows(conn, workspace_id, limit, what):
                raise TooManyTries("There were too many tries. Come back in an hour.")

    async def _allows(self, conn: Connection, workspace_id: int, limit: Limit, what: str) -> bool:
        return await self._limits.allows(conn, workspace_id, limit, what, self._clock.now())


def _evidence(seen: FormVersion, came: Came) -> Evidence:
    return Evidence(
        channel=came.channel.value,
        page=came.page,
        form=public_id(FORM_ID, seen.form_id),
        form_version=str(seen.version),
        checkbox="ticked",
        language=came.language,
        address=came.origin.address,
        agent=came.origin.agent,
        campaign=came.source,
    )
