"""Which encoding a file of text is in. The whole file is looked at: the first odd byte may be its last."""

import codecs
import re
from typing import BinaryIO

_BLOCK = 1 << 20
_SAMPLE = 4096
# Bytes that Windows-1252 leaves undefined: a file with one of them can only be Latin-1.
_NOT_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# Of a text of Western languages in UTF-16, at least this share of every other byte is zero.
_ZEROS_OF_UTF_16 = 0.3

MIXED = "chappe_cp1252"


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """A stray byte in a file of UTF-8 was typed on Windows: two exports were put together."""
    assert isinstance(error, UnicodeDecodeError)
    stray = error.object[error.start : error.end]
    return stray.decode("latin-1" if _NOT_IN_1252.search(stray) else "cp1252"), error.end


codecs.register_error(MIXED, _as_cp1252)


def detect(file: BinaryIO) -> str:
    """Name of the codec, to be used with the error handler MIXED. The file is read from its beginning and
    left there.
    """
    file.seek(0)
    found = _by_first_bytes(file.read(_SAMPLE)) or _by_all_bytes(file)
    file.seek(0)
    return found


def _by_first_bytes(sample: bytes) -> str | None:
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * _ZEROS_OF_UTF_16:
        return "utf-16-le"
    if half and sample[0::2].count(0) > half * _ZEROS_OF_UTF_16:
        return "utf-16-be"
    return None


def _by_all_bytes(file: BinaryIO) -> str:
    stray = _Stray()
    codecs.register_error(_Stray.NAME, stray)
    decoder = codecs.getincrementaldecoder("utf-8")(errors=_Stray.NAME)
    beyond_ascii, undefined = 0, False
    file.seek(0)
    while block := file.read(_BLOCK):
        text = decoder.decode(block)
        beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
        undefined = undefined or _NOT_IN_1252.search(block) is not None
    decoder.decode(b"", final=True)
    if stray.count == 0 or beyond_ascii > stray.count:
        return "utf-8"
    return "latin-1" if undefined else "cp1252"


class _Stray:
    """Counts the bytes that are not UTF-8."""

    NAME = "chappe_count_stray"

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        self.count += error.end - error.start
        return "", error.end
