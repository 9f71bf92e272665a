"""A campaign's counts, added up for its page."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from chappe.campaigns.display import Reason, Spent, pieces, spent, tally
from chappe.campaigns.live import history, rate
from chappe.campaigns.model import Audience, Campaign, CampaignState, Progress
from chappe.carriers.model import Price
from chappe.messages.counts import Count
from chappe.messages.model import MessageState as S
from chappe.messages.model import Purpose

SOME = UUID(int=1)


def campaign(total: int | None) -> Campaign:
    return Campaign(
        id=SOME,
        workspace_id=1,
        name="Sale",
        purpose=Purpose.MARKETING,
        state=CampaignState.SENDING,
        audience=Audience((SOME,)),
        sender_id=SOME,
        body="Hello",
        send_at=None,
        expires_at=None,
        parts_per_second=None,
        error=None,
        error_code=None,
        cost=None,
        moment=datetime(2026, 3, 10, tzinfo=UTC),
        created_at=datetime(2026, 3, 10, tzinfo=UTC),
        started_at=None,
        finished_at=None,
        runs=(1,),
        total=total,
    )


def test_segments_follow_one_another_and_what_is_not_planned_yet_waits() -> None:
    counts = [
        Count(S.QUEUED, "", 20, 50),
        Count(S.SENT, "", 10, 12),
        Count(S.DELIVERED, "", 40, 48),
        Count(S.UNDELIVERED, "err:001", 3, 3),
        Count(S.SKIPPED, "suppressed", 2, 0),
        Count(S.SKIPPED, "no_consent", 5, 0),
    ]
    seen = tally(Progress(campaign(100), counts))
    assert [(one.key, one.n, one.left, one.width) for one in seen.segments] == [
        ("delivered", 40, 0.0, 40.0),
        ("sent", 10, 40.0, 10.0),
        ("waiting", 20, 50.0, 20.0),
        ("failed", 3, 70.0, 3.0),
        ("skipped", 7, 73.0, 7.0),
    ]
    assert (seen.total, seen.planned, seen.waiting) == (100, 80, 40)
    assert (seen.handed, seen.answered, seen.delivered) == (53, 43, 40)
    # Planned parts are under QUEUED; the others were handed over, and are billed.
    assert (seen.parts, seen.parts_planned) == (63, 50)
    assert seen.skipped == (Reason(S.SKIPPED, "no_consent", 5), Reason(S.SKIPPED, "suppressed", 2))
    assert seen.troubles == (Reason(S.UNDELIVERED, "err:001", 3),)


def test_a_campaign_without_counts_is_empty_and_not_divided_by_zero() -> None:
    seen = tally(Progress(campaign(None), []))
    assert (seen.total, seen.waiting, seen.parts) == (0, 0, 0)
    assert {one.width for one in seen.segments} == {0.0}


def test_cost_is_a_range_where_prices_differ_and_unknown_without_prices() -> None:
    prices = [
        Price(prefix="33", price=Decimal("0.04"), currency="EUR"),
        Price(prefix="32", price=Decimal("0.06"), currency="EUR"),
    ]
    assert spent(100, prices) == Spent(Decimal("4.00"), Decimal("6.00"), "EUR")
    assert spent(100, []) is None


def test_what_is_filled_in_is_shown_by_its_name() -> None:
    body = "Hello {{ first_name | default: 'you' }}, {{- code }}{% if vip %}!{% endif %}"
    assert pieces(body) == [
        ("Hello ", False),
        ("first_name", True),
        (", ", False),
        ("code", True),
        ("{% if vip %}!{% endif %}", False),
    ]


def test_the_rate_is_over_the_last_seconds() -> None:
    samples = [(0.0, 0), (10.0, 1000), (12.0, 1200), (13.0, 1350)]
    assert rate(samples, 3.0) == (1350 - 1000) / 3
    assert rate([(10.0, 5)], 3.0) is None
    assert rate([], 3.0) is None


def test_history_has_a_point_for_each_second_and_never_falls_below_zero() -> None:
    samples = [(0.1, 0), (0.6, 50), (1.1, 100), (1.6, 150), (2.6, 140)]
    assert history(samples, 10) == (100, 0)
    assert history(samples, 1) == (0,)
    assert history([], 5) == ()
