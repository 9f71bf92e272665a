"""A campaign over time: minutes become the points of a chart."""

from datetime import UTC, datetime, timedelta

from chappe.campaigns.reports.model import Acts
from chappe.campaigns.timeline import acts_timeline, timeline
from chappe.messages.counts import Minute
from chappe.messages.model import MessageState as S

BEGIN = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def test_before_anything_left_there_is_no_chart() -> None:
    assert timeline([Minute(BEGIN, S.QUEUED, 500), Minute(BEGIN, S.SKIPPED, 20)]).points == ()


def test_what_is_delivered_was_handed_over_once() -> None:
    found = timeline(
        [
            Minute(at(0), S.QUEUED, -10), Minute(at(0), S.SENT, 10),
            Minute(at(2), S.SENT, -10), Minute(at(2), S.DELIVERED, 9), Minute(at(2), S.UNDELIVERED, 1),
        ]
    )  # fmt: skip
    assert found.minutes == 1
    assert [(point.handed, point.delivered, point.failed) for point in found.points] == [
        (10, 0, 0), (0, 0, 0), (0, 9, 1),
    ]  # fmt: skip


def test_a_long_campaign_has_wider_points_and_a_late_tail_does_not_stretch_the_chart() -> None:
    changes = [Minute(at(n), S.SENT, 1000) for n in range(600)]
    changes.append(Minute(at(60 * 24 * 3), S.DELIVERED, 1))
    found = timeline(changes)
    assert found.minutes == 10
    assert len(found.points) == 60
    assert sum(point.handed for point in found.points) == 600_001
    assert found.points[0].at == BEGIN


def test_before_anybody_acted_there_is_no_chart() -> None:
    assert acts_timeline([]).points == ()


def test_what_people_did_stands_without_gaps_at_ten_minutes_or_wider() -> None:
    found = acts_timeline([Acts(at(0), 7, 1, 0, 0), Acts(at(30), 2, 0, 1, 1)])
    assert (found.minutes, found.later) == (10, 0)
    assert [point[1:] for point in found.points] == [(7, 1, 0, 0), (0,) * 4, (0,) * 4, (2, 0, 1, 1)]
    assert [point.at for point in found.points] == [at(0), at(10), at(20), at(30)]


def test_who_acts_weeks_later_is_counted_and_does_not_stretch_the_chart() -> None:
    acts = [Acts(at(10 * n), 100, 0, 0, 0) for n in range(100)]
    found = acts_timeline([*acts, Acts(at(60 * 24 * 20), 3, 0, 0, 1)])
    assert found.minutes == 30
    assert sum(point.clicked for point in found.points) + found.later == 10_004
    assert len(found.points) < 60
