"""What a text tells of what rules demand: who writes, how to leave, how to reach them."""

import pytest

from chappe.gate.wording import said, says_stop
from chappe.rules.values import Content, SenderForm

NAME, SHORT, LONG = SenderForm.ALPHANUMERIC, SenderForm.SHORT_CODE, SenderForm.LONG_CODE
BRAND, OUT, CONTACT, ADDRESS = Content.BRAND, Content.OPT_OUT, Content.CONTACT, Content.ADDRESS


@pytest.mark.parametrize(
    ("body", "brand", "sender", "told"),
    [
        ("20 % samedi", "Télégraphe", SHORT, set()),
        ("TELEGRAPHE: 20 % samedi", "Télégraphe", SHORT, {BRAND}),
        ("Chez Martin, 20 %", "Martin & Fils SARL", SHORT, {BRAND}),
        ("Les fils", "Le Café", SHORT, set()),
        ("{{ martin }} 20 %", "Martin", SHORT, set()),
        ("20 % samedi", "Martin", NAME, {BRAND}),
        ("20 % samedi", "", SHORT, {BRAND}),
        ("20 %. STOP", "Martin", SHORT, {OUT}),
        ("20 %. Reply STOP to opt out", "Martin", LONG, {OUT}),
        # Nobody can answer a name: its STOP needs a number or a link.
        ("20 %. STOP", "Martin", NAME, {BRAND}),
        ("20 %. Reply STOP to opt out", "Martin", NAME, {BRAND}),
        ("20 %. STOP 36180", "Martin", NAME, {BRAND, OUT}),
        ("20 %. STOP SMS au 36 180", "Martin", NAME, {BRAND, OUT}),
        ("20 %. STOP {{ stop_number }}", "Martin", NAME, {BRAND, OUT}),
        ("STOP aux prix hauts : samedi, tout est à 20 % et 10 000 articles", "M", NAME, {BRAND}),
        ("20 %. STOP: https://m.fr/x", "Martin", NAME, {BRAND, OUT, CONTACT, ADDRESS}),
        ("20 %. {{ preferences_url }}", "Martin", NAME, {BRAND, OUT, CONTACT, ADDRESS}),
        ("Martin, martin.fr/soldes", "Martin", SHORT, {BRAND, CONTACT, ADDRESS}),
        ("Call 01 23 45 67 89", "Martin", SHORT, {CONTACT}),
        ("Write to a@martin.fr", "Acme", SHORT, {CONTACT}),
        ("1 King St, Toronto M5H 1A1", "Acme", SHORT, {ADDRESS}),
        ("12345 prizes", "Acme", SHORT, set()),
    ],
)
def test_what_a_text_tells(body: str, brand: str, sender: SenderForm, told: set[Content]) -> None:
    assert said(body, brand, sender) == told


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("-20 % samedi. STOP au 36179", True),
        ("Reply Stop to end", True),
        ("Everything must go", False),
        ("{{ stop }} hello", False),
    ],
)
def test_whether_a_text_says_how_to_stop(body: str, says: bool) -> None:
    assert says_stop(body) is says
