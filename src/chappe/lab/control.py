"""The lab's control API, JSON under /lab/api: scenario, faults, counters, log, phones.

It is for programs on this machine: a request that a web page of elsewhere makes a browser send (a foreign
Host or Origin) is refused, since the lab asks for no password.
"""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get, post, put
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from chappe.config.settings import is_loopback
from chappe.kit.errors import Problem
from chappe.lab import checks, control_phones
from chappe.lab.control_phones import lab_of
from chappe.lab.counters import Counters
from chappe.lab.lab import Lab
from chappe.lab.loading import convert_carrier, convert_scenario
from chappe.lab.scenario import CarrierScenario, Scenario

_Lab = Request[Any, Any, State]
_Limit = Annotated[int, QueryParameter(ge=1, le=100_000)]
_Number = Annotated[int, QueryParameter(ge=0)]


class Health(msgspec.Struct):
    """`idle`: no answer, receipt, reply or click is due later. `unread`: messages not in a handset yet."""

    state: str
    idle: bool
    unread: int


class CarrierView(msgspec.Struct):
    name: str
    host: str
    port: int
    accounts: list[str]
    counters: Counters


class LogView(msgspec.Struct):
    path: str | None
    octets: int
    frames: int


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    on: bool


class Disconnect(msgspec.Struct, forbid_unknown_fields=True):
    reset: bool = True


class RawOctets(msgspec.Struct, forbid_unknown_fields=True):
    hex: str


class Links(msgspec.Struct):
    links: int


class BadHex(Problem):
    code = "bad_hex"
    status = 422
    title = "These are no octets"


@get("/health")
async def health(request: _Lab) -> Health:
    lab = lab_of(request)
    return Health("ready", lab.idle, lab.phones.unread)


@get("/scenario")
async def show_scenario(request: _Lab) -> Scenario:
    return lab_of(request).scenario


@put("/scenario")
async def change_scenario(request: _Lab) -> Scenario:
    lab = lab_of(request)
    lab.apply(convert_scenario(await request.json()))
    return lab.scenario


@get("/carriers")
async def list_carriers(request: _Lab) -> list[CarrierView]:
    return [
        CarrierView(carrier.name, *carrier.address, carrier.accounts, carrier.counters)
        for carrier in lab_of(request).carriers
    ]


@put("/carriers/{name:str}")
async def change_carrier(request: _Lab, name: FromPath[str]) -> CarrierScenario:
    """The body is the carrier's part of a scenario; what it leaves out returns to its default."""
    lab, table = lab_of(request), await request.json()
    carrier = convert_carrier({"name": name} | table if isinstance(table, dict) else table)
    lab.carrier(name)
    others = [carrier if known.name == name else known for known in lab.scenario.carriers]
    lab.apply(msgspec.structs.replace(lab.scenario, carriers=tuple(others)))
    return carrier


@post("/carriers/{name:str}/disconnect", status_code=200)
async def disconnect(request: _Lab, name: FromPath[str], data: JSONBody[Disconnect]) -> Links:
    return Links(lab_of(request).carrier(name).disconnect(reset=data.reset))


@post("/carriers/{name:str}/black-hole", status_code=200)
async def black_hole(request: _Lab, name: FromPath[str], data: JSONBody[Switch]) -> Switch:
    lab_of(request).carrier(name).black_hole(data.on)
    return data


@post("/carriers/{name:str}/listen", status_code=200)
async def listen(request: _Lab, name: FromPath[str], data: JSONBody[Switch]) -> Switch:
    """Off: every link is dropped and connections are refused. On: the same port again."""
    carrier = lab_of(request).carrier(name)
    await (carrier.start() if data.on else carrier.stop())
    return data


@post("/carriers/{name:str}/hold-receipts", status_code=200)
async def hold_receipts(request: _Lab, name: FromPath[str], data: JSONBody[Switch]) -> Switch:
    lab_of(request).hold_receipts(name, data.on)
    return data


@post("/carriers/{name:str}/raw", status_code=200)
async def raw(request: _Lab, name: FromPath[str], data: JSONBody[RawOctets]) -> Links:
    try:
        octets = bytes.fromhex(data.hex)
    except ValueError as error:
        raise BadHex(f"hex: {error}. Write pairs of hexadecimal digits.", field="hex") from error
    return Links(lab_of(request).carrier(name).write_raw(octets))


@get("/counters")
async def counters(request: _Lab) -> dict[str, Counters]:
    return {carrier.name: carrier.measure() for carrier in lab_of(request).carriers}


@get("/log")
async def show_log(request: _Lab) -> LogView:
    """After this answer the file holds everything that was read and written before it."""
    log = lab_of(request).log
    log.flush()
    octets = log.path.stat().st_size if log.path else 0
    return LogView(str(log.path) if log.path else None, octets, log.frames)


@get("/submits")
async def list_submits(
    request: _Lab, since: _Number = 0, limit: _Limit = 1_000, destination: FromQuery[str | None] = None
) -> Response[bytes]:
    """One JSON object a line, oldest first. A large log is better read from its file (`checks`)."""
    log = lab_of(request).log
    if log.path is None:
        return Response(b"", media_type="application/x-ndjson")
    log.flush()
    path = log.path

    def lines() -> bytes:
        found = checks.submits(path, since=since, limit=limit, destination=destination)
        return b"".join(msgspec.json.encode(submit) + b"\n" for submit in found)

    return Response(await asyncio.to_thread(lines), media_type="application/x-ndjson")


@post("/reset", status_code=200)
async def reset(request: _Lab) -> dict[str, str]:
    lab_of(request).reset()
    return {"state": "reset"}


def control_app(lab: Lab, *, allowed_hosts: frozenset[str] = frozenset()) -> Litestar:
    """The API of `lab`. Besides loopback names, requests may name `allowed_hosts`."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        for header in ("host", "origin"):
            value = connection.headers.get(header)
            host = urlsplit(value if header == "origin" and value else f"//{value}").hostname or ""
            if value is not None and not is_loopback(host) and host not in allowed_hosts:
                raise PermissionDeniedException(f"The lab is for this machine: {header} {value} is not.")

    routes = Router(
        "/lab/api",
        route_handlers=[
            health,
            show_scenario,
            change_scenario,
            list_carriers,
            change_carrier,
            disconnect,
            black_hole,
            listen,
            hold_receipts,
            raw,
            counters,
            show_log,
            list_submits,
            reset,
            *control_phones.routes,
        ],
        guards=[guard],
    )
    return Litestar(
        [routes],
        state=State({"lab": lab}),
        openapi_config=None,
        logging_config=None,
        exception_handlers={Problem: _problem, HTTPException: _http_error},
    )


def _problem(_: _Lab, problem: Problem) -> Response[dict[str, Any]]:
    return _error(problem.status, problem.code, problem.title, problem.detail, problem.field)


def _http_error(_: _Lab, error: HTTPException) -> Response[dict[str, Any]]:
    detail = f"{error.detail} {error.extra}" if error.extra else error.detail
    return _error(error.status_code, "bad_request", "The lab cannot do this", detail, None)


def _error(status: int, code: str, title: str, detail: str, field: str | None) -> Response[dict[str, Any]]:
    """RFC 9457."""
    body = {"code": code, "title": title, "status": status, "detail": detail, "field": field}
    return Response(body, status_code=status, media_type=MediaType.JSON)
