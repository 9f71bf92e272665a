"""The proof as a document: what a person reads, a lawyer or the one it is about, with the file itself inside.

The fonts that every PDF reader has are used, of the letters of Western Europe; another sign is shown as a
question mark, and stands as it was written in the file.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fpdf import FPDF

from chappe.consent.evidence import Evidence
from chappe.consent.ledger.checking import Checked, Verdict
from chappe.web.formats import Formats
from chappe.web.formats import phone as shown
from chappe.web.language import catalogue

_FONT: Final = "helvetica"
_ENCODING: Final = "windows-1252"
_MARGIN, _INDENT, _LINE = 22.0, 6.0, 5.2
_INK, _MUTED, _RULE = (24, 34, 52), (98, 108, 124), (214, 219, 227)
_SAFFRON: Final = (233, 150, 22)
_TONES: Final = {"granted": (24, 121, 78), "withdrawn": (176, 52, 32)}


def write(verdict: Verdict, file: bytes, language: str, zone: str, purposes: Mapping[str, str]) -> bytes:
    """A PDF in `en` or `fr`; moments in `zone`. `purposes`: names of topics by the word of their consent."""
    document = _Document(verdict, language, zone, purposes)
    document.add_page()
    document.opening()
    document.standing()
    for event in verdict.events:
        document.event(event)
    document.closing()
    document.embed_file(
        basename="consent-proof.json", bytes=file, mime_type="application/json", compress=True
    )
    return bytes(document.output())


class _Document(FPDF):
    """Letters of 9 to 20 points on A4, one column."""

    def __init__(self, verdict: Verdict, language: str, zone: str, purposes: Mapping[str, str]) -> None:
        super().__init__(format="A4")
        self._verdict = verdict
        self._said = catalogue(language).gettext
        self._formats = Formats(language)
        self._zone = zone
        self._purposes = purposes
        self.core_fonts_encoding = _ENCODING
        self.set_margins(_MARGIN, _MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, margin=24)
        self.set_lang(language)
        self.set_creation_date(_moment(verdict.made_at))
        self.set_title(self._text(self._title()))

    def opening(self) -> None:
        """Whose proof it is, by whom, as of when."""
        _ = self._said
        self._mark()
        self._write(self._title(), size=20, bold=True, height=9)
        sentence = _("What %(workspace)s has on record of the consent of %(phone)s, as of %(when)s.")
        given = {
            "workspace": self._verdict.workspace,
            "phone": shown(self._verdict.phone),
            "when": self._when(self._verdict.made_at),
        }
        self.ln(1)
        self._write(sentence % given, size=11, height=6)
        self._rule()

    def standing(self) -> None:
        """What holds as of the document: of each topic, the last thing that was said."""
        _ = self._said
        last = {event.payload.purpose: event.payload for event in self._verdict.events}
        self._write(_("What holds"), size=12, bold=True, height=7)
        for purpose, payload in last.items():
            given = {"state": self._state(payload.state), "when": self._when(payload.at)}
            self._fact(self._purpose(purpose), _("%(state)s on %(when)s") % given)
        self._rule()

    def event(self, event: Checked) -> None:
        """A yes or a no, with its words and how it came."""
        payload = event.payload
        self.set_text_color(*_TONES.get(payload.state, _INK))
        state = self._state(payload.state)
        self._write(f"{state} · {self._purpose(payload.purpose)}", size=12, bold=True, height=6.4, kept=True)
        self.set_text_color(*_MUTED)
        self._write(self._when(payload.at), kept=True)
        self.set_text_color(*_INK)
        if event.words:
            self._quote(event.words)
        if event.evidence is not None and event.evidence.raw:
            self._quote(event.evidence.raw)
        for label, value in self._facts(event):
            self._fact(label, value)
        self._rule()

    def closing(self) -> None:
        """Why it can be believed, and how to check it."""
        _ = self._said
        self._write(_("Why this can be believed"), size=12, bold=True, height=7)
        for sentence in (
            _(
                "Each event was sealed within seconds into a chain of hashes, which the sender’s key signs "
                "once a day. Neither an event nor its moment can be changed after without every later "
                "signature being wrong. This proof holds nothing of other people."
            ),
            _(
                "The file consent-proof.json is attached to this document. Whoever has it can check it "
                "with no access to the sender’s system: chappe verify-proof consent-proof.json"
            ),
            _(
                "The sender’s key is known by its fingerprint. Compare it with the one that the sender "
                "publishes."
            ),
        ):
            self._write(sentence)
            self.ln(1.5)
        self._fact(_("Fingerprint"), _in_fours(self._verdict.fingerprint))

    def footer(self) -> None:
        self.set_y(-16)
        self.set_font(_FONT, size=8)
        self.set_text_color(*_MUTED)
        _ = self._said
        # The total is put in when the document is whole.
        page = _("Page %(number)s of %(total)s") % {"number": self.page_no(), "total": "{nb}"}
        self.cell(0, 5, self._text(f"{self._verdict.workspace} · {page}"), align="C")
        self.set_text_color(*_INK)

    def _facts(self, event: Checked) -> list[tuple[str, str]]:
        _ = self._said
        payload = event.payload
        facts = [
            (_("Number"), shown(payload.phone) if payload.phone else ""),
            (_("On the ground of"), self._basis(payload.basis)),
            (_("Where"), _("Their own text") if payload.source == "inbound" else payload.source),
            *(self._told(event.evidence) if event.evidence else ()),
            (_("Row of the file"), "" if payload.row is None else str(payload.row)),
            (_("Signed"), self._signed(event)),
        ]
        return [(label, value) for label, value in facts if value]

    def _told(self, told: Evidence) -> list[tuple[str, str]]:
        _ = self._said
        form = " ".join(part for part in (told.form, told.form_version) if part)
        day = told.collected_on
        return [
            (_("Day of the consent"), "" if day is None else self._formats.civil_day(day)),
            (_("Question"), told.question),
            (_("Written to"), told.to),
            (_("Page"), told.page),
            (_("Form"), form),
            (_("File"), told.file),
            (_("Network address"), told.address),
            (_("Browser"), told.agent),
        ]

    def _signed(self, event: Checked) -> str:
        given = {"number": event.checkpoint, "when": self._when(event.before)}
        _ = self._said
        text = _("in checkpoint %(number)s of %(when)s") % given
        if event.stamped is None:
            return text
        stamped = {"when": self._when(event.stamped.isoformat())}
        return text + ", " + _("time-stamped by an outside authority on %(when)s") % stamped

    def _title(self) -> str:
        _ = self._said
        return _("Proof of consent")

    def _state(self, word: str) -> str:
        _ = self._said
        known = {"granted": _("Agreed"), "withdrawn": _("Withdrew"), "pending": _("Was asked")}
        return known.get(word, word)

    def _purpose(self, word: str) -> str:
        _ = self._said
        return self._purposes.get(word) or (_("Marketing") if word == "marketing" else word)

    def _basis(self, word: str) -> str:
        _ = self._said
        known = {
            "express": _("ticked a box"),
            "written": _("in writing"),
            "spoken": _("by word of mouth"),
            "soft_opt_in": _("as a customer"),
            "keyword": _("by text"),
        }
        return known.get(word, word)

    def _when(self, at: str) -> str:
        """With its zone: a proof is read elsewhere."""
        moment = _moment(at)
        day = self._formats.day(moment, self._zone)
        return f"{day}, {self._formats.clock(moment, self._zone, seconds=True)} ({self._zone})"

    def _write(
        self, text: str, *, size: int = 10, bold: bool = False, height: float = _LINE, kept: bool = False
    ) -> None:
        """A paragraph; `kept`: not as the last line of a page."""
        if kept and self.will_page_break(30):
            self.add_page()
        self.set_font(_FONT, "B" if bold else "", size)
        self.multi_cell(0, height, self._text(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _quote(self, text: str) -> None:
        self.ln(1)
        top = self.get_y()
        self.set_left_margin(_MARGIN + _INDENT)
        self.set_x(_MARGIN + _INDENT)
        _ = self._said
        self._write(_("“%(text)s”") % {"text": text})
        self.set_left_margin(_MARGIN)
        if self.get_y() > top:
            self.set_draw_color(*_RULE)
            self.set_line_width(0.8)
            self.line(_MARGIN + 1.5, top, _MARGIN + 1.5, self.get_y())
        self.set_x(_MARGIN)
        self.ln(1)

    def _fact(self, label: str, value: str) -> None:
        self.set_font(_FONT, size=9)
        self.set_text_color(*_MUTED)
        self.cell(42, _LINE, self._text(label))
        self.set_text_color(*_INK)
        self.multi_cell(0, _LINE, self._text(value), align="L", new_x="LMARGIN", new_y="NEXT")

    def _mark(self) -> None:
        """The telegraph: post and regulator in ink, the two indicators in saffron."""
        left, top = self.w - _MARGIN - 10, _MARGIN - 3
        self.set_line_width(1.1)
        for colour, lines in (
            (_INK, ((4.5, 4.4, 4.5, 9.6), (1.7, 4.4, 7.4, 4.4))),
            (_SAFFRON, ((1.7, 4.4, 1.7, 1.6), (7.4, 4.4, 9.3, 2.5))),
        ):
            self.set_draw_color(*colour)
            for x1, y1, x2, y2 in lines:
                self.line(left + x1, top + y1, left + x2, top + y2)

    def _rule(self) -> None:
        self.ln(3)
        self.set_draw_color(*_RULE)
        self.set_line_width(0.2)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(4)

    def _text(self, text: str) -> str:
        """What the font has: narrow spaces are plain ones, other signs a question mark."""
        plain = text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
        return plain.encode(_ENCODING, "replace").decode(_ENCODING)


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _in_fours(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
