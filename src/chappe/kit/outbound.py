"""Calls to addresses that somebody wrote down: never into the network that this program stands in.

Who may write an address could make the server ask in their name what they cannot reach themselves: the
cloud's metadata, a database, a router (CWE-918). A look at the text is no guard: `2130706433`, `0177.1` and
a name of one's own all lead to 127.0.0.1, and a name may lead elsewhere at the second look. So the name is
resolved once, every address found is judged, and the connection goes to the very address that was judged.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Awaitable[Sequence[str]]]

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052
# What clouds answer about the machine, at addresses that pass for public: Azure, Oracle.
_METADATA: Final = frozenset({ip_address("168.63.129.16"), ip_address("192.0.0.192")})


class AddressRefused(httpx.ConnectError):
    """The name leads into a network that the operator has not opened. An error of transport, so that whoever
    calls reports it as they report an address that does not answer.
    """


async def resolve(host: str) -> Sequence[str]:
    """Every address of a name, as the system knows them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class Outbound:
    """`opened`: networks that calls may go to though they are internal (the setting `internal_networks`)."""

    def __init__(self, opened: Sequence[str] = (), *, resolve: Resolve = resolve) -> None:
        self._opened = [ip_network(each) for each in opened]
        self._resolve = resolve

    def client(self, patience: float) -> httpx.AsyncClient:
        """A client for such addresses: `patience` in seconds. It follows no redirect, and takes no proxy from
        the environment, which would resolve the name anew.
        """
        return httpx.AsyncClient(
            timeout=patience, transport=_Pinned(self), follow_redirects=False, trust_env=False
        )

    def admits(self, address: Address) -> bool:
        """Whether a call may go there."""
        return all(_is_public(hop) or self._is_opened(hop) for hop in _meant(address))

    def _is_opened(self, address: Address) -> bool:
        return any(address in network for network in self._opened)

    async def addresses(self, host: str) -> Sequence[str]:
        """Where `host` is. AddressRefused when one of its addresses is not admitted: a name with a good one
        and a bad one is no mistake. ConnectError when it is nowhere.
        """
        try:
            found = await self._resolve(host)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise httpx.ConnectError("The name is not known.")
        # A zone ("fe80::1%eth0") is of link-local addresses alone.
        if not all(self.admits(ip_address(each.partition("%")[0])) for each in found):
            raise AddressRefused("The address leads into an internal network.")
        return found


class _Pinned(httpx.AsyncBaseTransport):
    """Connects to the address that was judged, under the name that was asked for."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        # No connection is kept: two names at one address would share it, with the first one's certificate.
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        *others, last = await self._outbound.addresses(host)
        for address in others:
            try:
                return await self._send(request, address)
            except httpx.ConnectError:
                continue  # nothing was sent: the next one may answer
        return await self._send(request, last)

    async def _send(self, request: httpx.Request, address: str) -> httpx.Response:
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # Host is of the name
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _meant(address: Address) -> list[Address]:
    """The address, and those that it carries for a gateway to unpack: `::ffff:10.0.0.1` is 10.0.0.1."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    carried: list[Address] = [each for each in (address.sixtofour, *(address.teredo or ())) if each]
    if address in _NAT64:
        carried.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    elif int(address) >> 32 == 0 and int(address) > 1:
        carried.append(IPv4Address(int(address)))  # "IPv4-compatible", RFC 4291 section 2.5.5.1
    return [address, *carried]


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and address not in _METADATA
