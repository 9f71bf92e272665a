"""People apart from programs, on clicks with labels: `tests/corpus/clicks`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chappe.tracking.judging import Judged, Seen, judge
from chappe.tracking.model import ClickKind
from chappe.tracking.networks import Networks

CORPUS = Path(__file__).parents[2] / "corpus" / "clicks" / "clicks.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
AT = datetime(2026, 3, 10, 10, tzinfo=UTC)


def judged(case: dict[str, object]) -> Judged:
    after = case.get("after")
    submitted_at = None if after is None else AT - timedelta(seconds=float(str(after)))
    sent = case.get("sent", True)
    assert sent is None or isinstance(sent, bool)
    return judge(
        Seen(
            AT,
            str(case["agent"]),
            bool(case.get("head", False)),
            Networks().of(str(case.get("address", "92.184.100.7"))),
            sent,
            submitted_at,
            int(str(case.get("others", 0))),
            bool(case.get("misses", False)),
        )
    )


@pytest.mark.parametrize("case", CASES, ids=[f"{at}-{case['kind']}" for at, case in enumerate(CASES)])
def test_labelled(case: dict[str, object]) -> None:
    found = judged(case)
    assert found.kind.name.lower() == case["kind"], found.why
    assert (found.why == "") == (found.kind is ClickKind.HUMAN)


def test_the_corpus_has_enough_of_each() -> None:
    kinds = [case["kind"] for case in CASES]
    assert min(kinds.count(each) for each in ("human", "preview", "scanner")) >= 15


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("66.249.79.3", "google"),
        ("2a03:2880::1", "meta"),
        ("173.252.64.0", "meta"),
        ("173.252.127.255", "meta"),
        ("173.252.128.0", None),
        ("8.8.8.8", None),
        ("::1", None),
        ("no address", None),
    ],
)
def test_networks(address: str, name: str | None) -> None:
    assert Networks().of(address) == name
