"""Scenarios from TOML files, presets and JSON, checked: a wrong key is named, with what to write instead."""

import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from chappe.kit.errors import Problem
from chappe.lab.scenario import CarrierScenario, Scenario, Span
from chappe.smpp.constants import CommandStatus, MessageState

_Kind = TypeVar("_Kind")


class BadScenario(Problem):
    code = "bad_scenario"
    status = 422
    title = "The scenario of the lab cannot be used"


def parse_scenario(text: str) -> Scenario:
    """A scenario from TOML. BadScenario names the key that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"The scenario is not valid TOML: {error}.") from error
    return convert_scenario(table)


def read_scenario(path: Path) -> Scenario:
    """A scenario from a TOML file, or a JSON one (`.json`). BadScenario when it cannot be read or used."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            return convert_scenario(msgspec.json.decode(text))
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise BadScenario(f"The scenario {path} cannot be read: {error}.") from error
    return parse_scenario(text)


def preset(name: str) -> Scenario:
    """A scenario that comes with Chappe, e.g. "demo". BadScenario lists the presets there are."""
    folder = resources.files("chappe.lab") / "presets"
    names = sorted(
        file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")
    )
    if name not in names:
        raise BadScenario(f"There is no preset {name!r}: choose one of {', '.join(names)}.")
    return parse_scenario((folder / f"{name}.toml").read_text(encoding="utf-8"))


def convert_scenario(table: Any) -> Scenario:
    """A checked scenario from decoded TOML or JSON. BadScenario names the key that is wrong."""
    return check_scenario(_convert(table, Scenario))


def convert_carrier(table: Any) -> CarrierScenario:
    """A checked carrier from decoded TOML or JSON. BadScenario names the key that is wrong."""
    carrier = _convert(table, CarrierScenario)
    _check_carrier(carrier)
    return carrier


def table_of(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain data, which `convert_scenario` reads back."""
    table: dict[str, Any] = msgspec.to_builtins(scenario)
    return table


def check_scenario(scenario: Scenario) -> Scenario:
    """The same scenario, after the rules that its types cannot say. BadScenario names the key."""
    names = [carrier.name for carrier in scenario.carriers]
    if len(set(names)) < len(names):
        raise BadScenario("Two carriers have the same name: give each its own.", field="carriers.name")
    for carrier in scenario.carriers:
        _check_carrier(carrier)
    for reply in scenario.phones.replies:
        _check_span(reply.after, "phones.replies.after")
    _check_sum([reply.share for reply in scenario.phones.replies], "phones.replies.share")
    for click in scenario.phones.clicks:
        _check_span(click.after, "phones.clicks.after")
    _check_sum([click.share for click in scenario.phones.clicks], "phones.clicks.share")
    return scenario


def status_code(text: str) -> int:
    """The command_status of "ESME_RTHROTTLED", or of a vendor's own written as "0x0400". ValueError."""
    if text in CommandStatus.__members__:
        return int(CommandStatus[text])
    code = int(text, 16) if text.startswith("0x") else -1
    if not 0 < code <= 0xFFFFFFFF:
        raise ValueError(
            f"{text!r} is no status: write a name such as ESME_RTHROTTLED or a number such as 0x0400"
        )
    return code


def _convert(table: Any, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        key = place.strip("`").removeprefix("$").removeprefix(".") or "its top"
        raise BadScenario(f"The scenario is wrong at {key}: {reason}.", field=key) from error


def _check_carrier(carrier: CarrierScenario) -> None:
    where = f"carriers.{carrier.name}"
    _check_span(carrier.answers.delay, f"{where}.answers.delay")
    _check_span(carrier.receipts.delay, f"{where}.receipts.delay")
    _check_span(carrier.receipts.late_after, f"{where}.receipts.late_after")
    _check_sum(carrier.answers.errors.values(), f"{where}.answers.errors")
    _check_sum(carrier.receipts.states.values(), f"{where}.receipts.states")
    _check_statuses(carrier.answers.errors, f"{where}.answers.errors")
    _check_statuses([rule.status for rule in carrier.answers.rules], f"{where}.answers.rules.status")
    _check_statuses([carrier.binds.refuse] if carrier.binds.refuse else [], f"{where}.binds.refuse")
    _check_states(carrier.receipts.states, f"{where}.receipts.states")
    _check_states([rule.state for rule in carrier.receipts.rules], f"{where}.receipts.rules.state")


def _check_span(span: Span, key: str) -> None:
    if isinstance(span, tuple) and span[0] > span[1]:
        raise BadScenario(f"{key} is [{span[0]}, {span[1]}]: write the least first.", field=key)


def _check_sum(shares: Iterable[float], key: str) -> None:
    total = sum(shares)
    if total > 1 + 1e-9:
        raise BadScenario(f"The shares of {key} add up to {total:g}: they must not pass 1.", field=key)


def _check_statuses(names: Iterable[str], key: str) -> None:
    for name in names:
        try:
            status_code(name)
        except ValueError as error:
            raise BadScenario(f"{key}: {error}.", field=key) from error


def _check_states(names: Iterable[str], key: str) -> None:
    for name in names:
        if name not in MessageState.__members__:
            known = ", ".join(MessageState.__members__)
            raise BadScenario(f"{key}: {name!r} is no message state. The states are {known}.", field=key)
