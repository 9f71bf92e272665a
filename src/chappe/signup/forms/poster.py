"""A poster for a shop window or a till: A4, in the brand's colour, with the square, the keyword and the law.

The fonts that every PDF reader has are used, of the letters of Western Europe.
"""

import io
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue

from chappe.kit import qr
from chappe.signup.forms.model import FormWords
from chappe.signup.look import Logo, Look
from chappe.web.language import catalogue

_FONT, _ENCODING = "helvetica", "windows-1252"
_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 20.0
_BAND: Final = 62.0
_SQUARE: Final = 92.0
_INK, _MUTED = (24, 34, 52), (84, 94, 110)
_POINT: Final = 0.3528  # mm
_SMALLEST: Final = 7.0
_NEAR: Final = str.maketrans(
    {"\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}": "\N{EN DASH}"}
)


class Poster(NamedTuple):
    """`address`: what the square opens. `keyword` and `number`: what to text and where, None where nobody
    can. `consent`: the words that people agree to.
    """

    brand: str
    look: Look
    logo: Logo | None
    words: FormWords
    consent: str
    address: str
    keyword: str | None
    number: str | None


def draw(poster: Poster, language: str) -> bytes:
    """A PDF in `en` or `fr`."""
    page = _Page(poster, language)
    page.band()
    page.square()
    page.small_print()
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, poster: Poster, language: str) -> None:
        super().__init__(format="A4")
        self._poster = poster
        self._said: Callable[[str], str] = catalogue(language).gettext
        self.core_fonts_encoding = _ENCODING
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(False)
        self.set_lang(language)
        self.set_title(self._text(poster.words.title))
        self.add_page()

    def band(self) -> None:
        """Who, and what for."""
        poster = self._poster
        self.set_fill_color(*_rgb(poster.look.colour))
        self.rect(0, 0, _WIDTH, _BAND, style="F")
        self.set_text_color(*_rgb(poster.look.ink))
        if poster.logo is not None:
            self.image(
                io.BytesIO(poster.logo.data), x=Align.C, y=9, w=70, h=18, keep_aspect_ratio=True,
                alt_text=poster.brand,
            )  # fmt: skip
            self.set_y(31)
        else:
            self.set_y(15)
            self._line(poster.brand, 20, bold=True, most=1)
            self.ln(2)
        self._line(poster.words.title, 30, bold=True, most=2)
        self.set_text_color(*_INK)
        self.set_y(_BAND + 10)
        self._line(poster.words.intro, 17, most=3)
        if poster.words.offer:
            self.ln(3)
            self._line(poster.words.offer, 19, bold=True, most=2)

    def square(self) -> None:
        """The square, drawn as paths, and both ways in."""
        _, poster, top = self._said, self._poster, 124.0
        cells = qr.modules(poster.address)
        size = _SQUARE / len(cells)
        left = (_WIDTH - _SQUARE) / 2
        self.set_fill_color(0, 0, 0)
        for row, line in enumerate(cells):
            for start, end in _runs(line):
                # A hair wider than its cell: some readers leave white lines between neighbours.
                self.rect(left + start * size, top + row * size, (end - start) * size, size + 0.02, style="F")
        self.set_y(top + _SQUARE + 6)
        self._line(_("Scan with your phone’s camera"), 15, bold=True, most=1)
        if poster.keyword and poster.number:
            self.ln(2)
            told = _("or text %(word)s to %(number)s")
            self._line(told % {"word": poster.keyword, "number": poster.number}, 22, bold=True, most=1)

    def small_print(self) -> None:
        """What one agrees to, as on the form."""
        self.set_text_color(*_MUTED)
        self.set_y(_HEIGHT - 46)
        self._line(self._poster.consent, 9.5, most=7)
        self.set_y(_HEIGHT - 13)
        self._line(self._poster.address.partition("://")[2].partition("?")[0], 8, most=1)

    def _line(self, text: str, size: float, *, bold: bool = False, most: int) -> None:
        """Centred, smaller where it would take more than `most` lines."""
        said, width = self._text(text), _WIDTH - 2 * _MARGIN
        while True:
            self.set_font(_FONT, "B" if bold else "", size)
            lines = self.multi_cell(width, text=said, dry_run=True, output=MethodReturnValue.LINES)
            if (isinstance(lines, list) and len(lines) <= most) or size <= _SMALLEST:
                break
            size -= 1
        self.multi_cell(width, size * _POINT * 1.25, said, align=Align.C, new_x="LMARGIN", new_y="NEXT")

    def _text(self, text: str) -> str:
        """In letters that the font has: a near one in the place of another, or none."""
        near = text.translate(_NEAR)
        plain = "".join(each if _has(each) else unicodedata.normalize("NFKD", each) for each in near)
        return plain.encode(_ENCODING, "ignore").decode(_ENCODING)


def _has(letter: str) -> bool:
    return letter.encode(_ENCODING, "ignore") != b""


def _runs(line: Sequence[bool]) -> list[tuple[int, int]]:
    """Where dark begins and ends."""
    edges = [place for place in range(len(line) + 1) if _dark(line, place) != _dark(line, place - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _dark(line: Sequence[bool], place: int) -> bool:
    return 0 <= place < len(line) and line[place]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)
