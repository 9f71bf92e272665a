"""The forms of the editor's steps, read from what was posted and written back into the same fields."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from chappe.audience.model import SEGMENT_ID
from chappe.campaigns.checks import LONGEST_NAME
from chappe.campaigns.drafts import AudienceStep, Clocks, MessageStep, ScheduleStep, Step, Written
from chappe.campaigns.model import PURPOSES, Audience, Campaign
from chappe.campaigns.pages.common import excluded_ids, included_ids
from chappe.carriers.model import SENDER_ID
from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts.model import LIST_ID
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id
from chappe.messages.model import Purpose
from chappe.web.forms import Reading

_LABELS: Final = tuple(purpose.label for purpose in PURPOSES)
_MOST_RATE: Final = 100_000


class NoSuchTime(Problem):
    """What was typed is no date with a time."""

    code = "no_such_time"
    status = 422
    title = "This is no time"


def read_audience(reading: Reading) -> AudienceStep:
    """A name too long is cut: what is longer is refused by the rule, and not saved."""
    name = reading.form.one("name")
    purpose = reading.choice("purpose", _LABELS, otherwise=Purpose.MARKETING.label)
    include, exclude = (_keys(reading, name, LIST_ID) for name in ("include", "exclude"))
    into, out_of = (_keys(reading, name, SEGMENT_ID) for name in ("include", "exclude"))
    return AudienceStep(
        name=name[: LONGEST_NAME + 1],
        purpose=Purpose.named(purpose) or Purpose.MARKETING,
        audience=Audience(include, _but(exclude, include), into, _but(out_of, into)),
        topic_id=parse_public_id(TOPIC_ID, reading.form.one("topic_id")),
    )


def _keys(reading: Reading, name: str, prefix: str) -> tuple[UUID, ...]:
    found = (parse_public_id(prefix, text) for text in reading.form.all(name))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _but(some: tuple[UUID, ...], others: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(each for each in some if each not in others)


def read_message(reading: Reading) -> MessageStep:
    body = next(iter(reading.form.all("body")), "").replace("\r\n", "\n")
    return MessageStep(sender_id=parse_public_id(SENDER_ID, reading.form.one("sender_id")), body=body)


def read_schedule(reading: Reading, zone: str, clocks: Clocks) -> ScheduleStep:
    """Times as the workspace's wall shows them, the gate's clock; the end becomes a time of the real one."""
    send_at = _time(reading, "send_at", zone) if reading.form.one("when") == "later" else None
    if reading.form.one("when") == "later" and not reading.form.one("send_at"):
        reading.errors.add(NoSuchTime("Choose a day and a time.", field="send_at"))
    expires_at = _time(reading, "expires_at", zone)
    rate = reading.whole("parts_per_second", least=1, most=_MOST_RATE, required=False)
    return ScheduleStep(
        send_at=send_at,
        expires_at=None if expires_at is None else expires_at - clocks.ahead(),
        parts_per_second=rate,
    )


def _time(reading: Reading, name: str, zone: str) -> datetime | None:
    """`2026-03-10T10:00` on the workspace's wall."""
    text = reading.form.one(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        reading.errors.add(NoSuchTime("Choose a day and a time.", field=name))
        return None


def read(step: Step, reading: Reading, zone: str, clocks: Clocks) -> Written:
    match step:
        case Step.AUDIENCE:
            return read_audience(reading)
        case Step.MESSAGE:
            return read_message(reading)
        case _:
            return read_schedule(reading, zone, clocks)


def wall_time(moment: datetime | None, zone: str, ahead: timedelta = timedelta(0)) -> str:
    """As `<input type="datetime-local">` holds it."""
    if moment is None:
        return ""
    return (moment + ahead).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def values_of(campaign: Campaign, zone: str, clocks: Clocks) -> dict[str, object]:
    """What the fields of all steps hold."""
    return {
        "name": campaign.name,
        "purpose": campaign.purpose.label,
        "include": included_ids(campaign.audience),
        "exclude": excluded_ids(campaign.audience),
        "body": campaign.body,
        "when": "later" if campaign.send_at else "now",
        "send_at": wall_time(campaign.send_at, zone),
        "expires_at": wall_time(campaign.expires_at, zone, clocks.ahead()),
        "parts_per_second": campaign.parts_per_second or "",
    }
