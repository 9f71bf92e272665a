"""The form of a carrier: read into settings, and filled in from them."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from chappe.carriers.errors import BadHost, BadPriceLine
from chappe.carriers.model import Carrier, Price
from chappe.carriers.settings import SmppSettings, Tls
from chappe.smpp.constants import BindKind
from chappe.sms.options import Charset, Concatenation
from chappe.sms.provider_ids import IdMode
from chappe.web.forms import Reading, Submitted

_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PRICE = re.compile(
    r"\+?(?P<prefix>[0-9]{1,15}|\*)[\s;:=]+(?P<price>[0-9]{1,6}([.,][0-9]{1,6})?)"
    r"([\s;]+(?P<since>[0-9]{4}-[0-9]{2}-[0-9]{2}))?"
)
_MOST_PRICES = 5000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier as somebody wrote it down; an empty password leaves the old one."""

    name: str
    settings: SmppSettings
    password: str
    prices: list[Price]
    simulated: bool


def read_carrier(form: Submitted, before: Carrier | None = None) -> tuple[Reading, Draft | None]:
    """The form with what is wrong with it; a draft when nothing is. What the form does not ask stays as it
    was `before`.
    """
    reading = Reading(form)
    name = reading.text("name", most=80)
    host = reading.text("host", most=253)
    if host and not _HOST.fullmatch(host):
        reading.errors.add(BadHost("Write a host name or an address, without a port.", field="host"))
    port = reading.whole("port", least=1, most=65535)
    system_id = reading.text("system_id", most=15)
    password = reading.text(
        "password", most=64, required=not (before or form.has("keep") or form.has("sealed"))
    )
    window = reading.whole("window", least=1, most=5000)
    rate = reading.amount("rate", least=Decimal("0.1"), most=100_000, required=False)
    bind = reading.choice("bind", list(BindKind), BindKind.TRANSCEIVER)
    charset = reading.choice("charset", [each.value for each in Charset], Charset.GSM7.value)
    concatenation = reading.choice(
        "concatenation", [each.value for each in Concatenation], Concatenation.UDH8.value
    )
    receipt_ids = reading.choice("receipt_ids", [each.value for each in IdMode], IdMode.AUTO.value)
    system_type = reading.text("system_type", most=12, required=False)
    prices = _prices(reading)
    if reading.errors or port is None or window is None:
        return reading, None
    old = before.settings if before else SmppSettings(host=host, port=port, system_id=system_id)
    settings = msgspec.structs.replace(
        old,
        host=host,
        port=port,
        system_id=system_id,
        bind=BindKind(bind),
        window=window,
        parts_per_second=None if rate is None else float(rate),
        tls=(old.tls or Tls()) if form.has("tls") else None,
        system_type=system_type,
        charset=Charset(charset),
        concatenation=Concatenation(concatenation),
        receipt_ids=IdMode(receipt_ids),
    )
    return reading, Draft(
        name=name, settings=settings, password=password, prices=prices, simulated=form.has("simulated")
    )


def filled(carrier: Carrier | None, currency: str) -> Submitted:
    """The form of a carrier that is there, or of a new one. `currency` of prices, where it has none."""
    settings = carrier.settings if carrier else SmppSettings(host="localhost", port=2775, system_id="")
    pairs = [
        ("name", carrier.name if carrier else ""),
        ("host", settings.host if carrier else ""),
        ("port", str(settings.port)),
        ("system_id", settings.system_id),
        ("window", str(settings.window)),
        ("rate", "" if settings.parts_per_second is None else f"{settings.parts_per_second:g}"),
        ("bind", settings.bind.value),
        ("charset", settings.charset.value),
        ("concatenation", settings.concatenation.value),
        ("receipt_ids", settings.receipt_ids.value),
        ("system_type", settings.system_type),
        ("prices", price_lines(carrier.price_list) if carrier else ""),
        ("currency", carrier.prices[0].currency if carrier and carrier.prices else currency),
    ]
    if settings.tls is not None:
        pairs.append(("tls", "1"))
    if carrier and carrier.simulated:
        pairs.append(("simulated", "1"))
    return Submitted(pairs)


def price_lines(prices: Sequence[Price]) -> str:
    """One a line: `33 0.045`, or `33 0.05 2027-01-01` from a day on; `*` is every other number."""
    return "\n".join(
        f"{each.prefix or '*'} {each.price.normalize():f}{f' {each.since}' if each.since else ''}"
        for each in prices
    )


def _prices(reading: Reading) -> list[Price]:
    currency = reading.text("currency", most=3, required=False).upper() or "EUR"
    if not _CURRENCY.fullmatch(currency):
        reading.errors.add(BadPriceLine("Three letters, such as EUR.", field="currency", line=0))
    found: list[Price] = []
    for number, line in enumerate(reading.form.one("prices").splitlines(), 1):
        if not line.strip():
            continue
        match = _PRICE.fullmatch(line.strip())
        price = None if match is None else _price(match, currency)
        twice = price is not None and (price.prefix, price.since) in {
            (each.prefix, each.since) for each in found
        }
        if price is None or twice or len(found) >= _MOST_PRICES:
            words = "Write a prefix, a price and perhaps the day from which it holds; each prefix once a day."
            reading.errors.add(BadPriceLine(words, field="prices", line=number))
            break
        found.append(price)
    return found


def _price(match: re.Match[str], currency: str) -> Price | None:
    """None for a day that is none."""
    try:
        since = date.fromisoformat(match["since"]) if match["since"] else None
    except ValueError:
        return None
    price = Decimal(match["price"].replace(",", "."))
    return Price(prefix=match["prefix"].replace("*", ""), price=price, currency=currency, since=since)
