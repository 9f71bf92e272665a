"""A rule while somebody builds it: groups and rows as a form holds them, complete or not.

A node's place in the form is its path, `r` for the whole, `r-1-0` for the first of its second. A group's
children stand in `r.of`, in their order; what a row says stands in `r-1.name` and so on (`rows.FIELDS`).
"""

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec

from chappe.audience import rows
from chappe.audience.model import DEEPEST, MOST_LEAVES
from chappe.web.forms import Errors, Reading, Submitted

ROOT: Final = "r"
JOINS: Final = ("all", "any", "none", "not_all")
_LAST: Final = re.compile(r"-[0-9]{1,3}")
_AT: Final = re.compile(r"\[(\d+)\]")


class Row(msgspec.Struct):
    """One condition, or its contrary (`without`)."""

    kind: str
    fields: dict[str, list[str]]
    without: bool = False

    def one(self, name: str, otherwise: str = "") -> str:
        return next((value for value in self.fields.get(name, []) if value), otherwise)

    def all(self, name: str) -> list[str]:
        return [value for value in self.fields.get(name, []) if value]


class Group(msgspec.Struct):
    """`join`: all of them, any, none, or not all."""

    join: str = "all"
    of: list["Row | Group"] = msgspec.field(default_factory=list)


Node: TypeAlias = Row | Group


def of_form(form: Submitted) -> Group:
    """What was posted. What no page of ours posts is left out."""
    found = _node(form, ROOT, 1)
    return found if isinstance(found, Group) else Group()


def _node(form: Submitted, path: str, depth: int) -> Node | None:
    kind = form.one(f"{path}.kind")
    if kind in rows.FIELDS:
        names = rows.names_of(kind, form, path)
        fields = {name: [each.strip() for each in form.all(f"{path}.{name}")] for name in names}
        return Row(kind, fields, without=form.one(f"{path}.not") == "1")
    if depth > DEEPEST:
        return None
    join = form.one(f"{path}.join", "all")
    # A child's path goes on from its group's: so no form can have a group hold itself.
    told = dict.fromkeys(form.all(f"{path}.of"))
    keys = [key for key in told if key.startswith(path) and _LAST.fullmatch(key[len(path) :])][:MOST_LEAVES]
    children = [node for key in keys if (node := _node(form, key, depth + 1)) is not None]
    return Group(join if join in JOINS else "all", children)


def of_rule(rule: dict[str, Any]) -> Group:
    """A stored rule, to be changed."""
    found = _of_rule(rule)
    return found if isinstance(found, Group) else Group("all", [found])


def _of_rule(rule: dict[str, Any], *, contrary: bool = False) -> Node:
    kind = rule["kind"]
    if kind == "not":
        return _of_rule(rule["rule"], contrary=not contrary)
    if kind in ("all", "any"):
        join = {("all", True): "not_all", ("any", True): "none"}.get((kind, contrary), kind)
        return Group(join, [_of_rule(each) for each in rule["of"]])
    return Row(kind, rows.fields_of(rule), without=contrary)


def nodes(draft: Node, path: str = ROOT) -> Iterator[tuple[str, Node]]:
    """Every node with its path, groups before their children."""
    yield path, draft
    if isinstance(draft, Group):
        for at, child in enumerate(draft.of):
            yield from nodes(child, f"{path}-{at}")


def at(draft: Group, path: str) -> Node | None:
    return dict(nodes(draft)).get(path)


def add(draft: Group, path: str, kind: str) -> None:
    """At the end of a group: a group, or a condition (`kind`; of an attribute, `kind:name`)."""
    group = at(draft, path)
    word, _, name = kind.partition(":")
    if not isinstance(group, Group):
        return
    if word == "group":
        group.of.append(Group("any"))
    elif word in rows.FIELDS:
        group.of.append(Row(word, rows.blank(word, name)))


def remove(draft: Group, path: str) -> None:
    above, _, last = path.rpartition("-")
    group = at(draft, above)
    if isinstance(group, Group) and last.isdigit() and int(last) < len(group.of):
        del group.of[int(last)]


def add_filter(draft: Group, path: str) -> None:
    """Another property that an event must have."""
    row = at(draft, path)
    if isinstance(row, Row) and row.kind == "events":
        rows.add_filter(row.fields)


def remove_filter(draft: Group, path: str, number: int) -> None:
    row = at(draft, path)
    if isinstance(row, Row) and row.kind == "events":
        rows.remove_filter(row.fields, number)


def rule_of(draft: Group) -> tuple[dict[str, Any], Errors]:
    """The rule, and what its rows lack, by the name of the field."""
    pairs = [
        (f"{path}.{name}", value)
        for path, node in nodes(draft)
        if isinstance(node, Row)
        for name, values in node.fields.items()
        for value in values
    ]
    reading = Reading(Submitted(pairs))
    return _rule(draft, ROOT, reading), reading.errors


def _rule(node: Node, path: str, reading: Reading) -> dict[str, Any]:
    if isinstance(node, Row):
        rule = rows.rule_of(node.kind, path, reading)
        return {"kind": "not", "rule": rule} if node.without else rule
    of = [_rule(child, f"{path}-{at}", reading) for at, child in enumerate(node.of)]
    group: dict[str, Any] = {"kind": "any" if node.join in ("any", "none") else "all", "of": of}
    return {"kind": "not", "rule": group} if node.join in ("none", "not_all") else group


def path_of(place: str) -> str:
    """Where in the form stands what is there in the rule: `rule.of[1].rule.values` is in `r-1`."""
    return "-".join([ROOT, *_AT.findall(place)])
