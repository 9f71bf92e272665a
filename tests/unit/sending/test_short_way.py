"""Which requests the short way takes: the others go on, untouched."""

from typing import Any

import pytest

from chappe.api.limits import Rate, RateLimiter
from chappe.kit.clock import FakeClock
from chappe.sending.short_way import PATH, ShortWay

HEADERS = {
    "authorization": "Bearer chp_live_x",
    "content-type": "application/json",
    "content-length": "2",
}


class Known:
    """Knows no key, and counts who asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def authenticate(self, token: str) -> None:
        self.asked += 1


async def ask(**changes: Any) -> tuple[bool, int, list[int]]:
    """Whether the request went on; how many keys were looked up; the statuses that were answered."""
    went_on: list[Any] = []
    statuses: list[int] = []
    known = Known()

    async def long_way(scope: Any, receive: Any, send: Any) -> None:
        went_on.append(scope)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    given = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": HEADERS,
        **changes,
    }
    given["headers"] = [(name.encode(), value.encode()) for name, value in given["headers"].items()]
    scope = {**given, "state": {}, "scheme": "http", "server": ("127.0.0.1", 80), "root_path": ""}
    limiter = RateLimiter(Rate(), FakeClock())
    way = ShortWay(long_way, sending=None, authenticator=known, limiter=limiter)  # type: ignore[arg-type]  # not reached
    await way(scope, receive, send)  # type: ignore[arg-type]  # a scope as a server makes it
    return bool(went_on), known.asked, statuses


async def test_a_plain_request_is_answered_here() -> None:
    assert await ask() == (False, 1, [401])


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"path": "/v1/campaigns"},
        {"path": PATH + "/"},
        {"query_string": b"a=b"},
        {"type": "lifespan"},
        {"headers": {**HEADERS, "content-length": "0"}},
        {"headers": {**HEADERS, "content-length": "8000001"}},
        {"headers": {**HEADERS, "content-type": "text/plain"}},
        *({"headers": {n: v for n, v in HEADERS.items() if n != missing}} for missing in HEADERS),
    ],
)
async def test_any_other_goes_on(changes: dict[str, Any]) -> None:
    assert await ask(**changes) == (True, 0, [])
