"""Where a link may lead, and the parameters that tell a shop's own statistics where a visitor came from.

Who holds our links trusts the sender's name: so they lead to the web by https, to a name and not to an
address, never to another shortener (carriers filter those: AT&T and T-Mobile name public shorteners in their
codes of conduct), and never to our own links, which would go round in circles.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, quote, unquote_plus, urlsplit

from chappe.kit.shorteners import PUBLIC_SHORTENERS
from chappe.tracking.model import LONGEST_URL, MAIN_PATH, BadDestination

UTM_NAMES: Final = ("source", "medium", "campaign", "term", "content")
CLICK: Final = "chp"
_SECRETS: Final = "@"
_INNER: Final = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".onion")


class Fault(StrEnum):
    """Why a link must not lead there."""

    NOT_AN_ADDRESS = "not_an_address"
    TOO_LONG = "too_long"
    NOT_HTTPS = "not_https"
    HAS_PASSWORD = "has_password"  # noqa: S105  # the name of a fault
    NO_NAME = "no_name"
    PRIVATE = "private"
    SHORTENER = "public_shortener"
    LOOP = "own_link"
    KILLED = "killed"


WORDS: Final[Mapping[Fault, str]] = {
    Fault.NOT_AN_ADDRESS: "This is no address of a page. Write it whole: https://shop.example/spring.",
    Fault.TOO_LONG: f"The address has more than {LONGEST_URL} characters.",
    Fault.NOT_HTTPS: "The address must begin with https://.",
    Fault.HAS_PASSWORD: "The address holds a user name or a password. Leave that part out.",
    Fault.NO_NAME: "The address leads to a number instead of a name. Write the name of the site.",
    Fault.PRIVATE: "The address leads into an internal network, where nobody can follow.",
    Fault.SHORTENER: "This is a public shortener, which carriers filter. Write the address it leads to.",
    Fault.LOOP: "This is one of your own short links. Write the address it leads to.",
    Fault.KILLED: "The link to this address was switched off. Switch it on, or send another address.",
}


def written_faults(urls: Iterable[str], base: str, own_hosts: Collection[str]) -> dict[str, Fault]:
    """What is wrong with destinations by their text alone. `base`: this installation's address, whose short
    links are as much a circle as those of `own_hosts`.
    """
    found = {}
    for url in urls:
        fault = Fault.LOOP if url.startswith(f"{base}{MAIN_PATH}") else fault_of(url, own_hosts)
        if fault is not None:
            found[url] = fault
    return found


def fault_of(url: str, own_hosts: Collection[str] = ()) -> Fault | None:
    """What is wrong with a destination by its text alone; None when nothing is. `own_hosts`: those of short
    links.
    """
    if len(url) > LONGEST_URL:
        return Fault.TOO_LONG
    parts = _split(url)
    if parts is None or not parts.hostname:
        return Fault.NOT_AN_ADDRESS
    if parts.scheme != "https":
        return Fault.NOT_HTTPS if parts.scheme == "http" else Fault.NOT_AN_ADDRESS
    if _SECRETS in parts.netloc:
        return Fault.HAS_PASSWORD
    return _of_host(parts.hostname.rstrip(".").lower(), own_hosts)


def check(url: str, base: str, own_hosts: Collection[str] = (), *, field: str = "url") -> str:
    """The address without what surrounds it. Raises BadDestination."""
    url = url.strip()
    fault = written_faults([url], base, own_hosts).get(url)
    if fault is not None:
        raise BadDestination(WORDS[fault], field=field, fault=fault.value)
    return url


def with_utm(url: str, utm: Mapping[str, str]) -> str:
    """The address with those parameters that it does not have: what somebody wrote is kept as it is."""
    return _with(url, {f"utm_{name}": utm[name] for name in UTM_NAMES if utm.get(name)})


def with_click(url: str, code: str) -> str:
    """The address with the code by which it was opened, as the script in its pages reads it (browser/)."""
    return _with(url, {CLICK: code})


def _with(url: str, parameters: Mapping[str, str]) -> str:
    before, mark, fragment = url.partition("#")
    _, _, query = before.partition("?")
    there = {unquote_plus(pair.partition("=")[0]).lower() for pair in query.split("&") if pair}
    new = [f"{name}={quote(value, safe='')}" for name, value in parameters.items() if name not in there]
    if not new:
        return url
    join = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
    return f"{before}{join}{'&'.join(new)}{mark}{fragment}"


def _split(url: str) -> SplitResult | None:
    # Browsers read a backslash as a slash and drop tabs and line breaks (WHATWG URL, section 4.4): what they
    # would read otherwise than we do is no address for us.
    if any(character <= " " or character in '\\<>"`{}|^' or character == "\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _of_host(host: str, own_hosts: Collection[str]) -> Fault | None:
    if _is_number(host):
        return Fault.NO_NAME
    if host == "localhost" or host.endswith(_INNER) or "." not in host:
        return Fault.PRIVATE
    if host.removeprefix("www.") in PUBLIC_SHORTENERS:
        return Fault.SHORTENER
    return Fault.LOOP if host in own_hosts else None


def _is_number(host: str) -> bool:
    """An address, in any of the spellings that resolvers take: 127.1, 0x7f000001, 2130706433, [::1]."""
    try:
        ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        return last.isdigit() or last.startswith("0x")  # WHATWG URL, section 3.5: the host ends in a number
    return True
