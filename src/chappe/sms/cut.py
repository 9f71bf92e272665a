"""Where a long text may be cut: never inside an escape pair, a surrogate pair or a grapheme cluster.

A grapheme cluster (UAX #29) that alone is longer than a part is cut between code points, as late as it goes;
there is no other way.
"""

from itertools import takewhile

import regex

from chappe.sms.encoding import Encoded, Encoding

_CLUSTER = regex.compile(r"\X")
# Between two characters of the class Other there is always a boundary (UAX #29 GB999): no scan is needed.
_PLAIN_PAIR = regex.compile(r"\p{Grapheme_Cluster_Break=Other}{2}")


def pieces(encoded: Encoded, room: int) -> list[tuple[str, bytes]]:
    """The text in pieces of at most `room` units, each with its code.

    Cut as late as the rules allow, hence the fewest pieces.
    """
    if encoded.encoding is Encoding.UCS2:
        return _ucs2_pieces(encoded, room)
    return _septet_pieces(encoded, room)


def _septet_pieces(encoded: Encoded, room: int) -> list[tuple[str, bytes]]:
    """GSM alphabets hold no combining mark: the only cluster of two characters is CR LF (GB3)."""
    text, code = encoded.text, encoded.code
    found: list[tuple[str, bytes]] = []
    start = place = 0
    while start < len(code):
        end = start + room
        if code[end - 1 : end] == b"\x1b" or code[end - 1 : end + 1] == b"\r\n":
            end -= 1
        piece = code[start:end]
        length = len(piece) - piece.count(0x1B)
        found.append((text[place : place + length], piece))
        start, place = end, place + length
    return found


def _ucs2_pieces(encoded: Encoded, room: int) -> list[tuple[str, bytes]]:
    text, code = encoded.text, encoded.code
    found: list[tuple[str, bytes]] = []
    start = place = 0
    while start < len(code):
        end = start + 2 * room
        if 0xDC <= (code[end : end + 1] or b"\0")[0] <= 0xDF:
            end -= 2
        piece = code[start:end]
        length = len(piece.decode("utf-16-be"))
        whole = _last_boundary(text, place, place + length) - place
        if whole != length:
            length = whole
            piece = text[place : place + length].encode("utf-16-be")
        found.append((text[place : place + length], piece))
        start, place = start + len(piece), place + length
    return found


def _last_boundary(text: str, start: int, end: int) -> int:
    """The last cluster boundary in (start, end], or `end` when one cluster fills all of it."""
    if end == len(text) or _PLAIN_PAIR.match(text, end - 1):
        return end
    ends = (cluster.end() for cluster in _CLUSTER.finditer(text, start))
    fitting = list(takewhile(end.__ge__, ends))
    return fitting[-1] if fitting else end
