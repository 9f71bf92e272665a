"""/metrics: Prometheus text. This process's requests and memory, and what the database knows of the rest.

A scrape reads the database once. Figures of links are those that senders write with each heartbeat.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.types import ControllerRouterHandler
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chappe.api.caller import Authenticator, identify
from chappe.api.given import Db, GateClock
from chappe.app import repo
from chappe.app.repo import Figures
from chappe.carriers import service as carriers
from chappe.carriers.model import LinkState
from chappe.carriers.repo import LinkStatus
from chappe.config.settings import is_loopback
from chappe.messages.counts import parts_of
from chappe.messages.model import Purpose

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class RequestMetrics:
    """Requests of this process. Given to the edge, which tells it of each answer."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "chappe_http_requests",
            "Requests answered, by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "chappe_http_request_seconds",
            "Time to answer, by route.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        # Their own look-up by labels costs more than the counting.
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the template of the path, so that ids make no new series."""
        key = method, route, status
        series = self._series.get(key)
        if series is None:
            counter = self._requests.labels(method, route, str(status))
            series = self._series[key] = counter, self._seconds.labels(method, route)
        series[0].inc()
        series[1].observe(seconds)


class _Snapshot(Collector):
    """What one scrape read from the database."""

    def __init__(self, figures: Figures, links: list[LinkStatus]) -> None:
        self._figures = figures
        self._links = links

    def collect(self) -> Iterable[Metric]:
        yield from _of_links(self._links)
        yield from _of_messages(self._figures)


def _of_links(links: list[LinkStatus]) -> Iterable[Metric]:
    state = GaugeMetricFamily(
        "chappe_link_state", "1 for the state that the link is in.", labels=("carrier", "state")
    )
    for link in links:
        for each in LinkState:
            state.add_metric((link.name, each.value), float(link.state is each))
    yield state
    for name, meaning in _LINK_COUNTERS.items():
        counter = CounterMetricFamily(f"chappe_link_{name}", meaning, labels=("carrier",))
        for link in links:
            counter.add_metric((link.name,), getattr(link.counters, name))
        yield counter


_LINK_COUNTERS = {
    "submitted": "Parts handed to the carrier.",
    "answered": "Parts that the carrier answered, or for which no answer is waited any more.",
    "refused": "Parts that the carrier refused.",
    "throttled": "Parts that the carrier put off because of its limit.",
    "receipts": "Delivery receipts.",
    "inbound": "Messages from phones.",
}


def _of_messages(figures: Figures) -> Iterable[Metric]:
    queue = GaugeMetricFamily(
        "chappe_queue_messages",
        "Messages to submit, by whole chunks: waiting (their time is to come), ready, or with a link.",
        labels=("lane", "place"),
    )
    for (lane, place), messages in figures.queue.items():
        queue.add_metric((Purpose(lane).label, place), messages)
    yield queue
    campaigns = GaugeMetricFamily("chappe_campaigns", "Campaigns by state.", labels=("state",))
    for state, count in figures.campaigns.items():
        campaigns.add_metric((state,), count)
    yield campaigns
    messages_of = GaugeMetricFamily(
        "chappe_campaign_messages", "Messages of campaigns by state.", labels=("state",)
    )
    for each in figures.campaign_counts:
        messages_of.add_metric((each.state.label,), each.n)
    yield messages_of
    parts = parts_of(figures.campaign_counts)
    yield GaugeMetricFamily(
        "chappe_campaign_parts_handed", "Parts of campaigns handed to carriers.", value=parts.handed
    )
    yield GaugeMetricFamily(
        "chappe_campaign_parts_planned",
        "Parts of all that was planned, sent since or not.",
        value=parts.planned,
    )


GivenMetrics: TypeAlias = NamedDependency[SkipValidation[RequestMetrics]]
GivenAuthenticator: TypeAlias = NamedDependency[SkipValidation[Authenticator]]


@get("/metrics", summary="Prometheus text", tags=["Health"], media_type=CONTENT_TYPE_PLAIN_0_0_4)
async def metrics(
    request: Request[Any, Any, Any],
    db: Db,
    gate_clock: GateClock,
    metrics_of: GivenMetrics,
    authenticator: GivenAuthenticator,
) -> Response[bytes]:
    """From this machine without a key; from another with any key, as a Bearer token."""
    await _check_reader(request, authenticator)
    async with db.engine_transaction() as conn:
        figures = await repo.figures(conn, gate_clock.now())
        snapshot = _Snapshot(figures, await carriers.link_statuses(conn))
    of_database = CollectorRegistry()
    of_database.register(snapshot)
    text = generate_latest(metrics_of.registry) + generate_latest(of_database)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _check_reader(request: Request[Any, Any, Any], authenticator: Authenticator) -> None:
    if request.client is not None and is_loopback(request.client.host):
        return
    await identify(authenticator, request.headers.get("authorization"))


routes: list[ControllerRouterHandler] = [metrics]
