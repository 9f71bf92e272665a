"""What every rule together demands of a marketing message, each demand with the rules that make it."""

from collections.abc import Iterable

import msgspec

from chappe.rules.pack import Value
from chappe.rules.values import (
    Basis,
    Cart,
    Consent,
    Content,
    Contents,
    OptOut,
    Records,
    SenderForm,
    Senders,
    Validity,
)

Demand = tuple[str, Value | None]


class ConsentDemand(msgspec.Struct, frozen=True):
    """The bases accepted by every rule; `implied_days` bounds an implied one."""

    bases: frozenset[Basis]
    implied_days: int | None
    rules: tuple[str, ...]


class ContentDemand(msgspec.Struct, frozen=True):
    must: Content
    rule: str


class SendersDemand(msgspec.Struct, frozen=True):
    """The forms every rule allows; `registries` are where they must be registered."""

    forms: frozenset[SenderForm]
    registries: tuple[str, ...]
    rules: tuple[str, ...]


class OptOutDemand(msgspec.Struct, frozen=True):
    """The shortest time to honour a refusal (None: at once) and every word that must be understood."""

    days: int | None
    words: frozenset[str]
    confirmation_seconds: int | None
    keep_years: int | None
    everything: bool
    rules: tuple[str, ...]


class Requirements(msgspec.Struct, frozen=True):
    """None: no rule demands anything of it."""

    consent: ConsentDemand | None
    contents: tuple[ContentDemand, ...]
    senders: SendersDemand | None
    opt_out: OptOutDemand | None
    validity_hours: int | None
    validity_rule: str | None
    cart: Cart | None
    cart_rule: str | None
    consent_years: int | None


def gathered(demands: Iterable[Demand]) -> Requirements:
    """The strictest of each. `demands` are rule ids with their values."""
    listed = [(rule, value) for rule, value in demands if value is not None]
    contents: dict[Content, str] = {}
    for rule, value in listed:
        if isinstance(value, Contents):
            for must in value.must:
                contents.setdefault(must, rule)
    validity = min(
        ((value.hours, rule) for rule, value in listed if isinstance(value, Validity)), default=(None, None)
    )
    cart = min(
        ((value.n, rule, value) for rule, value in listed if isinstance(value, Cart)),
        default=None,
        key=lambda found: found[:2],
    )
    years = [value.consent_years for _, value in listed if isinstance(value, Records)]
    return Requirements(
        consent=_consent([(rule, value) for rule, value in listed if isinstance(value, Consent)]),
        contents=tuple(ContentDemand(must, rule) for must, rule in contents.items()),
        senders=_senders([(rule, value) for rule, value in listed if isinstance(value, Senders)]),
        opt_out=_opt_out([(rule, value) for rule, value in listed if isinstance(value, OptOut)]),
        validity_hours=validity[0],
        validity_rule=validity[1],
        cart=None if cart is None else cart[2],
        cart_rule=None if cart is None else cart[1],
        consent_years=max(years, default=None),
    )


def _consent(found: list[tuple[str, Consent]]) -> ConsentDemand | None:
    if not found:
        return None
    bases = frozenset.intersection(*(frozenset(value.bases) for _, value in found))
    days = min((value.implied_days for _, value in found if value.implied_days is not None), default=None)
    return ConsentDemand(bases, days, tuple(rule for rule, _ in found))


def _senders(found: list[tuple[str, Senders]]) -> SendersDemand | None:
    if not found:
        return None
    forms = frozenset.intersection(*(frozenset(value.forms) for _, value in found))
    registries = tuple(dict.fromkeys(value.registry for _, value in found if value.registry is not None))
    return SendersDemand(forms, registries, tuple(rule for rule, _ in found))


def _opt_out(found: list[tuple[str, OptOut]]) -> OptOutDemand | None:
    if not found:
        return None
    seconds = [value.confirmation_seconds for _, value in found if value.confirmation_seconds is not None]
    years = [value.keep_years for _, value in found if value.keep_years is not None]
    return OptOutDemand(
        days=_soonest([value.days for _, value in found]),
        words=frozenset(word for _, value in found for word in value.words),
        confirmation_seconds=min(seconds, default=None),
        keep_years=max(years, default=None),
        everything=any(value.everything for _, value in found),
        rules=tuple(rule for rule, _ in found),
    )


def _soonest(days: list[int | None]) -> int | None:
    counted = [number for number in days if number is not None]
    return min(counted) if len(counted) == len(days) else None
