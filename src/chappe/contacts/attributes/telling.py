"""Values as pages show them, in the language of who reads. Pure."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from chappe.contacts.attributes.values import Kind, Misfit, Shape, canonical, items


def told(shape: Shape, kept: str, language: str) -> str:
    """`1234.5` → `1 234,5`; a value that does not fit its kind as it stands. True and false are left to the
    page's words.
    """
    if isinstance(canonical(shape, kept), Misfit):
        return kept
    if shape.kind is Kind.NUMBER:
        return format_decimal(Decimal(kept), format="#,##0.##########", locale=language)
    if shape.kind is Kind.DATE:
        return format_date(date.fromisoformat(kept), format="long", locale=language)
    if shape.kind is Kind.LIST:
        return " · ".join(items(kept))
    return kept
