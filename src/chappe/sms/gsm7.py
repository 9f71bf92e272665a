"""The GSM 7-bit alphabet of 3GPP TS 23.038 section 6.2.1, one septet per octet as SMPP carries it.

An `Alphabet` is a main table of 128 codes and a table reached by the escape code 0x1B. The default one is
`DEFAULT`; those of Turkish, Spanish and Portuguese are in `chappe.sms.national`.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

ESCAPE: Final = 0x1B
_ESCAPED = re.compile(rb"\x1b(.?)", re.DOTALL)
_MARKED = re.compile(rb"[\x80-\xff]")
_ALL = bytes(range(256))
# NUL becomes the escape of the escape, which carries no character.
_REFUSED = bytes([0x80 | ESCAPE])
_PAIRS = {bytes([0x80 | code]): bytes([ESCAPE, code]) for code in range(128)}


def _escaped_pair(match: re.Match[bytes]) -> bytes:
    return _PAIRS[match[0]]


class NotInAlphabet(ValueError):
    """The text holds a character that the alphabet cannot carry.

    `position` is its first place, in code points.
    """

    def __init__(self, position: int, character: str) -> None:
        super().__init__(
            f"U+{ord(character):04X} at position {position} is not in the GSM 7-bit alphabet:"
            " replace it or send UCS-2"
        )
        self.position = position
        self.character = character


class Alphabet:
    """Main table and extension table, compiled so that a whole text is encoded by three calls into C.

    charmap_encode has a fast trie, but only for tables whose code 0 is NUL, and in GSM code 0 is '@'. So
    characters are numbered first (0 = NUL, which is refused) and the numbers are then translated: a septet as
    it is, an escaped one with the top bit set. `isascii` on the result says at once that nothing is escaped.
    """

    __slots__ = ("_decoding", "_extension", "_latin", "_numbers", "_septets", "characters")

    def __init__(self, main: str, extension: Mapping[int, str]) -> None:
        if len(main) != 128:
            raise ValueError(f"a main table has 128 codes, this one {len(main)}")
        codes = {char: 0x80 | code for code, char in extension.items()}
        # A character in both tables takes the shorter form.
        codes |= {char: code for code, char in enumerate(main) if code != ESCAPE}
        self.characters: Final = frozenset(codes)
        self._numbers: Any = codecs.charmap_build("\x00" + "".join(codes))
        septets = _REFUSED + bytes(codes.values())
        self._septets: Final = septets + _ALL[len(septets) :]
        # The same in one step for characters below U+0100.
        refused = _REFUSED[0]
        self._latin: Final = bytes([codes.get(chr(point), refused) for point in range(256)])
        self._decoding: Final = main[:ESCAPE] + " " + main[ESCAPE + 1 :] + "\ufffe" * 128
        self._extension: Final = {code: char for code, char in extension.items() if char in codes}

    def try_encode(self, text: str) -> bytes | None:
        """The octets, one per septet (an escaped character takes two); None if one does not fit."""
        try:
            octets: bytes = codecs.charmap_encode(text, "strict", self._numbers)[0].translate(self._septets)
        except UnicodeEncodeError:
            return None
        if octets.isascii():
            return octets
        if _REFUSED in octets:
            return None
        return _MARKED.sub(_escaped_pair, octets)

    def try_encode_all(self, texts: Sequence[str]) -> list[bytes | None]:
        """`try_encode` of each. When every text fits in characters of Latin-1, as those of one template
        mostly do, they are encoded as one: NUL, which no text that fits can hold, stands between them.
        """
        try:
            octets = "\0".join(texts).encode("latin-1").translate(self._latin)
        except UnicodeEncodeError:
            return [self.try_encode(text) for text in texts]
        found: list[bytes | None] = [*octets.split(_REFUSED)]
        if len(found) == len(texts) and octets.translate(None, _REFUSED).isascii():
            return found
        return [self.try_encode(text) for text in texts]

    def encode(self, text: str) -> bytes:
        """As `try_encode`; raises `NotInAlphabet`."""
        octets = self.try_encode(text)
        if octets is None:
            position = next(i for i, char in enumerate(text) if char not in self.characters)
            raise NotInAlphabet(position, text[position])
        return octets

    def decode(self, octets: bytes) -> str:
        """The text; never raises.

        An escape before a code without a character shows the main table's character, an escape of the escape
        or at the end a space (TS 23.038 section 6.2.1.1 notes 1 and 3); an octet above 0x7F is no septet and
        becomes U+FFFD.
        """
        if ESCAPE not in octets:
            return self._main(octets)
        pieces: list[str] = []
        end = 0
        for match in _ESCAPED.finditer(octets):
            pieces.append(self._main(octets[end : match.start()]))
            code = match[1]
            pieces.append(self._extension.get(code[0]) or self._main(code) if code else " ")
            end = match.end()
        pieces.append(self._main(octets[end:]))
        return "".join(pieces)

    def _main(self, octets: bytes) -> str:
        return codecs.charmap_decode(octets, "replace", self._decoding)[0]


# Rows of sixteen codes, as in the columns of the standard; "\x1b" keeps the place of the escape code.
MAIN: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION: Final[Mapping[int, str]] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
DEFAULT: Final = Alphabet(MAIN, EXTENSION)
