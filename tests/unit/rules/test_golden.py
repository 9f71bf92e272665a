"""Answers written from the texts, not from the program: golden/hours.csv has the edge minutes of every rule.

One row: a number, where its holder is said to live, the profile, what the clock on their wall shows, and
whether marketing may leave in that minute; when not, which rule says so (empty: more than one does).
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chappe.rules.loading import packaged
from chappe.rules.pack import HolidaysRule, HoursRule
from chappe.rules.service import Profile, book

FILE = Path(__file__).parent / "golden" / "hours.csv"


class Case(NamedTuple):
    phone: str
    country: str
    profile: str
    at: str
    zone: str
    answer: str
    rule: str


def _cases() -> Iterator[Case]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from (Case(*row) for row in rows)


def _found(case: Case) -> tuple[str, str | None]:
    # Who tells us where they live tells us their zone.
    where = book().places(int(case.phone), case.zone if case.country else "", case.country or None)
    now = datetime.fromisoformat(case.at).replace(tzinfo=ZoneInfo(case.zone))
    window = book().hours(where, now, Profile(case.profile))
    return ("open" if window.open else "closed"), window.rule


def test_every_golden_minute() -> None:
    wrong = []
    for case in _cases():
        answer, rule = _found(case)
        if answer != case.answer or (case.rule and rule != case.rule):
            wrong.append(f"{','.join(case)}: {answer} {rule}")
    assert wrong == []


def test_there_are_enough_and_of_every_rule() -> None:
    cases = list(_cases())
    assert len(cases) >= 300
    told = {case.rule for case in cases}
    asked = {part for case in cases for part in book().places(int(case.phone)).jurisdictions}
    asked |= {case.country for case in cases}
    for pack in packaged().values():
        for rule in pack.rules:
            if isinstance(rule, HoursRule | HolidaysRule):
                assert rule.id in told or pack.jurisdiction in asked, rule.id
