"""What a person who subscribes reads on their phone, as it would be sent: for those who write it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chappe.consent import service as consent
from chappe.consent.opt_in.texts import AGREES, Kind, filled, text_of
from chappe.consent.topics.model import Topic
from chappe.db.pool import Connection
from chappe.sms.encoding import Cause, Encoding, ucs2_causes
from chappe.sms.parts import Measure, measure, split


class Said(NamedTuple):
    """A text in its parts. `causes`: the characters that make it cost more."""

    text: str
    parts: tuple[str, ...]
    measure: Measure
    causes: tuple[Cause, ...]

    @property
    def unicode(self) -> bool:
        return self.measure.encoding is Encoding.UCS2


class Conversation(NamedTuple):
    """Without a question who subscribes is welcome at once; `yes` is what they answer to it."""

    question: Said | None
    reminder: Said | None
    yes: str
    welcome: Said


async def conversation(
    conn: Connection,
    workspace_id: int,
    own: Mapping[str, Mapping[str, str]],
    topics: Sequence[Topic],
    language: str,
    *,
    asked: bool = True,
    code: str = "",
) -> Conversation:
    """`own`: the workspace's texts by language and kind. `asked`: whether they have to confirm; `code`: the
    sentence that an offer adds to the welcome.
    """
    brand = (await consent.brand(conn, workspace_id)).name

    def read(kind: Kind) -> Said:
        return said(filled(text_of(own, language, kind), brand, topics, language))

    welcome = read(Kind.WELCOME)
    return Conversation(
        question=read(Kind.QUESTION) if asked else None,
        reminder=read(Kind.REMINDER) if asked else None,
        yes=AGREES[language],
        welcome=said(f"{welcome.text} {code}") if code else welcome,
    )


def said(text: str) -> Said:
    """A text has far fewer parts than a message may have: see LONGEST of the texts and of topics."""
    return Said(text, split(text).texts, measure(text), tuple(ucs2_causes(text)))
