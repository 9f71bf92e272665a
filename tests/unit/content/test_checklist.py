"""What the checklist says of a text, case by case, in English and French."""

import pytest

from chappe.content.checklist import Facts, Item, check

SHOP = Facts(brand="Télégraphe")


def of(item: Item, body: str, facts: Facts = SHOP):
    return next((found for found in check(body, facts) if found.item is item), None)


@pytest.mark.parametrize(
    "body",
    [
        "Télégraphe : {{ first_name }}, -20 % samedi en boutique. STOP au 36179",
        'Hello {{ first_name | default: "you" }}, Telegraphe here: 20% off with code MAY20, '
        "https://shop.example/may Reply STOP to opt out",
    ],
)
def test_a_good_text_is_told_nothing(body: str) -> None:
    assert [found.item for found in check(body, SHOP) if not found.good] == []


def test_an_empty_text_is_told_nothing() -> None:
    assert check("  ", SHOP) == []


@pytest.mark.parametrize(
    ("item", "body"),
    [
        (Item.BRAND, "Samedi, -20 % sur toute la boutique chez Télégraphe"),
        (Item.NAME, "Télégraphe : -20 % samedi. {{ preferences_url }}"),
        (Item.OFFER, "Télégraphe : -20 % samedi et la livraison offerte"),
        (Item.ACTION, "Télégraphe : -20 % samedi"),
        (Item.ACTION, "Télégraphe : https://a.example/x ou https://b.example/y"),
        (Item.OPT_OUT, "Télégraphe : -20 % samedi"),
        (Item.SENTENCES, "Télégraphe. Bonjour. Samedi. Chez nous. En ville. Venez !"),
        (Item.CAPITALS, "Télégraphe : DERNIERS JOURS AVANT FERMETURE"),
        (Item.SHORTENER, "Télégraphe : -20 % sur bit.ly/3xYz"),
        (Item.SHORTENER, "Télégraphe: https://www.tinyurl.com/abc"),
        (Item.FORBIDDEN, "Télégraphe : vous avez gagné un séjour"),
        (Item.FORBIDDEN, "Télégraphe: act now"),
    ],
)
def test_what_is_to_be_changed_is_told(item: Item, body: str) -> None:
    found = of(item, body)
    assert found is not None
    assert not found.good


@pytest.mark.parametrize(
    ("item", "body"),
    [
        (Item.BRAND, "Bonjour, ici Telegraphe : -20 %"),
        (Item.OFFER, "Télégraphe : 20 % samedi, oui 20 % !"),
        (Item.ACTION, "Télégraphe : répondez OUI"),
        (Item.OPT_OUT, "Télégraphe. {{ preferences_url }}"),
        (Item.SENTENCES, "Télégraphe : 19.90 euros. Sur shop.example.com/a.b dès 9.30. STOP au 36179"),
        (Item.CAPITALS, "TÉLÉGRAPHE : code MAI20. STOP au 36179"),
        (Item.SHORTENER, "Télégraphe : https://go.telegraphe.example/abc"),
        (Item.FORBIDDEN, "Télégraphe : le panier Casinoise"),
    ],
)
def test_what_is_well_is_not_blamed(item: Item, body: str) -> None:
    found = of(item, body)
    assert found is not None
    assert found.good


@pytest.mark.parametrize(("hour", "good"), [(8, False), (9, True), (19, True), (20, False)])
def test_the_hour_is_judged_where_it_is_known(hour: int, good: bool) -> None:
    assert of(Item.HOUR, "Télégraphe : samedi", SHOP._replace(hour=hour)).good is good
    assert of(Item.HOUR, "Télégraphe : samedi") is None


def test_a_sender_with_a_name_is_the_brand() -> None:
    assert of(Item.BRAND, "Samedi, -20 %", Facts(named_sender=True)).good


def test_useful_messages_are_not_asked_for_offers() -> None:
    told = {found.item for found in check("Votre colis est là.", SHOP._replace(marketing=False))}
    assert told == {Item.SENTENCES, Item.CAPITALS, Item.SHORTENER}
