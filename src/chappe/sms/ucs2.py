"""UCS-2 as phones mean it: UTF-16 big-endian, 16-bit units, characters beyond the BMP as surrogate pairs."""


def mend(text: str) -> str:
    """The text with surrogate halves joined into the character they meant, and lone ones as U+FFFD.

    Halves come from JSON escapes such as "\\ud83d\\ude00" that a lenient parser left apart; no encoder takes
    them.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode(text: str) -> bytes:
    """Two octets per unit; never raises (see `mend`)."""
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError:
        return mend(text).encode("utf-16-be")


def decode(octets: bytes) -> str:
    """The text; a lone surrogate becomes U+FFFD, an odd octet at the end is dropped."""
    return octets[: len(octets) & ~1].decode("utf-16-be", "replace")


def units(text: str) -> int:
    """16-bit units the text takes."""
    return len(encode(text)) // 2
