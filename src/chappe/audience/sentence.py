"""A rule in one sentence: “People whose country is France and who replied in the last 30 days.”"""

from chappe.audience.clauses import Clauses, Names
from chappe.audience.model import All, Either, Not, Placed, Rule
from chappe.web.navigation import mark

__all__ = ["Names", "told"]


def told(rule: Rule, language: str, names: Names) -> str:
    """The rule in words of this language."""
    clauses = Clauses(language, names)
    if isinstance(rule, All) and not rule.of:
        return clauses.word(mark("Everybody."))
    if isinstance(rule, Either) and not rule.of:
        return clauses.word(mark("Nobody."))
    return clauses.word(mark("People %(clauses)s."), clauses=_clause(rule, clauses, within=False))


def _clause(rule: Rule, clauses: Clauses, *, within: bool) -> str:
    """`within`: another group, which parentheses keep apart."""
    match rule:
        case Placed(leaf=leaf):
            return clauses.of(leaf)
        case Not(Placed(leaf=leaf)):
            return clauses.of(leaf, holds=False)
        case Not(Not(inner)):
            return _clause(inner, clauses, within=within)
        case Not(inner):
            those = _clause(inner, clauses, within=False)
            return _apart(clauses.word(mark("other than those %(clauses)s"), clauses=those), within)
        case All(of):
            return _joined(of, mark("%(many)s and %(last)s"), clauses, within)
        case Either(of):
            return _joined(of, mark("%(many)s or %(last)s"), clauses, within)


def _joined(of: tuple[Rule, ...], joint: str, clauses: Clauses, within: bool) -> str:
    if len(of) == 1:
        return _clause(of[0], clauses, within=within)
    *many, last = [_clause(each, clauses, within=True) for each in of]
    return _apart(clauses.word(joint, many=", ".join(many), last=last), within)


def _apart(text: str, within: bool) -> str:
    return f"({text})" if within else text
