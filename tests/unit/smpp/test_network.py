"""Network errors in words."""

import errno
import socket
import ssl

import pytest

from chappe.smpp.network import in_words

SEVERAL = (
    "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9, 0, 0), "
    "[Errno 111] Connect call failed ('127.0.0.1', 9)"
)


@pytest.mark.parametrize(
    ("error", "host", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "::1", "[::1]:9"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "smsc", "connection refused at smsc:9"),
        (OSError(SEVERAL), "localhost", "connection refused at localhost:9"),
        (OSError(errno.EHOSTUNREACH, "x"), "smsc", "no route to host at smsc:9"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "smsc", "connection reset by peer at smsc:9"),
        (ConnectionResetError(), "smsc", "ConnectionResetError at smsc:9"),
        (TimeoutError(), "smsc", "no answer at smsc:9"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "smsc", "the name smsc is not known"),
        (UnicodeError("label too long"), "smsc", "the name smsc is not known"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), "smsc", "TLS failed at smsc:9: "),
    ],
)
def test_words(error: Exception, host: str, words: str) -> None:
    told = in_words(error, host, 9)
    assert words in told
    assert "Errno" not in told
