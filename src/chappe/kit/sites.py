"""The origin of a page: how browsers name the site that it is from (RFC 6454)."""

import re
from urllib.parse import urlsplit


def origin_of(text: str) -> str | None:
    """`https://shop.example`, as browsers name where a page is from; None when it is no such address. Without
    TLS on this machine alone, where pages are tried out.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    local = host in ("localhost", "127.0.0.1")
    if not host or parts.scheme not in (("http", "https") if local else ("https",)):
        return None
    if re.fullmatch(r"[a-z0-9.-]+", host) is None or parts.username or parts.query or parts.fragment:
        return None
    return f"{parts.scheme}://{host}" if port is None else f"{parts.scheme}://{host}:{port}"
