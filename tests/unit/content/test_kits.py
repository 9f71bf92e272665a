"""The starter kits: every text goes out as one part, says who speaks, and how to leave."""

import pytest

from chappe.content import checklist
from chappe.content.checklist import Facts, Item
from chappe.content.kits.service import LANGUAGES, TRADES, KitText, kit
from chappe.sms.encoding import Encoding
from chappe.sms.parts import measure

TEXTS = [text for trade in TRADES for language in LANGUAGES for text in kit(trade, language)]
BRAND = "Maison Chappe"


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.language} {text.name}")
def test_a_text_of_a_kit_is_one_part_and_names_the_brand(text: KitText) -> None:
    shown = text.sample(BRAND)
    measured = measure(shown)
    assert (measured.encoding, measured.parts) == (Encoding.GSM7, 1), shown
    assert shown.startswith(f"{BRAND}: ")
    assert "{" not in shown
    marketing = text.purpose == "marketing"
    good = {found.item: found.good for found in checklist.check(shown, Facts(brand=BRAND))}
    assert good[Item.OPT_OUT] or not marketing
    assert good[Item.FORBIDDEN]
    assert good[Item.SENTENCES]


@pytest.mark.parametrize("trade", TRADES)
def test_a_kit_has_messages_journeys_and_a_form_in_both_languages_with_names_of_their_own(trade: str) -> None:
    for language in LANGUAGES:
        texts = kit(trade, language)
        assert {"message", "welcome", "winback", "form"} <= {text.kind for text in texts}
        assert len({text.name for text in texts}) == len(texts)
