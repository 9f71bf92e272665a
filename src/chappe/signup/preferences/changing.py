"""A program brings a person's topics to what the person told it. Nothing here commits."""

from collections.abc import Sequence

import msgspec

from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.model import ConsentState
from chappe.consent.topics import holding
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import Topic
from chappe.contacts.model import Contact
from chappe.db.pool import Connection
from chappe.signup.joining import Join, Joining, JoinState
from chappe.signup.preferences.errors import NoProof, PersonStopped

SOURCE = "api"


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """On what ground, to which words and by what proof a person agreed."""

    basis: str | None
    wording: str | None
    evidence: Evidence | None
    language: str | None = None


async def grant(
    conn: Connection,
    workspace_id: int,
    contact: Contact,
    topics: Sequence[Topic],
    proved: Proved,
    joining: Joining,
) -> None:
    """As by a form: a topic with double opt-in is left pending and asked by text, a new one is welcomed. What
    is held already stays as it is. Raises NoProof, PersonStopped, NobodyCanAnswer.
    """
    if not topics:
        return
    basis, wording, evidence = _proof(proved)
    held = await holding.held(conn, workspace_id, contact.id)
    new = tuple(each.id for each in topics if each.word not in held)
    if contact.phone in await consent.suppressed(conn, workspace_id, [contact.phone]):
        raise PersonStopped(
            "Nothing can be granted to who said STOP: their own START, by text, comes first. To "
            "withdraw is always possible."
        )
    if not new:
        return
    wanted = Join(
        phone=contact.phone,
        topics=new,
        basis=basis,
        source=SOURCE,
        wording_id=await consent.keep_wording(conn, workspace_id, wording),
        evidence=evidence,
        language=proved.language,
    )
    joined = await joining.join(conn, workspace_id, wanted)
    assert joined.state is not JoinState.SUPPRESSED, "suppressions were read in this transaction"


def _proof(proved: Proved) -> tuple[str, str, Evidence]:
    """Raises NoProof for the first part that is missing."""
    basis, wording = (proved.basis or "").strip(), (proved.wording or "").strip()
    if not basis:
        raise NoProof("Say on what ground they agreed: basis, such as express.", field="basis")
    if not wording:
        raise NoProof("Give the very words that they agreed to: wording.", field="wording")
    if proved.evidence is None:
        raise NoProof("Say how they agreed: page, address, raw or collected_on.", field="evidence")
    return basis, wording, proved.evidence


async def withdraw(
    conn: Connection, workspace_id: int, contact: Contact, topics: Sequence[Topic], evidence: Evidence
) -> None:
    """Always possible. What is planned about these topics does not reach the person any more."""
    how = Change(basis="express", source=SOURCE, evidence=evidence)
    words = [each.word for each in topics]
    await holding.turn(conn, workspace_id, contact.id, contact.phone, words, ConsentState.WITHDRAWN, how)
