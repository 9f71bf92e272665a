"""`chappe bench NAME`: measure, and say on which machine."""

import json
import os
import platform
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from chappe.bench import (
    api,
    campaign,
    gate,
    gated,
    imports,
    links,
    otp,
    pages,
    planning,
    rate,
    receipts,
    report,
    review,
    segments,
    sms,
    stops,
    studio,
)
from chappe.kit.errors import Problem
from chappe.smpp import bench as smpp


def _smpp() -> dict[str, Any]:
    """One bind, window 100: submits alone, then with a receipt for each."""
    return {
        "submits": msgspec.to_builtins(smpp.measure()),
        "with_receipts": msgspec.to_builtins(smpp.measure(receipts=True)),
    }


_BENCHES: dict[str, Callable[..., dict[str, Any]]] = {
    "api": api.run,
    "campaign": campaign.run,
    "gate": gate.run,
    "gated": gated.run,
    "import": imports.run,
    "links": links.run,
    "otp": otp.run,
    "pages": pages.run,
    "planning": planning.run,
    "rate": rate.run,
    "receipts": receipts.run,
    "report": report.run,
    "review": review.run,
    "segments": segments.run,
    "sms": sms.run,
    "smpp": _smpp,
    "stops": stops.run,
    "studio": studio.run,
}


_OF_PEOPLE = (
    "campaign",
    "gate",
    "gated",
    "import",
    "pages",
    "planning",
    "receipts",
    "report",
    "review",
    "segments",
    "stops",
    "studio",
)


class UnknownBench(Problem):
    code = "unknown_bench"
    status = 404
    title = "There is no such measurement"


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Operating")(bench)


def bench(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(_BENCHES)}.")] = "campaign",
    people: Annotated[
        int | None, typer.Option(help=f"How many contacts ({', '.join(_OF_PEOPLE)}).", min=1_000)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure a part of the program on this machine, on loopback, with everything durable."""
    if name not in _BENCHES:
        raise UnknownBench(f"{name} is not measured here. Measure one of {', '.join(_BENCHES)}.")
    size = {} if people is None or name not in _OF_PEOPLE else {"people": people}
    figures = {"bench": name, "machine": _machine(), **_BENCHES[name](**size)}
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    for key, value in figures.items():
        typer.echo(f"{key:28} {value:,.1f}" if isinstance(value, float) else f"{key:28} {value}")


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
