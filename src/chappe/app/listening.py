"""The socket of the web role: the supervisor binds it first, and need not import the role for it."""

import socket
from typing import Final

from chappe.config.settings import BadSettings, Settings, split_address

BACKLOG: Final = 2048


def listening_socket(settings: Settings) -> socket.socket:
    """A bound, listening socket. BadSettings when the address cannot be had."""
    host, port = split_address(settings.listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol by name: asyncio turns Nagle's algorithm off for sockets that say TCP, and with it the
    # 40 ms that a body waits for the acknowledgement of its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise BadSettings(
            f"{settings.listen} cannot be listened on: {error.strerror}. Stop what uses it, or choose "
            "another port with --listen.",
            field="listen",
        ) from None
    listener.setblocking(False)
    return listener
