"""What the phones of a story got and did, counted without the program: what its figures must equal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

PRICE = Decimal("0.045")
BRAND = "Télégraphe : "


@dataclass
class Phone:
    """`text`: of the campaign, as it stands there. `state`: what the carrier says of it."""

    number: str
    text: str
    state: str = "DELIVERED"
    clicks: int = 0
    programs: int = 0
    spent: int = 0
    refunded: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def variant(self) -> str:
        return "B" if "deux pour un" in self.text else "A"

    @property
    def left(self) -> bool:
        return "STOP" in self.said


@dataclass
class Ledger:
    """Phones by their numbers."""

    phones: dict[str, Phone]

    def of(self, variant: str) -> list[Phone]:
        """In the order of their numbers."""
        return sorted((one for one in self.phones.values() if one.variant == variant), key=lambda p: p.number)

    def how_many(self, did: Callable[[Phone], object]) -> int:
        return sum(1 for phone in self.phones.values() if did(phone))

    @property
    def delivered(self) -> int:
        return self.how_many(lambda phone: phone.state == "DELIVERED")

    @property
    def undelivered(self) -> int:
        return len(self.phones) - self.delivered

    @property
    def revenue(self) -> int:
        return sum(phone.spent - phone.refunded for phone in self.phones.values())

    @property
    def cost(self) -> Decimal:
        """The carrier bills what it takes."""
        return PRICE * len(self.phones)

    def group(self) -> dict[str, int]:
        """A line of the report by country, carrier, hour or audience, where all are in one."""
        return {
            "sent": len(self.phones),
            "delivered": self.delivered,
            "not_delivered": self.undelivered,
            "clicked": self.how_many(lambda phone: phone.clicks),
            "converted": self.how_many(lambda phone: phone.spent),
            "replied": self.how_many(lambda phone: phone.said),
            "opted_out": self.how_many(lambda phone: phone.left),
            "parts": len(self.phones),
        }

    def report(self) -> dict[str, Any]:
        """The report of the campaign, but what depends on the audience and on the hour."""
        line = self.group()
        return {
            **{key: line[key] for key in ("sent", "delivered", "clicked", "converted", "parts")},
            "not_delivered": self.undelivered,
            "opened_by_programs": self.how_many(lambda phone: phone.programs and not phone.clicks),
            "replies": sum(len(phone.said) for phone in self.phones.values()),
            "opt_outs": line["opted_out"],
            "revenue": {"EUR": self.revenue},
            "cost": {"EUR": self.cost},
            "not_delivered_because": {"undelivered": self.undelivered},
            "links": {f"https://shop.example.com/{one.lower()}": self.link(one) for one in "AB"},
            "sold": [
                {
                    "goal": "Order Completed",
                    "conversions": line["converted"],
                    "people": line["converted"],
                    "currency": "EUR",
                    "amount": sum(phone.spent for phone in self.phones.values()),
                    "refunded": sum(phone.refunded for phone in self.phones.values()),
                }
            ],
        }

    def link(self, variant: str) -> dict[str, int]:
        mine = self.of(variant)
        return {
            "people": sum(1 for phone in mine if phone.clicks),
            "clicks": sum(phone.clicks for phone in mine),
            "previews_and_scanners": sum(phone.programs for phone in mine),
        }


def told(report: dict[str, Any]) -> dict[str, Any]:
    """A report of the program in the form of `Ledger.report`."""
    same = (
        "sent",
        "delivered",
        "clicked",
        "converted",
        "parts",
        "not_delivered",
        "opened_by_programs",
        "replies",
    )
    reasons: dict[str, int] = {}
    for one in report["not_delivered_because"]:
        reasons[one["state"]] = reasons.get(one["state"], 0) + one["messages"]
    return {
        **{key: report[key] for key in (*same, "opt_outs")},
        "revenue": _money(report["revenue"]),
        "cost": _money(report["cost"] or []),
        "not_delivered_because": reasons,
        "links": {one.pop("url"): one for one in ({**link} for link in report["links"])},
        "sold": [
            {**one, "amount": Decimal(one["amount"]), "refunded": Decimal(one["refunded"])}
            for one in report["sold"]
        ],
    }


def _money(lines: list[dict[str, str]]) -> dict[str, Decimal]:
    return {one["currency"]: Decimal(one["amount"]) for one in lines}
