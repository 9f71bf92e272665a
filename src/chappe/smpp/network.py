"""What a network error is called: `connection refused at host:port`, not `[Errno 111] …`."""

import os
import re
import socket
import ssl

_NUMBER = re.compile(r"\[Errno (\d+)\]")


def address(host: str, port: int) -> str:
    """`host:port`; an IPv6 address in brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def in_words(error: Exception, host: str, port: int) -> str:
    """Why no connection could be made, with where. `error` is what asyncio raised while connecting."""
    where = address(host, port)
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"the name {host} is not known"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed at {where}: {_of_tls(error)}"
    if isinstance(error, TimeoutError):
        return f"no answer at {where}"
    return f"{_of_system(error)} at {where}"


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted, {error.verify_message}"
    # One that was not raised by OpenSSL itself has no reason.
    return str(getattr(error, "reason", None) or error).replace("_", " ").lower()


def _of_system(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (found := _NUMBER.search(str(error))):
        # Of a name with several addresses asyncio tells all errors as one text, without a number.
        number = int(found[1])
    return os.strerror(number).lower() if number else str(error) or type(error).__name__
