"""The packs that come with the program, and what the loader refuses."""

import runpy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chappe.cli.main import build as command_line
from chappe.rules.book import DEFAULT
from chappe.rules.calendars import holidays_of, is_known
from chappe.rules.loading import BrokenPack, packaged, read_pack
from chappe.rules.pack import Confidence, SourceKind
from chappe.rules.values import OWN_CALENDAR, Holidays

ROOT = Path(__file__).parents[3]
SOUND = """
jurisdiction = "XX"
name = { en = "Somewhere", fr = "Quelque part" }

[[sources]]
id = "law"
title = "The law"
url = "https://law.example"
kind = "statute"
read_on = 2026-11-01

[[rules]]
id = "xx.hours"
kind = "hours"
source = "law"
confidence = "primary"
valid_from = 2026-01-01
reviewed_on = 2026-11-01
legal_minimum = { windows = [{ days = "mon-sat", opens = "08:00", closes = "21:00" }] }
conservative = { windows = [{ days = "mon-sat", opens = "09:00", closes = "20:00" }] }
"""


def test_a_sound_pack_is_read() -> None:
    assert read_pack("xx.toml", SOUND.encode()).rules[0].id == "xx.hours"


@pytest.mark.parametrize(
    ("told", "instead", "doubt"),
    [
        ('jurisdiction = "XX"', 'jurisdiction = "YY"', "holds the rules of YY"),
        ('"xx.hours"', '"yy.hours"', "does not begin with"),
        ('source = "law"', 'source = "lore"', "no source lore"),
        ('kind = "statute"', 'kind = "vendor"', "primary without"),
        ("read_on = 2026-11-01", "", "primary without"),
        ('confidence = "primary"', 'confidence = "certain"', "certain"),
        ('kind = "hours"', 'kind = "minutes"', "minutes"),
        ("valid_from = 2026-01-01", "valid_from = 2026-02-30", "Invalid date"),
        ("reviewed_on = 2026-11-01", "", "reviewed_on"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-12-31", "ends before"),
        ('"mon-sat", opens = "09:00"', '"mon-sat", opens = "07:59"', "allows what the law does not"),
        ('"mon-sat", opens = "09:00"', '"mon-sun", opens = "09:00"', "allows what the law does not"),
        ('"mon-sat", opens = "09:00"', '"mon-xxx", opens = "09:00"', "no day or time"),
        ('"mon-sat", opens = "09:00"', '"mon-sat", opens = "9:00"', "no day or time"),
        ('"mon-sat", opens = "09:00"', '"mon-sat", opens = "25:00"', "no day or time"),
        ('"mon-sat", opens = "09:00"', '"mon-sat", opens = "20:00"', "closes before it opens"),
        ('closes = "20:00"', 'closes = "20:00", surprise = 1', "surprise"),
    ],
)
def test_what_is_doubtful_is_refused(told: str, instead: str, doubt: str) -> None:
    assert told in SOUND
    with pytest.raises(BrokenPack, match=r"xx\.toml") as refused:
        read_pack("xx.toml", SOUND.replace(told, instead).encode())
    assert doubt in str(refused.value)


def test_one_rule_does_not_hold_twice_on_one_day() -> None:
    rule = SOUND[SOUND.index("[[rules]]") :]
    with pytest.raises(BrokenPack, match="holds twice"):
        read_pack("xx.toml", (SOUND + rule).encode())
    later = rule.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01")
    ended = SOUND.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2026-12-31")
    assert len(read_pack("xx.toml", (ended + later).encode()).rules) == 2


def test_every_pack_is_sound_and_owns_up_to_what_was_not_read() -> None:
    packs = packaged()
    assert {"FR", "US", "US-FL", DEFAULT} <= packs.keys()
    for pack in packs.values():
        for rule in pack.rules:
            source = pack.source_of(rule)
            assert source.url or source.kind is SourceKind.PROJECT, rule.id
            if rule.confidence is Confidence.OWN:
                assert source.kind is SourceKind.PROJECT, rule.id
                assert rule.legal_minimum is None, rule.id
            if source.read_on is None and source.kind is not SourceKind.PROJECT:
                assert rule.confidence is Confidence.UNVERIFIED, rule.id


def test_every_calendar_reaches_into_next_year() -> None:
    """A new year without its holidays would send on them."""
    named = {
        calendar
        for pack in packaged().values()
        for rule in pack.rules
        for value in (rule.legal_minimum, rule.conservative)
        if isinstance(value, Holidays)
        for calendar in value.calendars
        if calendar != OWN_CALENDAR
    }
    this_year = datetime.now(UTC).year
    for calendar in named:
        assert is_known(calendar), calendar
        for year in (this_year, this_year + 1):
            assert len(holidays_of(calendar, year)) >= 4, (calendar, year)


@pytest.mark.parametrize(
    ("calendar", "days"),
    [
        # The eleven of the Code du travail, article L3133-1.
        ("FR", "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25"),
        # Alsace-Moselle adds Good Friday and Saint Stephen (article L3134-13).
        ("FR-57", "01-01 03-26 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25 12-26"),
    ],
)
def test_the_holidays_of_2027(calendar: str, days: str) -> None:
    assert " ".join(day.strftime("%m-%d") for day in sorted(holidays_of(calendar, 2027))) == days


def test_the_documents_are_written_as_the_packs_are() -> None:
    folder = ROOT / "docs" / "compliance"
    written = runpy.run_path(str(ROOT / "scripts" / "compliance_docs.py"))["written"]()
    for name, text in written.items():
        assert (folder / name).read_text(encoding="utf-8") == text, "run scripts/compliance_docs.py"
    assert {file.name for file in folder.iterdir()} == written.keys() | {"optout.md"}  # written by hand
    every = "".join(written.values())
    assert all(f"`{rule.id}`" in every for pack in packaged().values() for rule in pack.rules)


def test_the_command_checks_packs_before_they_are_added(tmp_path: Path) -> None:
    run = CliRunner().invoke
    every = run(command_line("rules"), ["rules", "check"])
    assert every.exit_code == 0
    assert "FR       France: 6 primary" in every.output
    file = tmp_path / "xx.toml"
    file.write_text(SOUND.replace("2026-01-01", "2026-01-01\nvalid_to = 2025-01-01"), encoding="utf-8")
    refused = run(command_line("rules"), ["rules", "check", str(file)])
    assert "ends before it begins" in str(refused.exception)
